import type { WriteRecord } from './history.ts';

/** What the load process is told at start (argv, JSON). */
export interface LoadOrder {
  /** The front door. */
  readonly url: string;
  /** Shoppers at once; each waits for an answer before its next request (closed loop). */
  readonly shoppers: number;
  /** Requests a second that all shoppers together aim at; they fall behind rather than queue. */
  readonly ratePerSecond: number;
  readonly seed: number;
}

/** Parent → load process, over IPC. */
export type LoadCommand = { readonly kind: 'mark'; readonly name: string } | { readonly kind: 'stop' };

export interface Failure {
  readonly step: string;
  readonly status: number | null;
  readonly message: string;
  readonly during: string;
}

/** Figures of the stretch between two marks. */
export interface Stretch {
  readonly name: string;
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

export interface LoadSummary {
  readonly requests: number;
  readonly contextWrites: number;
  readonly failures: readonly Failure[];
  readonly failed: number;
  readonly cut: number;
  readonly writes: readonly WriteRecord[];
  readonly stretches: readonly Stretch[];
}

/** Load process → parent. */
export type LoadReport =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'second';
      readonly requests: number;
      readonly p99Ms: number;
      readonly failed: number;
      readonly cut: number;
    }
  | { readonly kind: 'summary'; readonly summary: LoadSummary };
