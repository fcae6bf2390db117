import { isOvergrowError, leaseLost, type Clock, type Lease, type StateStore, type UnderLease } from '@overgrow/core';

export const leaseName = 'orchestrator';

/** The time from taking the lease to losing it or giving it back. Whoever acts, acts within one. */
export interface Session {
  readonly lease: UnderLease;
  /** Aborts when the lease is lost or the orchestrator ends. */
  readonly signal: AbortSignal;
  /** By this process's own monotonic clock, from before the store was asked, less a margin. */
  isLive(): boolean;
  /** @throws STATE_LEASE_LOST */
  assertLive(): void;
  lose(): void;
  /** Gives the lease back, so that nobody has to wait for its end. */
  end(): Promise<void>;
}

export interface SessionOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly holder: string;
  readonly ttlMs: number;
}

/** Waits until the lease is free, takes it, and renews it at a third of its time. Undefined when `stop` aborts first. */
export async function openSession(options: SessionOptions, stop: AbortSignal): Promise<Session | undefined> {
  const { store, clock, holder, ttlMs } = options;
  const marginMs = ttlMs / 10;
  while (!stop.aborted) {
    const askedAt = clock.elapsedMs();
    const lease = await store.acquireLease(leaseName, holder, ttlMs).catch(() => undefined);
    if (lease !== undefined) return runSession(options, lease, askedAt + ttlMs - marginMs, marginMs);
    await clock.sleep(ttlMs / 3, stop).catch(() => {});
  }
  return undefined;
}

function runSession(options: SessionOptions, first: Lease, liveUntilFirst: number, marginMs: number): Session {
  const { store, clock, ttlMs } = options;
  const over = new AbortController();
  const under = { name: first.name, epoch: first.epoch };
  let lease = first;
  let liveUntil = liveUntilFirst;
  const isLive = () => !over.signal.aborted && clock.elapsedMs() < liveUntil;
  const lose = () => over.abort(leaseLost(under));

  const renew = async () => {
    const askedAt = clock.elapsedMs();
    const renewed = await store.renewLease(lease, ttlMs);
    if (renewed === undefined) return lose();
    lease = renewed;
    liveUntil = askedAt + ttlMs - marginMs;
  };
  const keep = async () => {
    let pauseMs = ttlMs / 3;
    while (!over.signal.aborted) {
      await clock.sleep(pauseMs, over.signal);
      if (!isLive()) return lose();
      // A store that cannot be reached is asked again, soon, for as long as the lease is certain.
      pauseMs = await renew().then(
        () => ttlMs / 3,
        () => ttlMs / 20,
      );
    }
  };
  const kept = keep().catch(lose);

  return {
    lease: under,
    signal: over.signal,
    isLive,
    assertLive: () => {
      if (isLive()) return;
      lose();
      throw leaseLost(under);
    },
    lose,
    end: async () => {
      const wasLive = isLive();
      lose();
      await kept;
      if (wasLive) await store.releaseLease(lease).catch(() => {});
    },
  };
}

export function isLeaseLost(error: unknown): boolean {
  return isOvergrowError(error) && error.code === 'STATE_LEASE_LOST';
}
