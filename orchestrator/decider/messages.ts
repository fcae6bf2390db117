import type { AttemptKind, ContextScope } from '@overgrow/core';

/** What someone asks of a context. Evidence comes as figures and verdicts that were collected before; nothing is fetched here. */
export type Command =
  | ({ readonly kind: 'declare' } & ContextScope)
  /** Copies and streams: the first time, and again after a rollback. */
  | { readonly kind: 'replicate' }
  | { readonly kind: 'caught-up'; readonly streaming: boolean; readonly lagMs: number; readonly maxLagMs: number }
  /** A verification pass ended. */
  | { readonly kind: 'verified'; readonly clean: boolean }
  | {
      readonly kind: 'begin';
      readonly attempt: AttemptKind;
      /** Gates that were not met. */
      readonly failedGates: readonly { readonly name: string; readonly reason: string }[];
    }
  | { readonly kind: 'fence'; readonly attempt: number }
  | { readonly kind: 'flip'; readonly attempt: number }
  | { readonly kind: 'abandon'; readonly attempt: number; readonly reason: string }
  /** Everything after the decision (open and release, or withdraw) was done. */
  | { readonly kind: 'finish'; readonly attempt: number }
  | { readonly kind: 'settle' }
  | { readonly kind: 'retire' };

export type CommandKind = Command['kind'];

/** What happened. The names are those of the journal. */
export type Event =
  | ({ readonly kind: 'declared' } & ContextScope)
  | { readonly kind: 'replication-started' }
  | { readonly kind: 'replication-caught-up' }
  | { readonly kind: 'verification-passed' }
  | { readonly kind: 'verification-failed' }
  | { readonly kind: 'attempt-began'; readonly attempt: number; readonly of: AttemptKind }
  | { readonly kind: 'fence-began' }
  | { readonly kind: 'flipped' }
  | { readonly kind: 'abandoned'; readonly reason: string }
  | { readonly kind: 'attempt-finished' }
  | { readonly kind: 'settled' }
  | { readonly kind: 'retired' };

export type Decision =
  | { readonly kind: 'accepted'; readonly events: readonly Event[] }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };
