import { ownershipKey, type AttemptRef, type OwnershipRecord } from '@overgrow/core';
import type { RefusalReason } from '../errors/proxy-problem.ts';

/**
 * The gate: which unsafe requests may pass, as values. Nothing here waits, counts time or touches a socket; the
 * gatekeeper does what these functions say. The protocol is docs/explanation/cutover.md.
 */

/** What is asked of unsafe requests: `armed` admits them under a live lease only, `fencing` holds them. */
export type GateMode = 'unlearned' | 'open' | 'armed' | 'fencing';

export interface AttemptInForce {
  readonly ref: AttemptRef;
  readonly stage: 'armed' | 'fencing';
}

export interface GateState {
  readonly mode: GateMode;
  readonly learned: boolean;
  /** Key (context and scope) → newest record known. */
  readonly records: ReadonlyMap<string, OwnershipRecord>;
  /** Key → the attempt that is armed or fencing here. */
  readonly attempts: ReadonlyMap<string, AttemptInForce>;
  /** Key → highest attempt that was released or withdrawn here. Attempts are numbered in order and never reused. */
  readonly ended: ReadonlyMap<string, number>;
}

export const initialGate: GateState = {
  mode: 'unlearned',
  learned: false,
  records: new Map(),
  attempts: new Map(),
  ended: new Map(),
};

export type GateMessage =
  | { readonly kind: 'learn'; readonly records: readonly OwnershipRecord[] }
  | { readonly kind: 'arm' | 'fence' | 'withdraw'; readonly ref: AttemptRef }
  | { readonly kind: 'release'; readonly ref: AttemptRef; readonly record: OwnershipRecord };

/**
 * `applied`: the message is in force (also when it was already). `stale`: of an attempt that has ended here; acknowledged
 * without effect. `unfinished`: a newer attempt while an older one is in force; not acknowledged.
 */
export type GateOutcome = 'applied' | 'stale' | 'unfinished';

export interface GateStep {
  readonly state: GateState;
  readonly outcome: GateOutcome;
}

export interface AdmissionQuestion {
  readonly unsafe: boolean;
  readonly leaseIsLive: () => boolean;
  readonly held: number;
  readonly heldBytes: number;
  readonly bytes: number;
  readonly maxHeldRequests: number;
  readonly maxHeldBytes: number;
}

export type Admission =
  | { readonly kind: 'admit' }
  | { readonly kind: 'hold' }
  | { readonly kind: 'refuse'; readonly reason: RefusalReason };

const admit: Admission = { kind: 'admit' };
const hold: Admission = { kind: 'hold' };

/** Safe requests always pass. The lease is asked only where it decides. */
export function decideAdmission(mode: GateMode, question: AdmissionQuestion): Admission {
  if (!question.unsafe || mode === 'open') return admit;
  if (mode === 'unlearned') return { kind: 'refuse', reason: 'not-learned' };
  if (mode === 'armed') return question.leaseIsLive() ? admit : { kind: 'refuse', reason: 'lease-lost' };
  const fits = question.held < question.maxHeldRequests && question.heldBytes + question.bytes <= question.maxHeldBytes;
  return fits ? hold : { kind: 'refuse', reason: 'held-too-many' };
}

/** Applies one message. Every order of messages leaves a state in which no ended attempt is in force. */
export function stepGate(state: GateState, message: GateMessage): GateStep {
  switch (message.kind) {
    case 'learn':
      return applied(message.records.reduce(learnRecord, { ...state, learned: true }));
    case 'arm':
      return enter(state, message.ref, 'armed');
    case 'fence':
      return enter(state, message.ref, 'fencing');
    case 'withdraw':
      return end(state, message.ref);
    case 'release': {
      const step = end(state, message.ref);
      return { state: withMode(learnRecord(step.state, message.record)), outcome: step.outcome };
    }
  }
}

