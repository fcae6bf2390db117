import { describe, expect, it } from 'vitest';
import type { ProxyStatus } from '../admin/proxy-status.ts';
import { mergeFenceReports, mergeReleaseReports, mergeStatuses } from './merge-answers.ts';

const status = (mode: ProxyStatus['gate']['mode'], held: number, p99Ms: number | null): ProxyStatus => ({
  gate: {
    mode,
    held,
    heldByRoute: held > 0 ? { reviews: held } : {},
    heldBytes: held * 10,
    unfinished: 1,
    attempts: [],
  },
  upgradedOpen: 2,
  contexts: [],
  routes: [
    {
      route: 'reviews',
      context: 'reviews',
      weight: 100,
      held,
      backends: [
        { backend: 'monolith', requests: 5, errors: 1, ratePerSecond: 2, errorsPerSecond: 0.5, p50Ms: null, p99Ms },
      ],
    },
  ],
});

describe('what all workers answered', () => {
  it('adds up, and takes the longest wait', () => {
    expect(
      mergeFenceReports([
        { waitedFor: 1, waitedMs: 5, heldNow: 2 },
        { waitedFor: 2, waitedMs: 3, heldNow: 0 },
      ]),
    ).toEqual({
      waitedFor: 3,
      waitedMs: 5,
      heldNow: 2,
    });
    expect(
      mergeReleaseReports([
        { released: 1, gone: 0, longestHeldMs: 7 },
        { released: 2, gone: 1, longestHeldMs: 0 },
      ]),
    ).toEqual({
      released: 3,
      gone: 1,
      longestHeldMs: 7,
    });
  });

  it('shows a fence only when it is in every worker, and the slowest quantile', () => {
    const merged = mergeStatuses([status('fencing', 2, 10), status('open', 0, 30)]);
    expect(merged.gate).toMatchObject({
      mode: 'open',
      held: 2,
      heldByRoute: { reviews: 2 },
      heldBytes: 20,
      unfinished: 2,
    });
    expect(merged.routes[0]?.backends[0]).toMatchObject({ requests: 10, ratePerSecond: 4, p50Ms: null, p99Ms: 30 });
    expect(mergeStatuses([status('fencing', 1, null), status('fencing', 1, null)]).gate.mode).toBe('fencing');
    expect(() => mergeStatuses([])).toThrow('No worker');
  });
});
