import type { SymbolPath } from '../../source/module-summary.ts';
import type { StaticValue } from '../../source/static-value.ts';

/** What a container gives for a token. */
export interface ProviderRecord {
  readonly token: StaticValue;
  readonly given: GivenValue;
  /** Whoever names a parameter like the token gets it (awilix). */
  readonly byName: boolean;
}

export type GivenValue =
  | { readonly kind: 'class' | 'value' | 'factory'; readonly value: StaticValue }
  /** Another token's value. */
  | { readonly kind: 'token'; readonly value: StaticValue };

/** `this.field = parameter` inside a class. */
export interface AssignedField {
  readonly unit: string;
  readonly field: string;
  readonly index: number;
  /** The name taken out of the parameter: `{ orders }` or `deps.orders`. */
  readonly key: string | undefined;
}

/** A call on something that a function was handed by name: `({ orders }) => orders.place()`. */
export interface HandedCall {
  readonly unit: string;
  /** The function whose parameter it is. */
  readonly holder: string;
  readonly index: number;
  readonly steps: readonly string[];
  readonly line: number;
}

/** `new Orders(repository)` and `createOrders({ repository })`: who makes what, of what. */
export interface MadeRecord {
  readonly callee: SymbolPath;
  readonly made: boolean;
  readonly arguments: readonly StaticValue[];
}

export interface InjectionSummary {
  readonly providers: readonly ProviderRecord[];
  readonly assigned: readonly AssignedField[];
  readonly handed: readonly HandedCall[];
  readonly made: readonly MadeRecord[];
}
