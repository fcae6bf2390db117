import type { AttemptRef, ContextScope, OwnershipRecord } from '../ownership/ownership.ts';

export interface FenceReport {
  /** Requests admitted before the fence that had to finish first. */
  readonly waitedFor: number;
  readonly waitedMs: number;
  readonly heldNow: number;
}

export interface ReleaseReport {
  /** Requests forwarded that had been held, in order of arrival. */
  readonly released: number;
  /** Held requests whose client left meanwhile. */
  readonly gone: number;
  /** Longest time that one request was held. */
  readonly longestHeldMs: number;
}

/**
 * What the orchestrator asks of the proxies (all workers of all of them; a call resolves when every one has acknowledged).
 * Messages of an attempt other than the running one are ignored. See docs/explanation/cutover.md.
 */
export interface TrafficPort {
  /** Puts these owners and epochs in force. Called at start, before the first request is admitted, and after each change. */
  learn(ownership: readonly OwnershipRecord[]): Promise<void>;
  /** From the acknowledgement on, unsafe requests are admitted only under a live lease, else 503 with Retry-After. */
  arm(ref: AttemptRef): Promise<void>;
  /**
   * Holds every unsafe request; resolves when the admitted ones that may write have finished.
   * @throws PROXY_FENCE_EXCEEDED when the bound on held requests or bytes is passed, CUTOVER_DEADLINE by `signal`.
   */
  fence(ref: AttemptRef, signal: AbortSignal): Promise<FenceReport>;
  /** Step 8: learns the record's owner and epoch, matches held requests again and forwards them in order. */
  release(ref: AttemptRef, record: OwnershipRecord): Promise<ReleaseReport>;
  /** After an abandon: forwards held requests as before. Idempotent, also for an attempt that this proxy never saw. */
  withdraw(ref: AttemptRef): Promise<ReleaseReport>;
  /** Share of safe requests of the context's routes that go to the service while the monolith owns it, 0…10000. */
  setWeight(ref: ContextScope, weight: number): Promise<void>;
}