function enter(state: GateState, ref: AttemptRef, stage: AttemptInForce['stage']): GateStep {
  const key = ownershipKey(ref);
  if (ref.attempt <= (state.ended.get(key) ?? 0) || ref.epoch < (state.records.get(key)?.epoch ?? 0)) {
    return { state, outcome: 'stale' };
  }
  const current = state.attempts.get(key);
  if (current !== undefined && current.ref.attempt > ref.attempt) return { state, outcome: 'stale' };
  if (current !== undefined && current.ref.attempt < ref.attempt) return { state, outcome: 'unfinished' };
  // A late `arm` does not lift a fence.
  if (current?.stage === 'fencing') return { state, outcome: 'applied' };
  return applied({ ...state, attempts: new Map(state.attempts).set(key, { ref, stage }) });
}

/** Ends the attempt and every older one: the store starts an attempt only when the one before has finished. */
function end(state: GateState, ref: AttemptRef): GateStep {
  const key = ownershipKey(ref);
  const outcome = ref.attempt <= (state.ended.get(key) ?? 0) ? 'stale' : 'applied';
  return { state: withMode(endThrough(state, key, ref.attempt)), outcome };
}

function endThrough(state: GateState, key: string, attempt: number): GateState {
  const ended = new Map(state.ended).set(key, Math.max(attempt, state.ended.get(key) ?? 0));
  const current = state.attempts.get(key);
  if (current === undefined || current.ref.attempt > attempt) return { ...state, ended };
  const attempts = new Map(state.attempts);
  attempts.delete(key);
  return { ...state, attempts, ended };
}

/**
 * Takes a record over when it is newer than the known one, and draws from it which attempt is over and which is in force: a
 * proxy that starts in the middle of an attempt learns so before its first unsafe request.
 */
function learnRecord(state: GateState, record: OwnershipRecord): GateState {
  const key = ownershipKey(record);
  const known = state.records.get(key);
  if (known !== undefined && !isNewer(record, known)) return state;
  const learned = { ...state, records: new Map(state.records).set(key, record) };
  const attempt = record.attempt;
  if (attempt === null) return learned;
  const after = endThrough(learned, key, attempt.finished ? attempt.number : attempt.number - 1);
  if (after.attempts.has(key) || attempt.number <= (after.ended.get(key) ?? 0)) return after;
  const stage = stageOf(record);
  if (stage === undefined) return after;
  const epoch = attempt.state.kind === 'flipped' ? record.epoch - 1 : record.epoch;
  const ref = { context: record.context, scope: record.scope, epoch, attempt: attempt.number, leaseEpoch: 0 };
  return { ...after, attempts: new Map(after.attempts).set(key, { ref, stage }) };
}

/** What an unfinished attempt asks of a proxy that has not heard of it. A decided one holds until its release or withdrawal. */
function stageOf(record: OwnershipRecord): AttemptInForce['stage'] | undefined {
  const attempt = record.attempt;
  if (attempt === null || attempt.finished) return undefined;
  if (attempt.state.kind !== 'running' || record.phase === 'fencing') return 'fencing';
  return record.phase === 'armed' ? 'armed' : undefined;
}

function isNewer(record: OwnershipRecord, known: OwnershipRecord): boolean {
  if (record.epoch !== known.epoch) return record.epoch > known.epoch;
  return (record.attempt?.number ?? 0) >= (known.attempt?.number ?? 0);
}

function applied(state: GateState): GateStep {
  return { state: withMode(state), outcome: 'applied' };
}

function withMode(state: GateState): GateState {
  const mode = modeOf(state);
  return mode === state.mode ? state : { ...state, mode };
}

function modeOf(state: GateState): GateMode {
  if (!state.learned) return 'unlearned';
  let mode: GateMode = 'open';
  for (const { stage } of state.attempts.values()) {
    if (stage === 'fencing') return 'fencing';
    mode = 'armed';
  }
  return mode;
}
