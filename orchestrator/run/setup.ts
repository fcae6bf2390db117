import type {
  BridgePort,
  Clock,
  ContextScope,
  FaultPoints,
  HealthPort,
  Logger,
  Manifest,
  Problem,
  StateStore,
  TrafficObserver,
  TrafficPort,
} from '@overgrow/core';
import { isOvergrowError } from '@overgrow/core';
import type { VerifiedPass } from '../gates/gate.ts';

/** What the orchestrator drives and is given. */
export interface Setup {
  readonly store: StateStore;
  readonly traffic: TrafficPort & TrafficObserver;
  /** One for each context whose tables are replicated. */
  readonly bridges: readonly BridgePort[];
  /** Every declared context, also those without a bridge: they stay planned. */
  readonly contexts: readonly string[];
  readonly health: HealthPort;
  /** `cutover:` of the manifest; milliseconds. */
  readonly limits: Pick<Manifest['cutover'], 'maxLag' | 'maxFence' | 'maxVerifyAge' | 'lease'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultPoints;
  /** Names this process in the lease. Different for each process that may run beside this one. */
  readonly holder: string;
}

/** Milliseconds that nobody had a reason to declare yet. */
export const timing = {
  tickMs: 250,
  firstRetryMs: 50,
  longestRetryMs: 1_000,
  /** Arming waits for a running autovacuum of the context's tables. */
  armMs: 30_000,
  healthMs: 2_000,
  /** After a pass that found differences, or failed. */
  verifyAgainMs: 5_000,
  /** How long `start` waits for the end of an attempt that a crash left; it goes on after that. */
  recoveryPatienceMs: 10_000,
  stopPatienceMs: 10_000,
} as const;

/** One context while this process leads: what it knows beside the record, gone with the process. */
export interface ContextRun extends ContextScope {
  readonly bridge: BridgePort | undefined;
  lastVerify: VerifiedPass | null;
  verifyTriedAtMs: number;
  step: string | null;
  problem: Problem | null;
  /** The lease epoch under which its bridge was started; 0: it was not. */
  startedUnder: number;
  /** The version of the record that the proxies were told. */
  learnedVersion: number;
  attemptActive: boolean;
  /** Ends the background pass, so that an attempt gets the lane. */
  pass: AbortController;
  /** Resolves when whoever works on this context has ended. */
  lane: Promise<void>;
}

export function createContextRun(context: string, bridge: BridgePort | undefined): ContextRun {
  return {
    context,
    scope: '*',
    bridge,
    lastVerify: null,
    verifyTriedAtMs: Number.NEGATIVE_INFINITY,
    step: null,
    problem: null,
    startedUnder: 0,
    learnedVersion: 0,
    attemptActive: false,
    pass: new AbortController(),
    lane: Promise.resolve(),
  };
}

/** One at a time per context, in the order of arrival. */
export async function inLane<T>(run: ContextRun, work: () => Promise<T>): Promise<T> {
  const before = run.lane;
  let leave = () => {};
  run.lane = new Promise((resolve) => (leave = resolve));
  await before;
  try {
    return await work();
  } finally {
    leave();
  }
}

export function problemOf(error: unknown): Problem {
  if (isOvergrowError(error)) return { code: error.code, message: error.message, hint: error.hint ?? null };
  return { code: 'UNKNOWN', message: error instanceof Error ? error.message : String(error), hint: null };
}
