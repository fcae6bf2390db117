import { describe, expect, test } from 'vitest';
import {
  decideAbandon,
  decideApply,
  decideArm,
  decideBarrier,
  decideClose,
  decideOpen,
  decideRaise,
  guardIsClosed,
  type ControlDecision,
  type ControlRow,
} from './control-row.ts';

const monolith: ControlRow = {
  side: 'monolith',
  owner: 'monolith',
  epoch: 7,
  attempt: 2,
  abandoned: true,
  leaseEpoch: 5,
  openDirection: 'forward',
  barrierPosition: null,
};
const service: ControlRow = { ...monolith, side: 'service' };
const ref = { context: 'catalog', scope: '*', epoch: 7, attempt: 3, leaseEpoch: 5 };

const rowOf = (decision: ControlDecision): ControlRow => {
  if (decision.kind === 'stale') throw new Error(decision.reason);
  return decision.row;
};

describe('a switch', () => {
  const armed = rowOf(decideArm(monolith, ref, 'forward'));
  const fenced = rowOf(decideBarrier(armed, ref, 'forward'));
  const opened = rowOf(decideOpen(rowOf(decideArm(service, ref, 'forward')), ref, 'forward', 8));
  const closed = rowOf(decideClose(fenced, ref, 'forward', 8));

  test('takes each side through its states', () => {
    expect(armed).toMatchObject({ owner: 'monolith', attempt: 3, abandoned: false });
    expect(fenced).toMatchObject({ owner: 'none', epoch: 7 });
    expect(opened).toMatchObject({ owner: 'service', epoch: 8, openDirection: 'reverse' });
    expect(closed).toMatchObject({ owner: 'service', epoch: 8, openDirection: 'reverse' });
    expect([armed, fenced, opened, closed].map(guardIsClosed)).toEqual([false, true, false, true]);
  });

  test('may be repeated at every step', () => {
    const repeats = [
      decideArm(armed, ref, 'forward'),
      decideBarrier(fenced, ref, 'forward'),
      decideOpen(opened, ref, 'forward', 8),
      decideClose(closed, ref, 'forward', 8),
    ];
    expect(repeats).toEqual([armed, fenced, opened, closed].map((row) => ({ kind: 'go', row, repeated: true })));
  });

  test('is undone by an abandon before the flip, and never after it', () => {
    expect(rowOf(decideAbandon(fenced, ref, 'forward'))).toMatchObject({
      owner: 'monolith',
      epoch: 7,
      abandoned: true,
    });
    expect(decideAbandon(opened, ref, 'forward').kind).toBe('stale');
    expect(decideAbandon(closed, ref, 'forward').kind).toBe('stale');
  });

  test('is not taken up again by an attempt that was abandoned', () => {
    const abandoned = rowOf(decideAbandon(fenced, ref, 'forward'));
    expect(decideArm(abandoned, ref, 'forward').kind).toBe('stale');
    expect(decideBarrier(abandoned, ref, 'forward').kind).toBe('stale');
    expect(decideOpen(abandoned, ref, 'forward', 8).kind).toBe('stale');
    expect(decideClose(abandoned, ref, 'forward', 8).kind).toBe('stale');
    expect(decideAbandon(abandoned, ref, 'forward')).toEqual({ kind: 'go', row: abandoned, repeated: true });
  });

  test('abandons an attempt that was never armed, so that its barrier can no longer come', () => {
    const abandoned = rowOf(decideAbandon(monolith, ref, 'forward'));
    expect(decideBarrier(abandoned, ref, 'forward').kind).toBe('stale');
  });

  test('gives nothing that the giver does not own', () => {
    expect(decideArm(monolith, ref, 'reverse').kind).toBe('stale');
    expect(decideClose(armed, ref, 'forward', 8).kind).toBe('stale');
  });

  test('is stale under a lower lease epoch or attempt', () => {
    const taken = rowOf(decideRaise(fenced, 6));
    expect(decideRaise(taken, 5).kind).toBe('stale');
    for (const decide of [decideArm, decideBarrier, decideAbandon]) {
      expect(decide(taken, ref, 'forward').kind).toBe('stale');
      expect(decide(fenced, { ...ref, attempt: 2 }, 'forward').kind).toBe('stale');
    }
  });
});

test('a link applies in the open direction and under the newest lease only', () => {
  expect(decideApply(service, { direction: 'forward', leaseEpoch: 5 })).toBeUndefined();
  expect(decideApply(service, { direction: 'forward', leaseEpoch: 4 })).toBe('stale');
  expect(decideApply(service, { direction: 'reverse', leaseEpoch: 5 })).toBe('closed');
});
