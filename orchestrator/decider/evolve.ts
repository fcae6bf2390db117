import { giverOf, receiverOf, type AttemptKind, type Direction, type OwnershipRecord } from '@overgrow/core';
import type { Event } from './messages.ts';

/** A cutover moves forward, a rollback back. */
export function directionOf(kind: AttemptKind): Direction {
  return kind === 'cutover' ? 'forward' : 'reverse';
}

/** The state after an event. An event that the state cannot have is a fault of the caller: only `decide` makes events. */
export function evolve(state: OwnershipRecord | undefined, event: Event): OwnershipRecord {
  if (event.kind === 'declared') {
    const { context, scope } = event;
    return { context, scope, owner: 'monolith', epoch: 1, phase: 'planned', attempt: null };
  }
  if (state === undefined) throw new TypeError(`${event.kind} before declared`);
  switch (event.kind) {
    case 'replication-started':
      return { ...state, phase: 'replicating' };
    case 'replication-caught-up':
    case 'verification-failed':
      return { ...state, phase: 'verifying' };
    case 'verification-passed':
      return { ...state, phase: 'reading' };
    case 'attempt-began': {
      const attempt = { number: event.attempt, kind: event.of, state: { kind: 'running' }, finished: false } as const;
      return { ...state, phase: 'armed', attempt };
    }
    case 'fence-began':
      return { ...state, phase: 'fencing' };
    case 'flipped': {
      const attempt = attemptOf(state);
      return {
        ...state,
        owner: receiverOf(directionOf(attempt.kind)),
        epoch: state.epoch + 1,
        phase: attempt.kind === 'cutover' ? 'switched' : 'rolled-back',
        attempt: { ...attempt, state: { kind: 'flipped' } },
      };
    }
    case 'abandoned': {
      const attempt = attemptOf(state);
      return {
        ...state,
        owner: giverOf(directionOf(attempt.kind)),
        phase: attempt.kind === 'cutover' ? 'reading' : 'switched',
        attempt: { ...attempt, state: { kind: 'abandoned', reason: event.reason } },
      };
    }
    case 'attempt-finished':
      return { ...state, attempt: { ...attemptOf(state), finished: true } };
    case 'settled':
      return { ...state, phase: 'settled' };
    case 'retired':
      return { ...state, phase: 'retired' };
  }
}

function attemptOf(state: OwnershipRecord) {
  if (state.attempt === null) throw new TypeError('the record has no attempt');
  return state.attempt;
}
