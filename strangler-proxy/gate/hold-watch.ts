import { ownershipKey, type AttemptRef, type Clock } from '@overgrow/core';

export interface HoldWatchOptions {
  readonly clock: Clock;
  readonly limits: { readonly holdExpiryMs: number; readonly clientHoldMs: number };
  readonly onHoldExpired: (ref: AttemptRef) => void;
  /** Refuses requests held since that moment or longer; returns since when the next one is held. */
  readonly refuseHeldBefore: (heldBeforeMs: number) => number | undefined;
}

/**
 * The two deadlines of a fence. `holdExpiryMs` after it began its owner is told once: the orchestrator may be dead, and the
 * proxy may itself attempt the abandon. `clientHoldMs` after its arrival a held request is answered 503, whoever decides what.
 */
export function createHoldWatch(options: HoldWatchOptions) {
  const { clock, limits } = options;
  const expiries = new Map<string, { ref: AttemptRef; told: boolean; timer: AbortController }>();
  let clientTimer: AbortController | undefined;

  function attemptsAre(refs: readonly AttemptRef[]): void {
    const wanted = new Set(refs.map(attemptKey));
    for (const [key, expiry] of expiries) {
      if (wanted.has(key)) continue;
      expiry.timer.abort();
      expiries.delete(key);
    }
    for (const ref of refs) {
      if (!expiries.has(attemptKey(ref))) watchAttempt(ref);
    }
    if (refs.length > 0) return;
    clientTimer?.abort();
    clientTimer = undefined;
  }

  function watchAttempt(ref: AttemptRef): void {
    const expiry = { ref, told: false, timer: new AbortController() };
    expiries.set(attemptKey(ref), expiry);
    after(limits.holdExpiryMs, expiry.timer, () => tell(expiry));
  }

  function tell(expiry: { ref: AttemptRef; told: boolean }): void {
    if (expiry.told) return;
    expiry.told = true;
    options.onHoldExpired(expiry.ref);
  }

  function heldOne(): void {
    if (clientTimer !== undefined) return;
    clientTimer = new AbortController();
    watchClients(limits.clientHoldMs, clientTimer);
  }

  function watchClients(waitMs: number, timer: AbortController): void {
    after(waitMs, timer, () => {
      const nextSinceMs = options.refuseHeldBefore(clock.elapsedMs() - limits.clientHoldMs);
      if (nextSinceMs === undefined) clientTimer = undefined;
      else watchClients(Math.max(1, nextSinceMs + limits.clientHoldMs - clock.elapsedMs()), timer);
    });
  }

  /** A sleep that ends early rejects: then there is nothing to do. */
  function after(ms: number, timer: AbortController, then: () => void): void {
    clock.sleep(ms, timer.signal).then(
      () => {
        if (!timer.signal.aborted) then();
      },
      () => {},
    );
  }

  return {
    attemptsAre,
    heldOne,
    /** The bound was passed after the acknowledgement: tell now. */
    expireNow: (): void => {
      for (const expiry of expiries.values()) tell(expiry);
    },
    stop: (): void => attemptsAre([]),
  };
}

function attemptKey(ref: AttemptRef): string {
  return `${ownershipKey(ref)}#${ref.attempt}`;
}
