import {
  OvergrowError,
  type AttemptKind,
  type FenceTime,
  type GateStatus,
  type Json,
  type OwnershipRecord,
  type ReleaseReport,
} from '@overgrow/core';
import { directionOf } from '../decider/evolve.ts';
import { evaluateGates, failedGates } from '../gates/evaluate-gates.ts';
import { abortable } from './abortable.ts';
import { collectEvidence } from './collect-evidence.ts';
import { attemptRefOf, concludeAttempt } from './conclude-attempt.ts';
import { attemptPoint, type AttemptPoint } from './fault-points.ts';
import { createFenceLaps, type FenceLaps } from './fence-laps.ts';
import { applyCommand } from './records.ts';
import type { Session } from './session.ts';
import { timing, type ContextRun, type Setup } from './setup.ts';

export type AttemptOutcome =
  /** A gate was not met, or the phase is another: nothing was started. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[]; readonly gates: readonly GateStatus[] }
  | {
      readonly kind: 'switched' | 'rolled-back';
      readonly attempt: number;
      readonly record: OwnershipRecord;
      /** From the fence to the release, as the orchestrator saw it. */
      readonly fenceMs: number;
      readonly terms: FenceTime['terms'];
      readonly released: ReleaseReport | null;
    }
  | { readonly kind: 'abandoned'; readonly attempt: number; readonly record: OwnershipRecord; readonly reason: string };

/**
 * Steps 1–8 of the protocol for one context, forward or back. The caller holds the context's lane.
 * @throws STATE_LEASE_LOST: whoever takes the lease next brings the attempt to its end.
 */
export async function runAttempt(
  setup: Setup,
  session: Session,
  run: ContextRun,
  kind: AttemptKind,
  by: string,
  stopping: AbortSignal,
): Promise<AttemptOutcome> {
  const evidence = await collectEvidence(setup, session, run, kind, by);
  const gates = evaluateGates(evidence);
  const begin = { kind: 'begin', attempt: kind, failedGates: failedGates(gates) } as const;
  const begun = await applyCommand(setup.store, session, run, begin, { by, gates: renderGates(gates) });
  if (begun.kind === 'refused') return { kind: 'refused', reasons: begun.reasons, gates };
  const number = begun.record.attempt?.number ?? 0;
  setup.faults.reach(attemptPoint(kind, 'began'));

  const laps = createFenceLaps(setup.clock);
  let reason = 'undecided';
  try {
    await arm(setup, session, run, begun.record, stopping);
    await fenceToFlip(setup, session, run, begun.record, stopping, laps);
  } catch (error) {
    // Whatever went wrong, the record says how it stands: the flip may have been written though its answer was lost.
    reason = error instanceof Error ? error.message : String(error);
    setup.logger.warn(`attempt ${number} of ${run.context} stopped before its end`, { reason });
  }
  const { record, released } = await concludeAttempt(setup, session, run, reason, laps);
  const state = record.attempt?.state;
  if (record.attempt?.number !== number || state === undefined || state.kind === 'running') {
    return { kind: 'abandoned', attempt: number, record, reason };
  }
  if (state.kind === 'abandoned') return { kind: 'abandoned', attempt: number, record, reason: state.reason };
  const time = laps.read() ?? { fenceMs: 0, terms: [] };
  return { kind: kind === 'cutover' ? 'switched' : 'rolled-back', attempt: number, record, ...time, released };
}

/** As the journal keeps them: verdict and figures by name, without the texts that never change. */
function renderGates(gates: readonly GateStatus[]): Json {
  return Object.fromEntries(
    gates.map(({ name, verdict }) => [name, { ...verdict.figures, [verdict.kind]: verdict.reason }]),
  );
}

/** One step: live lease, effect, journal, fault point. */
function stepper(setup: Setup, session: Session, run: ContextRun, record: OwnershipRecord, signal: AbortSignal) {
  const kind = record.attempt?.kind ?? 'cutover';
  return async <T>(name: string, point: AttemptPoint | null, work: () => Promise<T>, data: (value: T) => object) => {
    signal.throwIfAborted();
    session.assertLive();
    run.step = name;
    const startedAt = setup.clock.elapsedMs();
    const value = await abortable(work(), signal);
    const tookMs = Math.round(setup.clock.elapsedMs() - startedAt);
    const entry = { attempt: record.attempt?.number ?? 0, tookMs, ...data(value) };
    await setup.store.append(run.context, name, entry as Json, session.lease);
    if (point !== null) setup.faults.reach(attemptPoint(kind, point));
    return value;
  };
}

