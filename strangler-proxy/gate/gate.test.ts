import type { AttemptRef, OwnershipRecord } from '@overgrow/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptOf, recordOf } from '../test-support/proxy-under-test-server.ts';
import { decideAdmission, initialGate, stepGate, type GateMessage, type GateState } from './gate.ts';

const learned = stepGate(initialGate, { kind: 'learn', records: [recordOf('monolith', 3)] }).state;
const after = (...messages: readonly GateMessage[]) =>
  messages.reduce((state, message) => stepGate(state, message).state, learned);
const flipped = (attempt: number, epoch: number, finished = false) =>
  recordOf('service', epoch, { number: attempt, kind: 'cutover', state: { kind: 'flipped' }, finished });
const ref = attemptOf;

const ask = (mode: GateState['mode'], unsafe: boolean, leaseIsLive = true, held = 0, heldBytes = 0) =>
  decideAdmission(mode, {
    unsafe,
    leaseIsLive: () => leaseIsLive,
    held,
    heldBytes,
    bytes: 10,
    maxHeldRequests: 3,
    maxHeldBytes: 100,
  });

describe('decideAdmission', () => {
  it.each(['unlearned', 'open', 'armed', 'fencing'] as const)('always admits safe requests (%s)', (mode) => {
    expect(ask(mode, false, false, 99)).toEqual({ kind: 'admit' });
  });
  it('never guesses an owner', () => expect(ask('unlearned', true)).toEqual({ kind: 'refuse', reason: 'not-learned' }));
  it('admits under a live lease while armed', () => expect(ask('armed', true)).toEqual({ kind: 'admit' }));
  it('refuses without a lease while armed', () =>
    expect(ask('armed', true, false)).toEqual({ kind: 'refuse', reason: 'lease-lost' }));
  it('holds while fencing, lease or not', () => expect(ask('fencing', true, false)).toEqual({ kind: 'hold' }));
  it('bounds the number', () =>
    expect(ask('fencing', true, true, 3)).toEqual({ kind: 'refuse', reason: 'held-too-many' }));
  it('bounds the bytes', () =>
    expect(ask('fencing', true, true, 1, 91)).toEqual({ kind: 'refuse', reason: 'held-too-many' }));
});

