import type { OwnershipRecord } from '@overgrow/core';
import { attemptUnfinished } from '../decider/decide.ts';
import type { Command } from '../decider/messages.ts';
import { verifyNow, linksNow, violationsNow } from './collect-evidence.ts';
import { isUnavailable } from '../gates/gate.ts';
import { concludeAttempt } from './conclude-attempt.ts';
import { phasePoint } from './fault-points.ts';
import { applyCommand, readRecord } from './records.ts';
import type { Session } from './session.ts';
import { inLane, problemOf, timing, type ContextRun, type Setup } from './setup.ts';

/** Brings a context on by itself, as far as no person is needed, until the session ends. */
export async function advanceContext(setup: Setup, session: Session, run: ContextRun): Promise<void> {
  while (!session.signal.aborted) {
    if (!run.attemptActive) {
      await inLane(run, async () => {
        run.pass = new AbortController();
        const signal = AbortSignal.any([run.pass.signal, session.signal]);
        try {
          if (await advanceOnce(setup, session, run, signal)) run.problem = null;
        } catch (error) {
          if (signal.aborted) return;
          run.problem = problemOf(error);
          setup.logger.warn(`${run.context} does not go on`, { ...run.problem });
        }
      });
    }
    await setup.clock.sleep(timing.tickMs, session.signal).catch(() => {});
  }
}

/** One look at the record and what it asks for next. True when nothing is wrong. */
async function advanceOnce(setup: Setup, session: Session, run: ContextRun, signal: AbortSignal): Promise<boolean> {
  session.assertLive();
  const stored = await readRecord(setup.store, run);
  if (stored === undefined) return true;
  let { record } = stored;
  if (attemptUnfinished(record)) {
    ({ record } = await concludeAttempt(setup, session, run, 'the process that ran it ended'));
  }
  await teach(setup, run);
  const { bridge } = run;
  if (bridge === undefined || record.phase === 'retired') return true;
  record = await startBridge(setup, session, run, record);

  switch (record.phase) {
    case 'rolled-back':
      await take(setup, session, run, { kind: 'replicate' });
      return true;
    case 'replicating':
      await catchUp(setup, session, run);
      return !(await halted(run));
    case 'verifying':
    case 'reading':
    case 'switched':
      if (await halted(run)) return false;
      return verifyWhenDue(setup, session, run, record, signal);
    default:
      return true;
  }
}

/** Tells the proxies of a change that no attempt told them of. */
async function teach(setup: Setup, run: ContextRun): Promise<void> {
  const stored = await readRecord(setup.store, run);
  if (stored === undefined || stored.version === run.learnedVersion) return;
  await setup.traffic.learn([stored.record]);
  run.learnedVersion = stored.version;
}

async function take(
  setup: Setup,
  session: Session,
  run: ContextRun,
  command: Command,
  evidence = {},
): Promise<OwnershipRecord | undefined> {
  const applied = await applyCommand(setup.store, session, run, command, evidence);
  if (applied.kind === 'refused') return undefined;
  if (applied.changed) {
    setup.faults.reach(phasePoint(applied.record.phase));
    await teach(setup, run);
  }
  return applied.record;
}

async function startBridge(
  setup: Setup,
  session: Session,
  run: ContextRun,
  record: OwnershipRecord,
): Promise<OwnershipRecord> {
  const { bridge } = run;
  if (bridge === undefined || run.startedUnder === session.lease.epoch) return record;
  run.step = 'preparing';
  try {
    await bridge.prepare(session.lease.epoch);
    const now = record.phase === 'planned' ? await take(setup, session, run, { kind: 'replicate' }) : record;
    session.assertLive();
    run.step = 'starting';
    await bridge.start(session.lease.epoch);
    run.startedUnder = session.lease.epoch;
    return now ?? record;
  } finally {
    run.step = null;
  }
}

async function catchUp(setup: Setup, session: Session, run: ContextRun): Promise<void> {
  const links = await linksNow(run);
  if (isUnavailable(links)) return;
  const { state, lagMs, lagBytes } = links.forward;
  const evidence = { lagMs, lagBytes };
  const command = {
    kind: 'caught-up',
    streaming: state.kind === 'streaming',
    lagMs,
    maxLagMs: setup.limits.maxLag,
  } as const;
  await take(setup, session, run, command, evidence);
}

/** A halted link is a problem that a person mends. */
async function halted(run: ContextRun): Promise<boolean> {
  const links = await linksNow(run);
  if (isUnavailable(links)) {
    run.problem = { code: 'CUTOVER_REFUSED', message: links.reason, hint: null };
    return true;
  }
  for (const { state } of [links.forward, links.reverse]) {
    if (state.kind !== 'halted') continue;
    const { code, message, hint } = state.error;
    run.problem = { code, message, hint: hint ?? null };
    return true;
  }
  return false;
}

/** The next pass runs well before the last one is too old for a gate, so that the context stays ready. */
async function verifyWhenDue(
  setup: Setup,
  session: Session,
  run: ContextRun,
  record: OwnershipRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const { bridge, lastVerify } = run;
  const direction = record.owner === 'monolith' ? 'forward' : 'reverse';
  const now = setup.clock.nowMs();
  const ofThisDirection = lastVerify?.direction === direction ? lastVerify : null;
  const clean = ofThisDirection?.report.clean === true;
  const violated = clean && violationsNow(await linksNow(run)) > ofThisDirection.violationsBefore;
  const young = clean && !violated && now - ofThisDirection.report.finishedAtMs < setup.limits.maxVerifyAge / 2;
  if (bridge === undefined || (young && record.phase !== 'verifying')) return true;
  const waits = lastVerify?.direction === direction || run.problem !== null;
  if (waits && now - run.verifyTriedAtMs < timing.verifyAgainMs && !young) return clean;

  const passed = await verifyNow(setup, run, bridge, direction, signal);
  const report = run.lastVerify?.report;
  const differing = report?.tables.reduce((sum, table) => sum + table.differing, 0) ?? 0;
  const evidence = {
    direction,
    pass: report?.kind ?? 'full',
    clean: passed,
    rowsCompared: report?.rowsCompared ?? 0,
    differing,
  };
  if (direction === 'forward') await take(setup, session, run, { kind: 'verified', clean: passed }, evidence);
  if (passed) return true;
  await setup.store.append(run.context, 'differences-found', evidence, session.lease);
  run.problem = {
    code: 'CUTOVER_DIFFERENT',
    message: `${differing} of ${report?.rowsCompared ?? 0} rows of ${run.context} differ between monolith and service.`,
    hint: 'The status names the first keys. The next pass runs by itself.',
  };
  return false;
}
