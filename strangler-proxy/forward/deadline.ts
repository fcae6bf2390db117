import type { Clock } from '@overgrow/core';

/** Calls `onLate` after `ms` with an error that counts as a time-out, unless the returned controller is aborted before. */
export function startDeadline(clock: Clock, ms: number, onLate: (error: Error) => void): AbortController {
  const controller = new AbortController();
  clock.sleep(ms, controller.signal).then(
    () => onLate(Object.assign(new Error('the time for the whole exchange is over'), { code: 'ETIMEOUT' })),
    () => {},
  );
  return controller;
}
