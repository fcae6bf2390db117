import type { StateKind } from '../facts/facts.ts';
import type { SymbolPath } from '../source/module-summary.ts';

/** State of a module that lives as long as the process. */
export interface FoundState {
  readonly name: string;
  readonly kind: StateKind;
  readonly line: number;
  /** Units of the module that change it. */
  readonly writers: readonly string[];
}

/** A use of a value that may be the state of another module. */
export interface StateUse {
  readonly unit: string;
  readonly path: SymbolPath;
  readonly line: number;
}

export interface FoundEffect {
  readonly unit: string;
  readonly kind: 'mail' | 'search' | 'job';
  readonly line: number;
}

export interface SideEffectSummary {
  readonly states: readonly FoundState[];
  readonly timers: readonly { readonly unit: string; readonly name: string; readonly line: number }[];
  readonly environment: readonly { readonly unit: string; readonly key: string; readonly line: number }[];
  readonly effects: readonly FoundEffect[];
}
