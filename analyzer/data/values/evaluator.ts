import type { ResolvedText } from '../../source/resolve-text.ts';
import type { ModelRegistry } from '../stores/model-registry.ts';
import type { Outcome } from '../stores/store-client.ts';
import type { ClassRecord, Expression, TypeExpression } from './expression.ts';
import type { Argument, Environment, StoreValue, Value } from './value.ts';

/** Follows expressions to the stores they stand for, across modules, classes and functions. */
export interface Evaluator {
  readonly models: ModelRegistry;
  evaluate(argument: Argument | undefined): Value;
  type(type: TypeExpression, environment: Environment): Value;
  /** A constant text; undefined when it, or a part of it, is only known at run time. */
  text(argument: Argument | undefined): string | undefined;
  /** Every text that it may be, with `undefined` where only run time knows. */
  texts(argument: Argument | undefined): readonly ResolvedText[];
  /** A member of an object that is written out. */
  property(argument: Argument | undefined, ...names: readonly string[]): Argument | undefined;
  properties(argument: Argument | undefined): readonly (readonly [string, Argument])[];
  /** Elements of a list that is written out; anything else is its own only element. */
  items(argument: Argument | undefined): readonly Argument[];
  constant(argument: Argument | undefined): boolean | number | undefined;
  member(value: Value, name: string): Value;
  /** What a call of `method` does, when the value is a store or stands for one. */
  invoke(value: Value, method: string, given: readonly Argument[], then: readonly string[]): Outcome | undefined;
  /** The store that a class or an instance stands for. */
  storeOf(value: Value): StoreValue | undefined;
  /** The function of the project's own that a call runs, with what its parameters and type parameters hold. */
  calledFunction(call: Argument): readonly CalledFunction[];
  /** The line of a unit. */
  lineOf(module: string, unit: string): number;
  locals(module: string): readonly Expression[];
  readonly classes: (module: string, unit: string) => ClassRecord | undefined;
  readonly uses: (client: string) => boolean;
  /** Whether any module imports this package. */
  usesPackage(name: string): boolean;
}

export interface CalledFunction {
  readonly module: string;
  readonly unit: string;
  readonly environment: Environment;
}
