import type {
  AttemptKind,
  BridgeStatus,
  Figure,
  GateVerdict,
  HealthVerdict,
  OwnershipRecord,
  TrafficStatus,
  VerifyReport,
} from '@overgrow/core';

/** A verification pass, and what the links had counted when it began. */
export interface VerifiedPass {
  readonly direction: 'forward' | 'reverse';
  readonly report: VerifyReport;
  readonly violationsBefore: number;
}

/** What could not be had, and why. */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly reason: string;
}

/** Everything a gate may look at, collected at one moment. */
export interface GateEvidence {
  readonly atMs: number;
  readonly kind: AttemptKind;
  readonly record: OwnershipRecord;
  /** The person who asks; null in a status. */
  readonly by: string | null;
  readonly limits: { readonly maxLagMs: number; readonly maxVerifyAgeMs: number };
  readonly links: BridgeStatus | Unavailable;
  readonly lastVerify: VerifiedPass | null;
  readonly health: HealthVerdict;
  readonly traffic: TrafficStatus | Unavailable;
}

/** A condition of an attempt, as data and one pure function. */
export interface Gate {
  readonly name: string;
  readonly needs: string;
  decide(evidence: GateEvidence): GateVerdict;
}

export const pass = (reason: string, figures: Readonly<Record<string, Figure>> = {}): GateVerdict => ({
  kind: 'pass',
  reason,
  figures,
});

export const fail = (
  reason: string,
  nextStep: string,
  figures: Readonly<Record<string, Figure>> = {},
): GateVerdict => ({ kind: 'fail', reason, nextStep, figures });

export function isUnavailable(value: object): value is Unavailable {
  return 'kind' in value && value.kind === 'unavailable';
}
