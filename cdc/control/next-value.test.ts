import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideNextValue, furthestValue, type SequenceState } from './next-value.ts';

const sequence: SequenceState = {
  name: 'public.orders_id_seq',
  lastValue: 10n,
  called: true,
  increment: 1n,
  cache: 1n,
  min: 1n,
  max: 2n ** 31n - 1n,
};

describe('a sequence of the receiver', () => {
  test('moves past what the giver used, by the margin', () => {
    expect(decideNextValue(sequence, [500n, 700n], 100n)).toEqual({ kind: 'moves', next: 800n });
  });

  test('stays where nothing was used, or where it is further already', () => {
    expect(decideNextValue(sequence, [], 100n)).toEqual({ kind: 'stays', next: 11n });
    expect(decideNextValue({ ...sequence, lastValue: 5000n }, [700n], 100n)).toEqual({ kind: 'stays', next: 5001n });
  });

  test('counts what sessions may hold in their caches', () => {
    expect(furthestValue({ ...sequence, cache: 50n }, 4)).toBe(210n);
  });

  test('that counts down moves down', () => {
    const down = { ...sequence, increment: -1n, lastValue: -10n, min: -1000n, max: -1n };
    expect(decideNextValue(down, [-50n, -70n], 100n)).toEqual({ kind: 'moves', next: -170n });
  });

  test('says when its type has no room', () => {
    expect(decideNextValue(sequence, [sequence.max - 5n], 100n).kind).toBe('exhausted');
  });

  test('does not move again when it is asked again', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 1_000_000n), fc.array(fc.bigInt(1n, 1_000_000n)), (lastValue, used) => {
        const first = decideNextValue({ ...sequence, lastValue }, used, 100n);
        const moved = first.kind === 'moves' ? { ...sequence, lastValue: first.next, called: false } : sequence;
        if (first.kind !== 'moves') return;
        expect(decideNextValue(moved, used, 100n)).toEqual({ kind: 'stays', next: first.next });
        for (const value of used) expect(first.next > value).toBe(true);
      }),
    );
  });
});
