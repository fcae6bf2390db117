import type { Clock, Logger } from '@overgrow/core';
import { timing } from './setup.ts';

/** Ends the waiting, not the work: what the work still does is refused by its attempt and lease epoch. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

export interface Persistence {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Told after each failure. */
  readonly onFailure: (error: unknown) => void;
}

/** Tries again, later and later, until it succeeds or the signal aborts. */
export async function persist<T>(what: string, work: () => Promise<T>, options: Persistence): Promise<T> {
  const { clock, logger, signal, onFailure } = options;
  for (let retryMs: number = timing.firstRetryMs; ; retryMs = Math.min(retryMs * 2, timing.longestRetryMs)) {
    signal.throwIfAborted();
    try {
      return await abortable(work(), signal);
    } catch (error) {
      signal.throwIfAborted();
      onFailure(error);
      logger.warn(`${what} failed and is tried again`, { retryMs, reason: String(error) });
      await clock.sleep(retryMs, signal);
    }
  }
}
