import type { OwnershipRecord } from '@overgrow/core';
import type { Command, Decision, Event } from './messages.ts';
import { transitionOf } from './transitions.ts';

const accepted = (...events: readonly Event[]): Decision => ({ kind: 'accepted', events });
const refused = (...reasons: readonly string[]): Decision => ({ kind: 'refused', reasons });

/**
 * What a command makes of a context, without any effect. The caller writes `evolve`'s result with one compare-and-set, so
 * that of two decisions on the same state at most one comes true.
 */
export function decide(command: Command, state: OwnershipRecord | undefined): Decision {
  if (command.kind === 'declare') {
    return state === undefined
      ? accepted({ kind: 'declared', context: command.context, scope: command.scope })
      : refused(`${command.context} is declared already`);
  }
  if (state === undefined) return refused('the context is not declared yet');
  switch (command.kind) {
    case 'begin':
      return decideBegin(command, state);
    case 'fence':
    case 'flip':
    case 'abandon':
    case 'finish':
      return decideWithin(command, state);
    case 'verified':
      return decideVerified(command.clean, state);
    case 'caught-up':
      if (transitionOf(state.phase, command.kind, null) === undefined) return outOfPhase(command, state);
      if (!command.streaming) return refused('the forward link does not stream yet');
      if (command.lagMs > command.maxLagMs) {
        return refused(`the forward link is ${command.lagMs} ms behind, and maxLag is ${command.maxLagMs} ms`);
      }
      return accepted({ kind: 'replication-caught-up' });
    case 'replicate':
      return decideIdle(command, state, { kind: 'replication-started' });
    case 'settle':
      return decideIdle(command, state, { kind: 'settled' });
    case 'retire':
      return decideIdle(command, state, { kind: 'retired' });
  }
}

/** Whether an attempt still has something to do. */
export function attemptUnfinished(state: OwnershipRecord): boolean {
  return state.attempt !== null && !state.attempt.finished;
}

function decideBegin(command: Extract<Command, { kind: 'begin' }>, state: OwnershipRecord): Decision {
  if (attemptUnfinished(state)) return refused(`attempt ${state.attempt?.number} is not finished yet`);
  if (transitionOf(state.phase, 'begin', command.attempt) === undefined) {
    const from = command.attempt === 'cutover' ? 'reading' : 'switched';
    return refused(`a ${command.attempt} starts from ${from}, and ${state.context} is ${state.phase}`);
  }
  if (command.failedGates.length > 0)
    return refused(...command.failedGates.map(({ name, reason }) => `${name}: ${reason}`));
  return accepted({ kind: 'attempt-began', attempt: (state.attempt?.number ?? 0) + 1, of: command.attempt });
}

function decideWithin(
  command: Extract<Command, { kind: 'fence' | 'flip' | 'abandon' | 'finish' }>,
  state: OwnershipRecord,
): Decision {
  const { attempt } = state;
  if (attempt?.number !== command.attempt) {
    return refused(`attempt ${command.attempt} is not the current one, which is ${attempt?.number ?? 'none'}`);
  }
  if (command.kind === 'finish') {
    if (attempt.state.kind === 'running') return refused(`attempt ${attempt.number} is still undecided`);
    return attempt.finished
      ? refused(`attempt ${attempt.number} is finished already`)
      : accepted({ kind: 'attempt-finished' });
  }
  if (attempt.state.kind !== 'running') return refused(`attempt ${attempt.number} was ${attempt.state.kind} already`);
  if (transitionOf(state.phase, command.kind, attempt.kind) === undefined) return outOfPhase(command, state);
  switch (command.kind) {
    case 'fence':
      return accepted({ kind: 'fence-began' });
    case 'flip':
      return accepted({ kind: 'flipped' });
    case 'abandon':
      return accepted({ kind: 'abandoned', reason: command.reason });
  }
}

/** A pass that changes no phase is evidence, not an event: it comes to the gates by its own way. */
function decideVerified(clean: boolean, state: OwnershipRecord): Decision {
  if (state.phase === 'verifying') return clean ? accepted({ kind: 'verification-passed' }) : accepted();
  if (state.phase === 'reading') return clean ? accepted() : accepted({ kind: 'verification-failed' });
  return accepted();
}

function decideIdle(command: Command, state: OwnershipRecord, event: Event): Decision {
  if (attemptUnfinished(state)) return refused(`attempt ${state.attempt?.number} is not finished yet`);
  return transitionOf(state.phase, command.kind, null) === undefined ? outOfPhase(command, state) : accepted(event);
}

function outOfPhase(command: Command, state: OwnershipRecord): Decision {
  return refused(`${command.kind} has no meaning while ${state.context} is ${state.phase}`);
}
