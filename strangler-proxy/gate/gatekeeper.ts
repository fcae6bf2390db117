import {
  OvergrowError,
  ownershipKey,
  type AttemptRef,
  type Clock,
  type FaultPoints,
  type FenceReport,
  type Logger,
  type OwnershipRecord,
  type ReleaseReport,
} from '@overgrow/core';
import type { RefusalReason } from '../errors/proxy-problem.ts';
import { decideAdmission, initialGate, stepGate, type AttemptInForce, type GateMode, type GateState } from './gate.ts';
import type { LongLivedConnections } from './long-lived.ts';
import { createHoldWatch } from './hold-watch.ts';

/** A request at the gate. */
export interface Applicant {
  readonly unsafe: boolean;
  /** Octets it costs while it is held. */
  readonly bytes: number;
  /** The route that it matches, or `unmatched`. Asked only when someone wants to know who is held. */
  routeName(): string;
  /** Forwards it. Called at once, or when a fence ends, in order of arrival. */
  admitted(): void;
  refused(reason: RefusalReason): void;
}

export interface GatekeeperOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultPoints;
  readonly limits: {
    readonly maxHeldRequests: number;
    readonly maxHeldBytes: number;
    readonly holdExpiryMs: number;
    readonly clientHoldMs: number;
  };
  readonly longLived: LongLivedConnections;
  readonly leaseIsLive: () => boolean;
  readonly onHoldExpired: (ref: AttemptRef) => void;
  /** Called before any request is admitted under the new records. */
  readonly onLearned: (records: ReadonlyMap<string, OwnershipRecord>) => void;
}

export interface GateStatus {
  readonly mode: GateMode;
  readonly held: number;
  /** Route → requests of it that are held; routes without any are not named. */
  readonly heldByRoute: Readonly<Record<string, number>>;
  readonly heldBytes: number;
  /** Unsafe requests admitted and not finished. */
  readonly unfinished: number;
  readonly attempts: readonly AttemptInForce[];
}

interface FenceWaiter {
  readonly ref: AttemptRef;
  readonly waitedFor: number;
  readonly sinceMs: number;
  resolve(report: FenceReport): void;
  reject(error: unknown): void;
}

/** Keeps the queue and the counts that the gate's decisions are made of. All methods run in one turn, without awaiting. */
export type Gatekeeper = ReturnType<typeof createGatekeeper>;

