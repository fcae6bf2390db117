import type { AccessMode, EntityKind } from '../../facts/facts.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { CallRecord, ClassRecord } from '../values/expression.ts';
import type { Argument, StoreValue, Value } from '../values/value.ts';
import type { Model } from './model.ts';

export type ExternalValue = Extract<Value, { kind: 'external' }>;

/**
 * What the analyzer knows of one ORM, driver or library behind which data or another system stands. Values are followed from
 * the package they come from through modules, classes, types and functions; the client says what each call does to its stores.
 */
export interface StoreClient {
  /** The name of its folder. */
  readonly name: string;
  /** Packages that its values come from. */
  readonly packages: RegExp;
  /** Names of the methods whose calls are looked at. */
  readonly methods: readonly string[];
  /** Methods whose names the project makes: `order.getItems()`. */
  readonly madeMethods?: RegExp;
  /** What a package hands out, with the steps that led to it: `['Schema', 'new']`. `given` are the arguments of the last call. */
  readonly external?: (value: ExternalValue, given: readonly Argument[], ask: Evaluator) => Value;
  /** An instance of a type of a package: `Repository<User>`. */
  readonly type?: (package_: string, name: string, given: readonly Value[], ask: Evaluator) => Value;
  /** A decorated class; its models are registered with `ask.models`. */
  readonly defineClass?: (found: FoundClass, ask: Evaluator) => void;
  /** What a decorator hands into a field or parameter: `@InjectRepository(User)`. */
  readonly injected?: (decorator: ExternalValue, given: readonly Argument[], ask: Evaluator) => Value;
  /** A value without a known origin, by the name that it is established by; only asked where the project uses the client. */
  readonly named?: (name: string, ask: Evaluator) => Value;
  readonly member?: (store: StoreValue, name: string, ask: Evaluator) => Value;
  /** What a call does and gives back. Undefined: the client knows nothing of it. */
  readonly call: (
    store: StoreValue,
    method: string,
    given: readonly Argument[],
    then: readonly string[],
    ask: Evaluator,
  ) => Outcome | undefined;
  /** What a call hands to its callback at `index`; `1` is its result when this is not given. */
  readonly handed?: (
    store: StoreValue,
    method: string,
    given: readonly Argument[],
    index: number,
    ask: Evaluator,
  ) => Value;
  /** Methods that define something: models, associations, hooks. They are read before any access. */
  readonly defining?: readonly string[];
  readonly define?: (
    store: StoreValue,
    method: string,
    given: readonly Argument[],
    found: FoundCall,
    ask: Evaluator,
  ) => void;
}

export interface FoundClass {
  readonly module: string;
  readonly unit: string;
  readonly record: ClassRecord;
  /** Decorators of the class that come from packages. */
  readonly decorators: readonly Decorator[];
  /** What it extends. */
  readonly parent: Value;
}

export interface Decorator {
  readonly external: ExternalValue;
  readonly given: readonly Argument[];
}

export interface FoundCall {
  readonly module: string;
  readonly record: CallRecord;
}

export interface Outcome {
  readonly accesses?: readonly StoreAccess[];
  readonly value?: Value;
  /** Only the callers of the function around the call know what it touches. */
  readonly open?: boolean;
  /** The unit around the call begins a transaction by hand. */
  readonly transaction?: boolean;
  /** Why it can't be known what it touches. */
  readonly unresolved?: string;
}

export interface StoreAccess {
  readonly mode: AccessMode;
  readonly entity: string;
  readonly kind: EntityKind;
}

/** Accesses of one model, by the letters of their modes: `r`, `w` or `rw`. */
export function touch(modes: string, model: Pick<Model, 'entity' | 'kind'> | undefined): StoreAccess[] {
  if (model === undefined) return [];
  return modes.split('').map((letter) => ({
    mode: letter === 'w' ? 'write' : 'read',
    entity: model.entity,
    kind: model.kind,
  }));
}
