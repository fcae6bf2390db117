import type { Clock } from '@overgrow/core';

export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/** A signal that aborts after `ms` of the clock. Disposing it lets the timer go. */
export function createDeadline(clock: Clock, ms: number): Deadline {
  const expired = new AbortController();
  const finished = new AbortController();
  clock.sleep(ms, finished.signal).then(
    () => expired.abort(new Error(`${ms} ms have passed`)),
    () => {},
  );
  return { signal: expired.signal, [Symbol.dispose]: () => finished.abort() };
}