export function createGatekeeper(options: GatekeeperOptions) {
  const { clock, limits } = options;
  let state: GateState = initialGate;
  let unfinished = 0;
  let heldBytes = 0;
  let gone = 0;
  /** What long-lived connections had sent counts as finished. */
  let quiet = true;
  /** An owner has changed since the fence began. */
  let moved = false;
  /** Insertion order is the order of arrival. */
  const held = new Map<Applicant, number>();
  const waiters = new Set<FenceWaiter>();
  const watch = createHoldWatch({ clock, limits, onHoldExpired: expire, refuseHeldBefore });

  /** Decides at once: `admitted` or `refused` was called when this returns, or the applicant is held. */
  function apply(applicant: Applicant): void {
    if (!applicant.unsafe || state.mode === 'open') return pass(applicant);
    const decision = decideAdmission(state.mode, {
      unsafe: true,
      leaseIsLive: options.leaseIsLive,
      held: held.size,
      heldBytes,
      bytes: applicant.bytes,
      maxHeldRequests: limits.maxHeldRequests,
      maxHeldBytes: limits.maxHeldBytes,
    });
    if (decision.kind === 'admit') return pass(applicant);
    if (decision.kind === 'hold') {
      held.set(applicant, clock.elapsedMs());
      heldBytes += applicant.bytes;
      watch.heldOne();
      return;
    }
    applicant.refused(decision.reason);
    if (decision.reason === 'held-too-many') exceed();
  }

  function pass(applicant: Applicant): void {
    if (applicant.unsafe) unfinished++;
    applicant.admitted();
  }

  /** The client of a held request left. */
  function leave(applicant: Applicant): void {
    if (!held.delete(applicant)) return;
    heldBytes -= applicant.bytes;
    gone++;
  }

  /** An admitted unsafe request is finished: its client has the answer, and the exchange with the backend has ended. */
  function finish(): void {
    unfinished--;
    if (unfinished === 0 && quiet && waiters.size > 0) acknowledge();
  }

  function acknowledge(): void {
    for (const waiter of waiters) {
      waiters.delete(waiter);
      options.faults.reach('proxy.fence.acknowledged');
      waiter.resolve({ waitedFor: waiter.waitedFor, waitedMs: clock.elapsedMs() - waiter.sinceMs, heldNow: held.size });
    }
  }

  /** More than the bound: the fence fails where it is still waited for; where it was acknowledged, its owner is told. */
  function exceed(): void {
    const error = new OvergrowError(
      'PROXY_FENCE_EXCEEDED',
      `The fence holds ${held.size} requests of ${heldBytes} bytes and may not hold more.`,
      {
        hint: 'Abandon this attempt. Then run it at a quieter hour, or raise proxy.maxHeldRequests and proxy.maxHeldBytes.',
        details: { held: held.size, heldBytes },
      },
    );
    if (waiters.size === 0) watch.expireNow();
    for (const waiter of waiters) {
      waiters.delete(waiter);
      waiter.reject(error);
    }
  }

  function expire(ref: AttemptRef): void {
    options.logger.warn('A hold expired: the orchestrator has not decided the attempt in time.', {
      ...ref,
      held: held.size,
    });
    try {
      options.onHoldExpired(ref);
    } catch (error) {
      options.logger.error('onHoldExpired failed; the requests stay held until their own limit.', {
        error: String(error),
      });
    }
  }

  function refuseHeldBefore(heldBeforeMs: number): number | undefined {
    for (const [applicant, sinceMs] of held) {
      if (sinceMs > heldBeforeMs) return sinceMs;
      held.delete(applicant);
      heldBytes -= applicant.bytes;
      applicant.refused('held-too-long');
    }
    return undefined;
  }

  function change(next: GateState): ReleaseReport {
    const before = state;
    state = next;
    if (next.records !== before.records || !before.learned) options.onLearned(next.records);
    for (const waiter of waiters) {
      if (next.attempts.get(ownershipKey(waiter.ref))?.ref.attempt === waiter.ref.attempt) continue;
      waiters.delete(waiter);
      waiter.reject(attemptEnded(waiter.ref));
    }
    moved ||= hasMoved(before.records, next.records);
    if (next.mode === 'fencing' && before.mode !== 'fencing') holdLongLived();
    else if (next.mode !== 'fencing' && before.mode === 'fencing') {
      quiet = true;
      options.longLived.release(moved);
    }
    if (next.mode !== 'fencing') moved = false;
    watch.attemptsAre(
      [...next.attempts.values()].filter((attempt) => attempt.stage === 'fencing').map((attempt) => attempt.ref),
    );
    return next.mode === 'fencing' ? nothingReleased : releaseHeld();
  }

  function holdLongLived(): void {
    quiet = false;
    options.longLived.hold(() => {
      quiet = true;
      if (unfinished === 0 && waiters.size > 0) acknowledge();
    });
  }

  /** In order of arrival. Each is asked again: another context may be armed without a lease. */
  function releaseHeld(): ReleaseReport {
    let released = 0;
    let longestHeldMs = 0;
    const nowMs = clock.elapsedMs();
    for (const [applicant, sinceMs] of held) {
      held.delete(applicant);
      heldBytes -= applicant.bytes;
      longestHeldMs = Math.max(longestHeldMs, nowMs - sinceMs);
      released++;
      apply(applicant);
    }
    const report = { released, gone, longestHeldMs };
    gone = 0;
    return report;
  }

  function countByRoute(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const applicant of held.keys()) {
      const route = applicant.routeName();
      counts[route] = (counts[route] ?? 0) + 1;
    }
    return counts;
  }

  function enter(kind: 'arm' | 'fence', ref: AttemptRef): 'applied' | 'stale' {
    const step = stepGate(state, { kind, ref });
    const refusing = step.state === state ? 0 : options.longLived.refusing();
    if (refusing > 0) throw longLivedOpen(ref, refusing);
    if (step.outcome === 'unfinished') {
      throw new OvergrowError(
        'PROXY_ATTEMPT_UNFINISHED',
        `Attempt ${ref.attempt} of ${ref.context} cannot start: an older one is still in force at this proxy.`,
        {
          hint: 'Release or withdraw the older attempt first.',
          details: { ...ref },
        },
      );
    }
    if (step.state !== state) change(step.state);
    return step.outcome;
  }

  function fence(ref: AttemptRef, signal: AbortSignal): Promise<FenceReport> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const sinceMs = clock.elapsedMs();
    const waitedFor = unfinished;
    if (enter('fence', ref) === 'stale') return Promise.resolve({ waitedFor: 0, waitedMs: 0, heldNow: held.size });
    options.faults.reach('proxy.fence.holding');
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        waiters.delete(waiter);
        reject(signal.reason);
      };
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener('abort', onAbort);
          settle(value);
        };
      const waiter: FenceWaiter = { ref, waitedFor, sinceMs, resolve: settled(resolve), reject: settled(reject) };
      signal.addEventListener('abort', onAbort, { once: true });
      waiters.add(waiter);
      if (unfinished === 0 && quiet) acknowledge();
    });
  }

  return {
    apply,
    leave,
    finish,
    fence,
    arm: (ref: AttemptRef): void => void enter('arm', ref),
    learn: (records: readonly OwnershipRecord[]): void =>
      void change(stepGate(state, { kind: 'learn', records }).state),
    release: (ref: AttemptRef, record: OwnershipRecord): ReleaseReport => {
      options.faults.reach('proxy.release.before');
      return change(stepGate(state, { kind: 'release', ref, record }).state);
    },
    withdraw: (ref: AttemptRef): ReleaseReport => change(stepGate(state, { kind: 'withdraw', ref }).state),
    status: (): GateStatus => ({
      mode: state.mode,
      held: held.size,
      heldByRoute: countByRoute(),
      heldBytes,
      unfinished,
      attempts: [...state.attempts.values()],
    }),
    isFencing: (): boolean => state.mode === 'fencing',
    isReady: (): boolean => state.learned,
    /** Ends the watch and refuses what is held. */
    stop: (): void => {
      watch.stop();
      options.longLived.stop();
      for (const waiter of waiters) {
        waiters.delete(waiter);
        waiter.reject(attemptEnded(waiter.ref));
      }
      for (const applicant of held.keys()) {
        held.delete(applicant);
        heldBytes -= applicant.bytes;
        applicant.refused('stopping');
      }
    },
  };
}

const nothingReleased: ReleaseReport = { released: 0, gone: 0, longestHeldMs: 0 };

function hasMoved(before: GateState['records'], after: GateState['records']): boolean {
  for (const [key, record] of after) {
    const known = before.get(key);
    if (known !== undefined && known.owner !== record.owner) return true;
  }
  return false;
}

function longLivedOpen(ref: AttemptRef, open: number): OvergrowError {
  return new OvergrowError(
    'PROXY_LONG_LIVED_OPEN',
    `Attempt ${ref.attempt} of ${ref.context} cannot begin: ${open} connections are open on routes with longLived: refuse.`,
    {
      hint: 'Wait until they have ended, end them, or choose another policy for these routes.',
      details: { ...ref, open },
    },
  );
}

function attemptEnded(ref: AttemptRef): OvergrowError {
  return new OvergrowError(
    'PROXY_ATTEMPT_ENDED',
    `Attempt ${ref.attempt} of ${ref.context} ended at the proxy before its fence was complete.`,
    {
      hint: 'Read the state store: another process has decided this attempt.',
      details: { ...ref },
    },
  );
}
