import type { TextPiece } from '../../source/module-summary.ts';
import type { Expression } from './expression.ts';
import type { Model } from '../stores/model.ts';

/** Where an expression is evaluated: its module, what parameters hold, and what type parameters stand for. */
export interface Environment {
  readonly module: string;
  /** By `unit index`. */
  readonly parameters?: ReadonlyMap<string, Argument>;
  readonly types?: ReadonlyMap<string, Value>;
  /** What a method is called on, where it is inherited: `this` is that, and not its own class. */
  readonly self?: Value;
}

/** An expression with where it stands, to be evaluated when somebody asks. */
export interface Argument {
  readonly expression: Expression;
  readonly environment: Environment;
}

/** A store, or something of it that reads and writes: a repository, a collection, a record, a query under construction. */
export interface StoreValue {
  readonly kind: 'store';
  readonly client: string;
  readonly role: string;
  readonly model?: Model;
  /** What a role needs beside: aliases of a query, the prefix of a key. */
  readonly detail?: unknown;
  /** The parameter that names the store, when only callers know. */
  readonly open?: OpenValue;
}

/** What only the callers of a function know. */
export interface OpenValue {
  readonly kind: 'open';
  readonly module: string;
  readonly unit: string;
  /** How the function calls it. */
  readonly name: string;
}

export type Value =
  | { readonly kind: 'external'; readonly package: string; readonly names: readonly string[] }
  | {
      readonly kind: 'class' | 'instance';
      readonly module: string;
      readonly unit: string;
      readonly environment: Environment;
    }
  | { readonly kind: 'function'; readonly module: string; readonly unit: string; readonly environment: Environment }
  | { readonly kind: 'returning'; readonly options: readonly Expression[]; readonly environment: Environment }
  | {
      readonly kind: 'object';
      readonly expression: Extract<Expression, { kind: 'object' }>;
      readonly environment: Environment;
    }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }
  | { readonly kind: 'namespace'; readonly module: string }
  | { readonly kind: 'text'; readonly module: string; readonly pieces: readonly TextPiece[] }
  | { readonly kind: 'several'; readonly options: readonly Value[] }
  /** Something without a known value, by the name it has where it is used. */
  | { readonly kind: 'named'; readonly name: string }
  | OpenValue
  | StoreValue
  | undefined;

export type ClassValue = Extract<Value, { kind: 'class' | 'instance' }>;

/** One of several values; those that say something come before those that don't. */
export function several(options: readonly Value[]): Value {
  const flat = options.flatMap((option) =>
    option?.kind === 'several' ? option.options : option === undefined ? [] : [option],
  );
  const telling = flat.filter(
    (option) => option?.kind !== 'open' && option?.kind !== 'named' && option?.kind !== 'text',
  );
  const best = telling.length > 0 ? telling : flat;
  return best.length > 1 ? { kind: 'several', options: best } : best[0];
}

/** The first of two, unless only callers know it and the second says more. */
export function closed(first: () => Value, second: () => Value): Value {
  const one = first();
  if (one !== undefined && !isOpen(one)) return one;
  const other = second();
  return other === undefined || isOpen(other) || other.kind === 'named' ? (one ?? other) : other;
}

function isOpen(value: Value): boolean {
  return value?.kind === 'open' || (value?.kind === 'store' && value.open !== undefined);
}
