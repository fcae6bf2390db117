import { directionOf } from '../decider/evolve.ts';
import { fail, isUnavailable, pass, type Gate } from './gate.ts';

export const lagLow: Gate = {
  name: 'lag-low',
  needs: 'The link away from the owner is closer than `cutover.maxLag`: what it lags is time in the fence.',
  decide: ({ links, kind, limits }) => {
    if (isUnavailable(links)) return fail(links.reason, 'Check both databases and the log of the bridge.');
    const { lagMs, lagBytes } = links[directionOf(kind)];
    const figures = { lagMs, lagBytes, maxLagMs: limits.maxLagMs };
    return lagMs <= limits.maxLagMs
      ? pass(`${lagMs} ms behind`, figures)
      : fail(
          `${lagMs} ms behind, and maxLag is ${limits.maxLagMs} ms`,
          'Wait until the link has caught up, or choose a calmer hour.',
          figures,
        );
  },
};
