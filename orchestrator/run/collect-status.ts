import type { AttemptKind, ContextStatus, OrchestratorStatus, OwnershipRecord, TrafficStatus } from '@overgrow/core';
import { evaluateGates } from '../gates/evaluate-gates.ts';
import { isUnavailable, type Unavailable } from '../gates/gate.ts';
import { gatherEvidence, trafficNow } from './collect-evidence.ts';
import { readRecord } from './records.ts';
import type { Session } from './session.ts';
import type { ContextRun, Setup } from './setup.ts';

/** What could be asked for, by phase. While an attempt is under way: its own kind, so that its gates stay in view. */
export function nextAttemptOf(record: OwnershipRecord): AttemptKind | null {
  if (record.phase === 'settled' || record.phase === 'retired') return null;
  return record.owner === 'monolith' ? 'cutover' : 'rollback';
}

export async function collectStatus(
  setup: Setup,
  runs: readonly ContextRun[],
  session: Session | undefined,
  otherwise: 'waiting' | 'lost' | 'stopped',
): Promise<OrchestratorStatus> {
  const traffic = await trafficNow(setup);
  const contexts = await Promise.all(runs.map((run) => contextStatus(setup, run, traffic)));
  return {
    atMs: setup.clock.nowMs(),
    holder: setup.holder,
    lease: session?.isLive() === true ? { kind: 'held', epoch: session.lease.epoch } : { kind: otherwise },
    contexts: contexts.filter((each) => each !== undefined),
  };
}

async function contextStatus(
  setup: Setup,
  run: ContextRun,
  traffic: TrafficStatus | Unavailable,
): Promise<ContextStatus | undefined> {
  const stored = await readRecord(setup.store, run);
  if (stored === undefined) return undefined;
  const { record } = stored;
  const next = nextAttemptOf(record);
  const evidence = await gatherEvidence(setup, run, record, next ?? 'cutover', null, traffic);
  const gates = evaluateGates(evidence).filter(({ name }) => name !== 'operator-named');
  return {
    ...record,
    step: run.step,
    links: isUnavailable(evidence.links) ? null : evidence.links,
    lastVerify: run.lastVerify === null ? null : { direction: run.lastVerify.direction, report: run.lastVerify.report },
    next,
    gates: next === null || run.bridge === undefined ? [] : gates,
    problem: run.problem,
  };
}
