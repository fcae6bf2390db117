/** A sequence as the catalog describes it. */
export interface SequenceState {
  readonly name: string;
  readonly lastValue: bigint;
  /** False when `lastValue` itself was never given out. */
  readonly called: boolean;
  readonly increment: bigint;
  readonly cache: bigint;
  readonly min: bigint;
  readonly max: bigint;
}

export type NextValue =
  | { readonly kind: 'stays'; readonly next: bigint }
  | { readonly kind: 'moves'; readonly next: bigint }
  | { readonly kind: 'exhausted'; readonly next: bigint };

/** Values beyond the last one that sessions may hold in their caches and write without asking the sequence again. */
export function furthestValue(sequence: SequenceState, sessions: number): bigint {
  return sequence.lastValue + sequence.increment * sequence.cache * BigInt(sessions);
}

/**
 * Where a sequence of the receiver must stand: past everything the giver used or may have in a cache (`used`, in the
 * receiver's values), and past the rows that are there, by a margin. It never moves back, so that a repeat changes nothing.
 */
export function decideNextValue(sequence: SequenceState, used: readonly bigint[], margin: bigint): NextValue {
  const up = sequence.increment > 0n;
  const further = (one: bigint, other: bigint) => (up ? one > other : one < other);
  const stands = sequence.called ? sequence.lastValue + sequence.increment : sequence.lastValue;
  const [firstUsed, ...otherUsed] = used;
  if (firstUsed === undefined) return { kind: 'stays', next: stands };
  const furthest = otherUsed.reduce((best, value) => (further(value, best) ? value : best), firstUsed);
  const next = furthest + (up ? margin : -margin);
  if (!further(next, stands)) return { kind: 'stays', next: stands };
  return { kind: next > sequence.max || next < sequence.min ? 'exhausted' : 'moves', next };
}
