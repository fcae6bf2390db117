import type { AttemptKind, BridgePort, HealthVerdict, OwnershipRecord, TrafficStatus } from '@overgrow/core';
import { directionOf } from '../decider/evolve.ts';
import { isUnavailable, type GateEvidence, type Unavailable } from '../gates/gate.ts';
import { verificationIsFresh } from '../gates/verification-fresh.ts';
import { abortable } from './abortable.ts';
import { readRecord } from './records.ts';
import type { Session } from './session.ts';
import { problemOf, timing, type ContextRun, type Setup } from './setup.ts';

const unavailable =
  (what: string) =>
  (error: unknown): Unavailable => ({
    kind: 'unavailable',
    reason: `${what} cannot be asked: ${problemOf(error).message}`,
  });

export function trafficNow({ traffic }: Setup): Promise<TrafficStatus | Unavailable> {
  return traffic.status().catch(unavailable('the proxies'));
}

export function linksNow(run: ContextRun): Promise<GateEvidence['links']> {
  if (run.bridge === undefined) {
    return Promise.resolve({ kind: 'unavailable', reason: 'no tables of the context are replicated' });
  }
  return run.bridge.status().catch(unavailable('the bridge'));
}

async function healthNow({ health, clock }: Setup, context: string): Promise<HealthVerdict> {
  const limit = new AbortController();
  const cancel = new AbortController();
  const timer = clock.sleep(timing.healthMs, cancel.signal).then(
    () => limit.abort(new Error(`no answer within ${timing.healthMs} ms`)),
    () => {},
  );
  try {
    return await abortable(health.check(context, limit.signal), limit.signal);
  } catch (error) {
    return { kind: 'unwell', reason: problemOf(error).message };
  } finally {
    cancel.abort(new Error('answered'));
    await timer;
  }
}

/** What the gates of an attempt of this kind look at, as it is now. */
export async function gatherEvidence(
  setup: Setup,
  run: ContextRun,
  record: OwnershipRecord,
  kind: AttemptKind,
  by: string | null,
  trafficKnown?: TrafficStatus | Unavailable,
): Promise<GateEvidence> {
  const { maxLag: maxLagMs, maxVerifyAge: maxVerifyAgeMs } = setup.limits;
  const [links, health, traffic] = await Promise.all([
    linksNow(run),
    healthNow(setup, run.context),
    trafficKnown ?? trafficNow(setup),
  ]);
  return {
    atMs: setup.clock.nowMs(),
    kind,
    record,
    by,
    limits: { maxLagMs, maxVerifyAgeMs },
    links,
    lastVerify: run.lastVerify,
    health,
    traffic,
  };
}

/** Evidence for an attempt that someone asks for: a pass that is missing or stale is made now, outside the fence. */
export async function collectEvidence(
  setup: Setup,
  session: Session,
  run: ContextRun,
  kind: AttemptKind,
  by: string,
): Promise<GateEvidence> {
  const stored = await readRecord(setup.store, run);
  if (stored === undefined) throw new TypeError(`${run.context} has no record`);
  const first = await gatherEvidence(setup, run, stored.record, kind, by);
  const ready = stored.record.phase === (kind === 'cutover' ? 'reading' : 'switched');
  if (!ready || run.bridge === undefined || !needsPass(first)) return first;
  await verifyNow(setup, run, run.bridge, directionOf(kind), session.signal);
  return gatherEvidence(setup, run, stored.record, kind, by);
}

function needsPass(evidence: GateEvidence): boolean {
  if (isUnavailable(evidence.links)) return false;
  return !verificationIsFresh(evidence) || violationsNow(evidence.links) > (evidence.lastVerify?.violationsBefore ?? 0);
}

export function violationsNow(links: GateEvidence['links']): number {
  return isUnavailable(links) ? 0 : links.forward.violations + links.reverse.violations;
}

/** One verification pass, remembered as the latest. A rejection leaves the last one as it is. */
export async function verifyNow(
  setup: Setup,
  run: ContextRun,
  bridge: BridgePort,
  direction: 'forward' | 'reverse',
  signal: AbortSignal,
): Promise<boolean> {
  run.verifyTriedAtMs = setup.clock.nowMs();
  run.step ??= 'verifying';
  try {
    // Counted first: a write that is seen during the pass may have been missed by it.
    const violationsBefore = violationsNow(await linksNow(run));
    const report = await abortable(bridge.verify(direction, signal), signal);
    run.lastVerify = { direction, report, violationsBefore };
    return report.clean;
  } finally {
    if (run.step === 'verifying') run.step = null;
  }
}
