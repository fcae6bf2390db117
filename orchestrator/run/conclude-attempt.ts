import type { AttemptRef, FenceTime, Json, OwnershipRecord, ReleaseReport } from '@overgrow/core';
import { attemptUnfinished } from '../decider/decide.ts';
import { directionOf } from '../decider/evolve.ts';
import { persist } from './abortable.ts';
import { attemptPoint, type AttemptPoint } from './fault-points.ts';
import type { FenceLaps } from './fence-laps.ts';
import { applyCommand, readRecord } from './records.ts';
import type { Session } from './session.ts';
import { problemOf, type ContextRun, type Setup } from './setup.ts';

export interface Conclusion {
  readonly record: OwnershipRecord;
  readonly released: ReleaseReport | null;
}

/** What the ports are told of the record's attempt. `epoch` is the one before the flip, also after it. */
export function attemptRefOf(record: OwnershipRecord, session: Session): AttemptRef {
  const flipped = record.attempt?.state.kind === 'flipped';
  return {
    context: record.context,
    scope: record.scope,
    epoch: flipped ? record.epoch - 1 : record.epoch,
    attempt: record.attempt?.number ?? 0,
    leaseEpoch: session.lease.epoch,
  };
}

/**
 * Brings an attempt to its end, wherever it stands: after a step failed, after a crash, and in the ordinary case after the
 * flip. The record alone says which way. Undecided means abandon, and that is a compare-and-set on the record of the flip,
 * so that exactly one of both wins. Every effect is idempotent and tried until it is done, or the lease is lost.
 * With `laps`, those of the fence that still holds, the journal tells at the release where its time went.
 * @throws STATE_LEASE_LOST
 */
export async function concludeAttempt(
  setup: Setup,
  session: Session,
  run: ContextRun,
  reason: string,
  laps?: FenceLaps,
): Promise<Conclusion> {
  const { store, clock, logger, faults } = setup;
  const persistence = {
    clock,
    logger: logger.child({ context: run.context }),
    signal: session.signal,
    onFailure: (error: unknown) => (run.problem = problemOf(error)),
  };
  const insist = <T>(what: string, work: () => Promise<T>) => persist(what, work, persistence);
  let released: ReleaseReport | null = null;

  for (;;) {
    const stored = await insist('reading the record', () => readRecord(store, run));
    if (stored === undefined) throw new TypeError(`${run.context} has no record`);
    const { record } = stored;
    const { attempt } = record;
    if (attempt === null || !attemptUnfinished(record)) return { record, released };

    const step = async <T>(name: string, point: AttemptPoint, work: () => Promise<T>, data: (value: T) => Json) => {
      run.step = name;
      const value = await insist(name, async () => {
        session.assertLive();
        return work();
      });
      await insist('journal', () =>
        store.append(run.context, name, { attempt: attempt.number, ...(data(value) as object) }, session.lease),
      );
      faults.reach(attemptPoint(attempt.kind, point));
      return value;
    };
    const reached = (point: AttemptPoint) => faults.reach(attemptPoint(attempt.kind, point));
    const ref = attemptRefOf(record, session);
    const direction = directionOf(attempt.kind);
    const { bridge } = run;
    if (bridge === undefined) throw new TypeError(`${run.context} has an attempt but no bridge`);

    if (attempt.state.kind === 'running') {
      run.step = 'abandoning';
      const command = { kind: 'abandon', attempt: attempt.number, reason } as const;
      const applied = await insist('abandon', () => applyCommand(store, session, run, command));
      if (applied.kind === 'accepted') reached('abandoned');
      continue;
    }
    if (attempt.state.kind === 'abandoned') {
      await step(
        'giver-reopened',
        'giver-reopened',
        () => bridge.abandon(ref, direction),
        () => ({}),
      );
      released = await step(
        'fence-withdrawn',
        'withdrawn',
        () => setup.traffic.withdraw(ref),
        (it) => ({ ...it }),
      );
    } else {
      await step(
        'receiver-opened',
        'receiver-opened',
        () => bridge.openReceiver(ref, direction, record.epoch),
        () => ({}),
      );
      await step(
        'giver-closed',
        'giver-closed',
        () => bridge.closeGiver(ref, direction, record.epoch),
        () => ({}),
      );
      released = await step(
        'released',
        'released',
        () => setup.traffic.release(ref, record),
        (it) => {
          laps?.lap('open');
          return { ...it, ...renderFenceTime(laps?.read()) };
        },
      );
    }
    await step(
      'disarmed',
      'disarmed',
      () => bridge.disarm(ref),
      () => ({}),
    );
    const finish = { kind: 'finish', attempt: attempt.number } as const;
    await insist('finish', () => applyCommand(store, session, run, finish));
    reached('finished');
    run.step = null;
    run.problem = null;
  }
}

/** As the journal keeps it, in whole milliseconds. */
function renderFenceTime(time: FenceTime | undefined): { readonly [key: string]: Json } {
  if (time === undefined) return {};
  const { fenceMs, terms } = time;
  return {
    fenceMs: Math.round(fenceMs),
    terms: Object.fromEntries(terms.map(({ term, tookMs }) => [term, Math.round(tookMs)])),
  };
}
