import type { GateStatus } from '@overgrow/core';
import type { Gate, GateEvidence } from './gate.ts';
import { guardsAsRecorded } from './guards-as-recorded.ts';
import { lagLow } from './lag-low.ts';
import { linksStreaming } from './links-streaming.ts';
import { noAttemptRunning } from './no-attempt-running.ts';
import { noUpgradedConnections } from './no-upgraded-connections.ts';
import { noViolations } from './no-violations.ts';
import { operatorNamed } from './operator-named.ts';
import { phaseRight } from './phase-right.ts';
import { proxiesCurrent } from './proxies-current.ts';
import { serviceHealthy } from './service-healthy.ts';
import { verificationFresh } from './verification-fresh.ts';

/** Every gate of an attempt, in the order in which a person would ask. */
export const gates: readonly Gate[] = [
  operatorNamed,
  phaseRight,
  noAttemptRunning,
  linksStreaming,
  lagLow,
  verificationFresh,
  noViolations,
  guardsAsRecorded,
  serviceHealthy,
  proxiesCurrent,
  noUpgradedConnections,
];

/** All verdicts, also after the first failure: a person mends them together. */
export function evaluateGates(evidence: GateEvidence): readonly GateStatus[] {
  return gates.map((gate) => ({ name: gate.name, needs: gate.needs, verdict: gate.decide(evidence) }));
}

export function failedGates(
  statuses: readonly GateStatus[],
): readonly { name: string; reason: string; nextStep: string }[] {
  return statuses.flatMap(({ name, verdict }) =>
    verdict.kind === 'fail' ? [{ name, reason: verdict.reason, nextStep: verdict.nextStep }] : [],
  );
}
