import type { AttemptRef, ContextScope, ErrorCode, Manifest, OwnershipRecord } from '@overgrow/core';
import type { ExplainRequest } from '../routing/explain.ts';

/** Calls that a worker answers, by their arguments. */
export interface WorkerCalls {
  learn: readonly OwnershipRecord[];
  arm: AttemptRef;
  fence: AttemptRef;
  release: { readonly ref: AttemptRef; readonly record: OwnershipRecord };
  withdraw: AttemptRef;
  setWeight: { readonly scope: ContextScope; readonly weight: number };
  explain: ExplainRequest;
  status: null;
  metrics: null;
}

export type CallName = keyof WorkerCalls;

/** What the supervisor tells a worker. A `connection` brings a socket along. */
export type ToWorker =
  | { readonly kind: 'start'; readonly manifest: Manifest; readonly baseFolder: string }
  | { readonly kind: 'call'; readonly id: number; readonly name: CallName; readonly argument: unknown }
  | { readonly kind: 'abort'; readonly id: number }
  /** Whether the orchestrator's lease was live when this was sent. */
  | { readonly kind: 'lease'; readonly live: boolean }
  | { readonly kind: 'connection'; readonly id: number }
  /** Finish what is under way, then end. */
  | { readonly kind: 'drain' };

/** What a worker tells the supervisor. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'accepted'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PlainError }
  | { readonly kind: 'hold-expired'; readonly ref: AttemptRef }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** An error that crosses a process: its code, sentence and way out. */
export interface PlainError {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A lease is believed for this long after it was told of. */
export const leaseTrustMs = 500;
/** While an attempt is in force, workers are told of the lease this often. */
export const leaseTellMs = 100;
