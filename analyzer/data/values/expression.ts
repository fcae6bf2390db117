import type { SymbolPath, TextPiece } from '../../source/module-summary.ts';

/**
 * An expression as plain data: enough of it to be followed across modules once all are read. What a local name holds stands
 * once in the module's `locals`.
 */
export type Expression =
  | { readonly kind: 'local'; readonly index: number }
  | { readonly kind: 'import'; readonly specifier: string; readonly name: string }
  | { readonly kind: 'unit'; readonly unit: string; readonly is: 'class' | 'function' }
  /** `name` is how the function calls it; `key` is the member that it takes of it. */
  | {
      readonly kind: 'parameter';
      readonly unit: string;
      readonly index: number;
      readonly key?: string;
      readonly name: string;
      readonly type?: TypeExpression;
    }
  /** A name that nothing here declares. */
  | { readonly kind: 'free'; readonly name: string }
  | { readonly kind: 'this'; readonly unit: string; readonly static?: boolean }
  | { readonly kind: 'typed'; readonly type: TypeExpression; readonly value?: Expression }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'element'; readonly of: Expression }
  | CallExpression
  | NewExpression
  /** `require('../' + name)`: the module is one of those that fit. */
  | { readonly kind: 'required'; readonly pieces: readonly TextPiece[] }
  | { readonly kind: 'text'; readonly pieces: readonly TextPiece[]; readonly path?: SymbolPath }
  | {
      readonly kind: 'object';
      readonly properties: readonly (readonly [string, Expression])[];
      readonly spreads: readonly Expression[];
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'either'; readonly options: readonly Expression[] }
  /** A function without a name of its own: what it gives back. */
  | { readonly kind: 'returns'; readonly options: readonly Expression[] }
  | { readonly kind: 'constant'; readonly value: boolean | number }
  | { readonly kind: 'unknown' };

export interface CallExpression extends Calling {
  readonly kind: 'call';
}

export interface NewExpression extends Calling {
  readonly kind: 'new';
}

interface Calling {
  readonly of: Expression;
  readonly arguments: readonly Expression[];
  readonly types?: readonly TypeExpression[];
}

export type TypeExpression =
  | {
      readonly kind: 'named';
      readonly name: Expression;
      readonly text: string;
      readonly arguments: readonly TypeExpression[];
    }
  | { readonly kind: 'several'; readonly options: readonly TypeExpression[] }
  | { readonly kind: 'value'; readonly of: Expression }
  | { readonly kind: 'unknown' };

export interface MemberRecord {
  readonly name: string;
  readonly kind: 'field' | 'method' | 'getter';
  readonly static: boolean;
  readonly decorators: readonly Expression[];
  readonly type?: TypeExpression;
  readonly value?: Expression;
  readonly line: number;
}

export interface ClassRecord {
  readonly line: number;
  readonly decorators: readonly Expression[];
  readonly parent?: Expression;
  readonly parentTypes: readonly TypeExpression[];
  /** What the constructor hands to `super`. */
  readonly parentArguments: readonly Expression[];
  readonly typeParameters: readonly string[];
  readonly members: readonly MemberRecord[];
  readonly constructorUnit?: string;
}

export interface CallRecord {
  readonly unit: string;
  readonly call: CallExpression;
  /** Names of the calls that follow in the chain: `['where', 'getMany']`. */
  readonly followedBy: readonly string[];
  readonly at: number;
  readonly line: number;
}

/** What one module says about values. */
export interface ModuleValues {
  readonly locals: readonly Expression[];
  /** Top-level names, and exports that are no names (`…=` for `module.exports`). */
  readonly bindings: ReadonlyMap<string, Expression>;
  readonly returns: ReadonlyMap<string, readonly Expression[]>;
  readonly classes: ReadonlyMap<string, ClassRecord>;
  readonly types: ReadonlyMap<string, TypeExpression>;
  readonly calls: readonly CallRecord[];
}

export const unknown: Expression = { kind: 'unknown' };
