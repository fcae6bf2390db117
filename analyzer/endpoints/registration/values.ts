import type { SymbolPath } from '../../source/module-summary.ts';
import type { ClassCode, FunctionCode } from './program.ts';
import type { Router } from './router.ts';

/** What an expression stands for while registration code is run on paper. */
export type Value =
  /** Nothing is known; `carries` are functions that went into it, such as the handler inside a wrapper. */
  | {
      readonly kind: 'unknown';
      readonly carries?: readonly Value[];
      /** A field that a record does not have. */ readonly absent?: true;
    }
  | TextValue
  | { readonly kind: 'flag'; readonly value: boolean }
  /** One of several. */
  | { readonly kind: 'choice'; readonly values: readonly Value[] }
  | { readonly kind: 'list'; readonly items: Item[] }
  | RecordValue
  | FunctionValue
  | ClassValue
  /** Something outside of the programs: a value of a package, a unit of another module. */
  | { readonly kind: 'symbol'; readonly module: string; readonly path: SymbolPath; readonly carries?: readonly Value[] }
  | { readonly kind: 'router'; readonly router: Router }
  | { readonly kind: 'native'; readonly call: (given: readonly Item[], site: Site) => Value };

/** `undefined` where a part is only known at run time. */
export interface TextValue {
  readonly kind: 'text';
  readonly parts: readonly (string | undefined)[];
  /** Where it was first handed on: the row of a table, the argument of a call. */
  readonly origin?: Origin;
}

export interface Origin {
  readonly module: string;
  readonly at: number;
  readonly line: number;
}

export interface RecordValue {
  readonly kind: 'record';
  readonly fields: Map<string, Item>;
  readonly of?: ClassValue;
  /** The part of an instance that a framework made: its class extends `Router`. */
  base?: Router;
  /** Written down whole: what it lacks is not there. */
  readonly whole?: boolean;
}

export interface FunctionValue {
  readonly kind: 'function';
  readonly module: string;
  readonly code: FunctionCode;
  readonly scope: Environment;
  readonly self?: Value;
  readonly carries?: readonly Value[];
  /** `fp(plugin)` of Fastify: what it registers goes to the instance around it. */
  readonly open?: boolean;
}

export interface ClassValue {
  readonly kind: 'class';
  readonly module: string;
  readonly code: ClassCode;
  readonly scope: Environment;
  readonly statics: Map<string, Item>;
}

/** A value with what was written for it. */
export interface Item {
  readonly value: Value;
  /** As guards are called: `requireLogin`, `auth.required`. */
  readonly name?: string;
  readonly module: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

/** A call in the source. */
export interface Site {
  readonly module: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

export interface Environment {
  readonly module: string;
  readonly parent: Environment | undefined;
  readonly names: Map<string, Value>;
  readonly self?: Value;
  /** The class whose method runs, for `super`. */
  readonly home?: ClassValue;
}

export const unknown: Extract<Value, { kind: 'unknown' }> = { kind: 'unknown' };

export const absent: Value = { kind: 'unknown', absent: true };

export function textValue(...parts: readonly (string | undefined)[]): TextValue {
  return { kind: 'text', parts };
}

export function listValue(items: readonly Item[]): Value {
  return { kind: 'list', items: [...items] };
}

export function itemOf(value: Value, site: Site): Item {
  return { value, module: site.module, from: site.from, to: site.to, line: site.line };
}

const maxChoices = 300;

/** One of the values; what is unknown says nothing beside what is known. */
export function choiceOf(values: readonly Value[]): Value {
  const flat = values.flatMap((value) => (value.kind === 'choice' ? value.values : [value]));
  const known = [...new Set(flat.filter((value) => value.kind !== 'unknown' || value.carries !== undefined))];
  const [only] = known;
  if (only === undefined) return unknown;
  return known.length === 1 ? only : { kind: 'choice', values: known.slice(0, maxChoices) };
}

/** The alternatives of a value. */
export function alternatives(value: Value): readonly Value[] {
  return value.kind === 'choice' ? value.values : [value];
}

/** An instance of a class that extends a router stands for that router. */
export function asRouter(item: Item): Item {
  const { value } = item;
  return value.kind === 'record' && value.base !== undefined
    ? { ...item, value: { kind: 'router', router: value.base } }
    : item;
}

/** The text of a value where all of it is known. */
export function knownText(value: Value): string | undefined {
  if (value.kind !== 'text' || value.parts.includes(undefined)) return undefined;
  return value.parts.join('');
}

/** Items with lists opened, as Express takes handlers. */
export function flattenItems(items: readonly Item[]): Item[] {
  return items.flatMap((item) => (item.value.kind === 'list' ? flattenItems(item.value.items) : [item]));
}

const maxCarried = 12;

/** The functions in a value: those that went into it, nearest first, then itself. None of them carries others. */
export function functionsIn(value: Value, depth = 0): Value[] {
  switch (value.kind) {
    case 'function':
    case 'symbol': {
      const { carries, ...bare } = value;
      return carries === undefined ? [value] : [...carries, bare];
    }
    case 'unknown':
      return [...(value.carries ?? [])];
    case 'choice':
      return value.values.slice(0, maxCarried).flatMap((inner) => functionsIn(inner, depth + 1));
    case 'list':
      return depth > 4 ? [] : value.items.slice(0, maxCarried).flatMap((inner) => functionsIn(inner.value, depth + 1));
    case 'class':
      return [value];
    default:
      return [];
  }
}

/** A value that is made of others: what answers in those may answer in it. */
export function carrying<V extends Extract<Value, { kind: 'function' | 'symbol' | 'unknown' }>>(
  value: V,
  others: readonly Value[],
): V {
  const carries = new Map<unknown, Value>();
  for (const inner of [...(value.carries ?? []), ...others.flatMap((other) => functionsIn(other))])
    if (carries.size < maxCarried) carries.set(identityOf(inner), inner);
  return carries.size === 0 ? value : { ...value, carries: [...carries.values()] };
}

/** The same code is the same function, whatever is around it. */
function identityOf(value: Value): unknown {
  if (value.kind === 'function' || value.kind === 'class') return value.code;
  return value.kind === 'symbol' ? JSON.stringify([value.module, value.path]) : value;
}
