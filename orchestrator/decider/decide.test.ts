import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OwnershipRecord } from '@overgrow/core';
import { decide } from './decide.ts';
import { evolve } from './evolve.ts';
import type { Command, Event } from './messages.ts';
import { transitionOf, transitions } from './transitions.ts';

const declared: Event = { kind: 'declared', context: 'reviews', scope: '*' };
const ready: readonly Event[] = [
  declared,
  { kind: 'replication-started' },
  { kind: 'replication-caught-up' },
  { kind: 'verification-passed' },
];
const fencing = (attempt: number, of: 'cutover' | 'rollback'): readonly Event[] => [
  { kind: 'attempt-began', attempt, of },
  { kind: 'fence-began' },
];
const flipped: readonly Event[] = [{ kind: 'flipped' }, { kind: 'attempt-finished' }];

const stateAfter = (events: readonly Event[]): OwnershipRecord | undefined => {
  let state: OwnershipRecord | undefined;
  for (const event of events) state = evolve(state, event);
  return state;
};
const given = (...events: readonly Event[]) => ({
  when: (command: Command) => {
    const decision = decide(command, stateAfter(events));
    return {
      gives: (...expected: readonly Event[]) => expect(decision).toEqual({ kind: 'accepted', events: expected }),
      refuses: (reason: RegExp) => {
        expect(decision).toMatchObject({ kind: 'refused' });
        expect(decision.kind === 'refused' && decision.reasons.join('\n')).toMatch(reason);
      },
    };
  },
});
const begin = (
  attempt: 'cutover' | 'rollback',
  failedGates: readonly { name: string; reason: string }[] = [],
): Command => ({
  kind: 'begin',
  attempt,
  failedGates,
});

describe('deciding', () => {
  test('a context is declared once', () => {
    given().when({ kind: 'declare', context: 'reviews', scope: '*' }).gives(declared);
    given(declared)
      .when({ kind: 'declare', context: 'reviews', scope: '*' })
      .refuses(/already/);
    given()
      .when({ kind: 'replicate' })
      .refuses(/not declared/);
  });

  test('it verifies only when it streams and has caught up', () => {
    const replicating = given(declared, { kind: 'replication-started' });
    const command = { kind: 'caught-up', streaming: true, lagMs: 10, maxLagMs: 1000 } as const;
    replicating.when({ ...command, streaming: false }).refuses(/does not stream/);
    replicating.when({ ...command, lagMs: 1001 }).refuses(/1001 ms behind/);
    replicating.when(command).gives({ kind: 'replication-caught-up' });
  });

  test('differences take it back from reading', () => {
    given(...ready)
      .when({ kind: 'verified', clean: false })
      .gives({ kind: 'verification-failed' });
    given(...ready)
      .when({ kind: 'verified', clean: true })
      .gives();
  });

  test('an attempt begins only with every gate met, and gets the next number', () => {
    given(...ready)
      .when(begin('cutover', [{ name: 'lag-low', reason: 'far behind' }]))
      .refuses(/lag-low: far behind/);
    given(...ready)
      .when(begin('cutover'))
      .gives({ kind: 'attempt-began', attempt: 1, of: 'cutover' });
    given(...ready, ...fencing(1, 'cutover'), { kind: 'abandoned', reason: 'late' }, { kind: 'attempt-finished' })
      .when(begin('cutover'))
      .gives({ kind: 'attempt-began', attempt: 2, of: 'cutover' });
  });

  test('none begins before the last one is finished', () => {
    given(...ready, ...fencing(1, 'cutover'))
      .when(begin('cutover'))
      .refuses(/not finished/);
    given(...ready, ...fencing(1, 'cutover'), { kind: 'flipped' })
      .when(begin('rollback'))
      .refuses(/not finished/);
  });

  test('flip and abandon exclude each other', () => {
    const running = [...ready, ...fencing(1, 'cutover')];
    given(...running, { kind: 'flipped' })
      .when({ kind: 'abandon', attempt: 1, reason: 'late' })
      .refuses(/flipped already/);
    given(...running, { kind: 'abandoned', reason: 'late' })
      .when({ kind: 'flip', attempt: 1 })
      .refuses(/abandoned already/);
  });

  test('nothing flips unfenced, and nothing of another attempt', () => {
    given(...ready, { kind: 'attempt-began', attempt: 1, of: 'cutover' })
      .when({ kind: 'flip', attempt: 1 })
      .refuses(/no meaning while reviews is armed/);
    given(...ready, ...fencing(3, 'cutover'))
      .when({ kind: 'flip', attempt: 2 })
      .refuses(/not the current one, which is 3/);
  });

  test('owner and epoch change with the flip, and back with a rollback', () => {
    const there = stateAfter([...ready, ...fencing(1, 'cutover'), ...flipped]);
    expect(there).toMatchObject({ owner: 'service', epoch: 2, phase: 'switched' });
    const back = stateAfter([...ready, ...fencing(1, 'cutover'), ...flipped, ...fencing(2, 'rollback'), ...flipped]);
    expect(back).toMatchObject({ owner: 'monolith', epoch: 3, phase: 'rolled-back' });
  });
});