describe('stepGate, each order', () => {
  it('is unlearned before the first learn, even when it fences', () => {
    expect(stepGate(initialGate, { kind: 'fence', ref: ref(1) }).state.mode).toBe('unlearned');
  });
  it('arm, fence, release', () => {
    expect(after({ kind: 'arm', ref: ref(1) }).mode).toBe('armed');
    expect(after({ kind: 'arm', ref: ref(1) }, { kind: 'fence', ref: ref(1) }).mode).toBe('fencing');
    const released = after({ kind: 'fence', ref: ref(1) }, { kind: 'release', ref: ref(1), record: flipped(1, 4) });
    expect(released.mode).toBe('open');
    expect(released.records.get('ownership/reviews/*')?.owner).toBe('service');
  });
  it('fence before arm: the late arm does not lift the fence', () => {
    expect(after({ kind: 'fence', ref: ref(1) }, { kind: 'arm', ref: ref(1) }).mode).toBe('fencing');
  });
  it('withdraw before fence: the late fence is acknowledged without effect', () => {
    const step = stepGate(after({ kind: 'withdraw', ref: ref(1) }), { kind: 'fence', ref: ref(1) });
    expect(step).toMatchObject({ outcome: 'stale', state: { mode: 'open' } });
  });
  it('withdraw twice, and of an attempt never seen', () => {
    const once = after({ kind: 'withdraw', ref: ref(7) });
    expect(stepGate(once, { kind: 'withdraw', ref: ref(7) })).toMatchObject({
      outcome: 'stale',
      state: { mode: 'open' },
    });
  });
  it('withdraw of an older attempt leaves the running one', () => {
    expect(after({ kind: 'fence', ref: ref(2) }, { kind: 'withdraw', ref: ref(1) }).mode).toBe('fencing');
  });
  it('withdraw of a newer attempt ends the older: the store starts one only after the other', () => {
    expect(after({ kind: 'fence', ref: ref(1) }, { kind: 'withdraw', ref: ref(2) }).mode).toBe('open');
  });
  it('release of another attempt neither ends the fence nor turns the owner back', () => {
    const state = after({ kind: 'fence', ref: ref(2) }, { kind: 'release', ref: ref(1), record: flipped(1, 2) });
    expect(state.mode).toBe('fencing');
    expect(state.records.get('ownership/reviews/*')?.owner).toBe('monolith');
  });
  it('fence of an older epoch or attempt is stale, of a newer attempt not acknowledged', () => {
    const fencing = after({ kind: 'fence', ref: ref(2) });
    expect(stepGate(fencing, { kind: 'fence', ref: ref(1) }).outcome).toBe('stale');
    expect(stepGate(fencing, { kind: 'fence', ref: ref(3, 2) }).outcome).toBe('stale');
    expect(stepGate(fencing, { kind: 'fence', ref: ref(3) })).toEqual({ outcome: 'unfinished', state: fencing });
  });
  it('learn of an older epoch is ignored', () => {
    expect(after({ kind: 'learn', records: [recordOf('service', 2)] }).records.get('ownership/reviews/*')?.epoch).toBe(
      3,
    );
  });
  it('a proxy that starts in the middle of an attempt takes its stage from the record', () => {
    const running = (phase: OwnershipRecord['phase']) => ({
      ...recordOf('monolith', 3, {
        number: 5,
        kind: 'cutover' as const,
        state: { kind: 'running' as const },
        finished: false,
      }),
      phase,
    });
    const start = (record: OwnershipRecord) => stepGate(initialGate, { kind: 'learn', records: [record] }).state;
    expect(start(running('reading')).mode).toBe('open');
    expect(start(running('armed')).mode).toBe('armed');
    expect(start(running('fencing')).mode).toBe('fencing');
    const decided = start(flipped(5, 4));
    expect(decided.mode).toBe('fencing');
    expect(stepGate(decided, { kind: 'release', ref: ref(5), record: flipped(5, 4) }).state.mode).toBe('open');
    expect(start(flipped(5, 4, true)).mode).toBe('open');
  });
  it('learn of a finished attempt ends its fence', () => {
    expect(after({ kind: 'fence', ref: ref(1) }, { kind: 'learn', records: [flipped(1, 4, true)] }).mode).toBe('open');
  });
  it('fences of two contexts end one by one', () => {
    const other: AttemptRef = { ...ref(1), context: 'catalog' };
    const both = after({ kind: 'fence', ref: ref(1) }, { kind: 'fence', ref: other });
    const one = stepGate(both, { kind: 'withdraw', ref: other }).state;
    expect(one.mode).toBe('fencing');
    expect(stepGate(one, { kind: 'withdraw', ref: ref(1) }).state.mode).toBe('open');
  });
});

describe('stepGate, any order', () => {
  const anyRef = fc
    .record({ attempt: fc.integer({ min: 1, max: 4 }), epoch: fc.integer({ min: 2, max: 5 }) })
    .map(({ attempt, epoch }) => ref(attempt, epoch));
  const anyRecord = fc
    .record({
      number: fc.integer({ min: 1, max: 4 }),
      epoch: fc.integer({ min: 2, max: 5 }),
      finished: fc.boolean(),
      kind: fc.constantFrom('running', 'flipped'),
    })
    .map(({ number, epoch, finished, kind }) =>
      recordOf(epoch % 2 === 0 ? 'service' : 'monolith', epoch, {
        number,
        kind: 'cutover',
        state: { kind } as { kind: 'running' | 'flipped' },
        finished,
      }),
    );
  const anyMessage: fc.Arbitrary<GateMessage> = fc.oneof(
    fc.record({ kind: fc.constantFrom('arm' as const, 'fence' as const, 'withdraw' as const), ref: anyRef }),
    fc.record({ kind: fc.constant('release' as const), ref: anyRef, record: anyRecord }),
    fc.record({ kind: fc.constant('learn' as const), records: fc.array(anyRecord, { maxLength: 2 }) }),
  );

  it('never turns an epoch back, never revives an ended attempt, and withdrawing the newest attempt always opens', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), (messages) => {
        let state = initialGate;
        for (const message of messages) {
          const before = state;
          state = stepGate(state, message).state;
          for (const [key, record] of before.records)
            expect(state.records.get(key)!.epoch).toBeGreaterThanOrEqual(record.epoch);
          for (const [key, attempt] of before.ended) expect(state.ended.get(key)).toBeGreaterThanOrEqual(attempt);
          for (const [key, { ref: inForce }] of state.attempts)
            expect(inForce.attempt).toBeGreaterThan(state.ended.get(key) ?? 0);
        }
        const end = stepGate(stepGate(state, { kind: 'learn', records: [] }).state, {
          kind: 'withdraw',
          ref: ref(9),
        }).state;
        expect(end.mode).toBe('open');
      }),
    );
  });
});
