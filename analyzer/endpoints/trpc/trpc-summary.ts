import type { SymbolPath } from '../../source/module-summary.ts';
import type { StaticValue } from '../../source/static-value.ts';

/** A router, a procedure, or a name that leads to one. */
export type TrpcValue =
  | TrpcRouter
  | {
      readonly kind: 'procedure';
      readonly operation: 'query' | 'mutation' | 'subscription';
      readonly handler: StaticValue | undefined;
      readonly base: SymbolPath | undefined;
      readonly guards: readonly string[];
      readonly at: number;
    }
  | { readonly kind: 'reference'; readonly path: SymbolPath };

export interface TrpcRouter {
  readonly kind: 'router';
  /** What makes it; the package behind it is known when all modules are linked. */
  readonly maker: SymbolPath;
  readonly entries: readonly { readonly key: string; readonly value: TrpcValue; readonly line: number }[];
  /** Routers whose procedures it has too, with a prefix (`merge('orders.', orders)`) or none. */
  readonly merged: readonly { readonly prefix: string; readonly value: TrpcValue }[];
  readonly line: number;
}

export interface TrpcSummary {
  /** By top-level name. */
  readonly values: ReadonlyMap<string, TrpcValue>;
}
