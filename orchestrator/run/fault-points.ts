import type { AttemptKind, Phase } from '@overgrow/core';

/** Between any two steps of an attempt, in their order. The last three are passed only when it is abandoned. */
export const attemptPoints = [
  'began',
  'armed',
  'fencing',
  'fenced',
  'barrier',
  'drained',
  'checked',
  'flipped',
  'receiver-opened',
  'giver-closed',
  'released',
  'disarmed',
  'finished',
  'abandoned',
  'giver-reopened',
  'withdrawn',
] as const;
export type AttemptPoint = (typeof attemptPoints)[number];

/** Phases that are entered outside an attempt. */
const phasePoints = ['replicating', 'verifying', 'reading'] as const satisfies readonly Phase[];

export function attemptPoint(kind: AttemptKind, point: AttemptPoint): string {
  return `${kind}.${point}`;
}

export function phasePoint(phase: Phase): string {
  return `phase.${phase}`;
}

/** Every fault point of the orchestrator: crash tests iterate over it. */
export const faultPoints: readonly string[] = [
  ...phasePoints.map(phasePoint),
  ...(['cutover', 'rollback'] as const).flatMap((kind) => attemptPoints.map((point) => attemptPoint(kind, point))),
];