const commands = fc.oneof(
  fc.constantFrom<Command>(
    { kind: 'declare', context: 'reviews', scope: '*' },
    { kind: 'replicate' },
    { kind: 'caught-up', streaming: true, lagMs: 0, maxLagMs: 1 },
    { kind: 'verified', clean: true },
    { kind: 'verified', clean: false },
    { kind: 'begin', attempt: 'cutover', failedGates: [] },
    { kind: 'begin', attempt: 'rollback', failedGates: [] },
    { kind: 'settle' },
    { kind: 'retire' },
  ),
  fc
    .tuple(fc.constantFrom('fence', 'flip', 'abandon', 'finish'), fc.integer({ min: 1, max: 4 }))
    .map(([kind, attempt]): Command =>
      kind === 'abandon' ? { kind, attempt, reason: 'doubt' } : ({ kind, attempt } as Command),
    ),
);

describe('whatever is asked, in whatever order', () => {
  test('only arrows of the table are taken, numbers are never reused, one end per attempt, epochs count flips', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 60 }), (asked) => {
        let state: OwnershipRecord | undefined;
        let lastAttempt = 0;
        let flips = 0;
        const ended = new Set<number>();
        for (const command of asked) {
          const decision = decide(command, state);
          if (decision.kind === 'refused') continue;
          for (const event of decision.events) {
            const before = state;
            state = evolve(state, event);
            if (event.kind === 'attempt-began') {
              expect(event.attempt).toBe(lastAttempt + 1);
              lastAttempt = event.attempt;
            }
            if (event.kind === 'flipped' || event.kind === 'abandoned') {
              expect(ended.has(lastAttempt)).toBe(false);
              ended.add(lastAttempt);
            }
            if (event.kind === 'flipped') flips += 1;
            else if (before !== undefined) expect(state.owner).toBe(before.owner);
            if (state.phase !== before?.phase) {
              const arrow = transitionOf(before?.phase ?? null, command.kind, state.attempt?.kind ?? null);
              expect(arrow).toMatchObject({ to: state.phase, owner: state.owner });
            }
          }
        }
        expect(state?.epoch ?? 1).toBe(1 + flips);
      }),
      { numRuns: 500 },
    );
  });

  /** Every state that commands can reach, told apart by what decisions depend on. */
  const explore = () => {
    const asked: Command[] = [
      { kind: 'replicate' },
      { kind: 'caught-up', streaming: true, lagMs: 0, maxLagMs: 1 },
      { kind: 'verified', clean: true },
      { kind: 'verified', clean: false },
      begin('cutover'),
      begin('rollback'),
      { kind: 'settle' },
      { kind: 'retire' },
    ];
    const keyOf = (state: OwnershipRecord) =>
      [state.phase, state.owner, state.attempt?.kind, state.attempt?.state.kind, state.attempt?.finished].join();
    const first = stateAfter([declared]);
    const found = new Map<string, { state: OwnershipRecord; next: Set<string> }>();
    const queue = first === undefined ? [] : [first];
    for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
      if (found.has(keyOf(state))) continue;
      const next = new Set<string>();
      found.set(keyOf(state), { state, next });
      const attempt = state.attempt?.number ?? 1;
      const within: Command[] = [
        { kind: 'fence', attempt },
        { kind: 'flip', attempt },
        { kind: 'abandon', attempt, reason: 'doubt' },
        { kind: 'finish', attempt },
      ];
      for (const command of [...asked, ...within]) {
        const decision = decide(command, state);
        if (decision.kind === 'refused') continue;
        const then = decision.events.reduce<OwnershipRecord>((at, event) => evolve(at, event), state);
        next.add(keyOf(then));
        queue.push(then);
      }
    }
    return found;
  };

  test('from every state before settled, one in which the monolith owns is reached', () => {
    const found = explore();
    const reaches = new Set([...found].filter(([, { state }]) => state.owner === 'monolith').map(([key]) => key));
    for (let grew = true; grew;) {
      grew = false;
      for (const [key, { next }] of found) {
        if (reaches.has(key) || ![...next].some((each) => reaches.has(each))) continue;
        reaches.add(key);
        grew = true;
      }
    }
    const stuck = [...found].filter(([key]) => !reaches.has(key)).map(([, { state }]) => state.phase);
    expect(new Set(stuck)).toEqual(new Set(['settled', 'retired']));
    expect(found.size).toBeGreaterThan(15);
  });

  test('every arrow of the table can be taken', () => {
    const phases = new Set([...explore().values()].map(({ state }) => state.phase));
    for (const { from, to } of transitions) {
      expect(phases).toContain(to);
      if (from !== null) expect(phases).toContain(from);
    }
  });
});