async function arm(setup: Setup, session: Session, run: ContextRun, record: OwnershipRecord, stopping: AbortSignal) {
  const ref = attemptRefOf(record, session);
  const direction = directionOf(record.attempt?.kind ?? 'cutover');
  const bridge = bridgeOf(run);
  await using limit = deadline(setup, timing.armMs, `Arming took longer than ${timing.armMs} ms.`);
  const signal = AbortSignal.any([limit.signal, session.signal, stopping]);
  const step = stepper(setup, session, run, record, signal);
  await step(
    'databases-armed',
    null,
    () => bridge.arm(ref, direction),
    () => ({}),
  );
  await step(
    'armed',
    'armed',
    () => setup.traffic.arm(ref),
    () => ({}),
  );
}

async function fenceToFlip(
  setup: Setup,
  session: Session,
  run: ContextRun,
  record: OwnershipRecord,
  stopping: AbortSignal,
  laps: FenceLaps,
) {
  const { store, traffic, faults, limits } = setup;
  const ref = attemptRefOf(record, session);
  const kind = record.attempt?.kind ?? 'cutover';
  const direction = directionOf(kind);
  const bridge = bridgeOf(run);
  await using limit = deadline(setup, limits.maxFence, `The fence took longer than maxFence, ${limits.maxFence} ms.`);
  const signal = AbortSignal.any([limit.signal, session.signal, stopping]);
  const step = stepper(setup, session, run, record, signal);
  const decided = async (command: { readonly kind: 'fence' | 'flip'; readonly attempt: number }, evidence = {}) => {
    signal.throwIfAborted();
    const applied = await applyCommand(store, session, run, command, evidence);
    if (applied.kind === 'refused')
      throw new OvergrowError('STATE_CONFLICT', `${command.kind}: ${applied.reasons.join('; ')}.`);
  };

  await decided({ kind: 'fence', attempt: ref.attempt });
  faults.reach(attemptPoint(kind, 'fencing'));
  laps.begin();
  await step(
    'fence-acknowledged',
    'fenced',
    () => traffic.fence(ref, signal),
    (it) => ({ ...it }),
  );
  laps.lap('in-flight');
  await step(
    'barrier-written',
    'barrier',
    () => bridge.barrier(ref, direction, signal),
    (it) => ({ ...it }),
  );
  laps.lap('barrier');
  await step(
    'drained',
    'drained',
    () => bridge.drain(ref, direction, signal),
    () => ({}),
  );
  laps.lap('drain');
  // Side by side: both ask for nothing but what the drain brought, and a sequence that has moved harms no abandon.
  const moving = bridge.moveSequences(ref, direction, signal);
  moving.catch(() => {});
  const checked = await step(
    'checked',
    null,
    () => bridge.check(ref, direction, signal),
    ({ kind: pass, clean, rowsCompared }) => ({ pass, clean, rowsCompared }),
  );
  if (!checked.clean) {
    const tables = checked.tables.filter(({ differing }) => differing > 0).map(({ table }) => table);
    throw new OvergrowError('CUTOVER_DIFFERENT', `The check found rows that differ in ${tables.join(', ')}.`, {
      hint: 'Mend the rows that the verification names, then try again.',
      details: { context: run.context, tables },
    });
  }
  await step(
    'sequences-moved',
    'checked',
    () => moving,
    (sequences) => ({ sequences }),
  );
  laps.lap('check-and-sequences');
  // The one point of no return.
  run.step = 'flipping';
  await decided({ kind: 'flip', attempt: ref.attempt });
  laps.lap('flip');
  faults.reach(attemptPoint(kind, 'flipped'));
}

function bridgeOf(run: ContextRun) {
  if (run.bridge === undefined) throw new TypeError(`${run.context} has no bridge`);
  return run.bridge;
}

/** Aborts with CUTOVER_DEADLINE after `ms`; leaves no timer behind. */
function deadline({ clock }: Setup, ms: number, message: string): { readonly signal: AbortSignal } & AsyncDisposable {
  const over = new AbortController();
  const cancel = new AbortController();
  const timer = clock.sleep(ms, cancel.signal).then(
    () =>
      over.abort(
        new OvergrowError('CUTOVER_DEADLINE', message, {
          hint: 'Look in the journal for the step that took the time.',
          details: { deadlineMs: ms },
        }),
      ),
    () => {},
  );
  return {
    signal: over.signal,
    [Symbol.asyncDispose]: async () => {
      cancel.abort(new Error('in time'));
      await timer;
    },
  };
}
