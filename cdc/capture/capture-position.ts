import type { Lsn } from '../source/log-position.ts';

/**
 * How far a capture has come. A transaction is known by its commit's place in the log, an event in it by its number: several
 * changes may share a place, and transactions that run at the same time lie in the log one inside the other.
 */
export interface CapturePosition {
  /** Everything that was committed before it is out. The server is told no more than this. */
  readonly completeLsn: Lsn;
  /** The end of the last transaction or message outside of one, for `source.sequence`; null before the first. */
  readonly lastCommitLsn: Lsn | null;
  /** Of a transaction that is out in part: where its commit is, and how many of its events are out. */
  readonly partial: { readonly commitLsn: Lsn; readonly events: number } | undefined;
}

export const startPosition: CapturePosition = { completeLsn: 0n, lastCommitLsn: null, partial: undefined };
