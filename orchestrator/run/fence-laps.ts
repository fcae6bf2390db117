import type { Clock, FenceTerm, FenceTime } from '@overgrow/core';

/** Where the time of one fence goes: from the moment in which proxies begin to hold, to the release. */
export interface FenceLaps {
  begin(): void;
  /** Ends the term: what was done since the lap before. */
  lap(term: FenceTerm): void;
  /** Undefined before `begin`. */
  read(): FenceTime | undefined;
}

export function createFenceLaps(clock: Pick<Clock, 'elapsedMs'>): FenceLaps {
  const terms: { term: FenceTerm; tookMs: number }[] = [];
  let beganAt: number | undefined;
  let at = 0;
  return {
    begin: () => {
      beganAt = at = clock.elapsedMs();
    },
    lap: (term) => {
      const now = clock.elapsedMs();
      terms.push({ term, tookMs: now - at });
      at = now;
    },
    read: () => (beganAt === undefined ? undefined : { fenceMs: at - beganAt, terms }),
  };
}
