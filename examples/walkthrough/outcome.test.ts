import type { HistoryVerdict, LoadSummary } from '@overgrow/test';
import { expect, test } from 'vitest';
import { brokenPromises, outcomeLines, type DemoOutcome } from './outcome.ts';

const summary: LoadSummary = {
  requests: 12_000,
  contextWrites: 2_160,
  failures: [],
  failed: 0,
  cut: 0,
  writes: [],
  stretches: [{ name: 'before', requests: 4000, seconds: 10, p50Ms: 3.2, p99Ms: 12.4, longestMs: 40 }],
};
const verdict: HistoryVerdict = { acknowledged: 2_160, cut: 0, lost: [], doubled: [], mismatched: [] };
const outcome: DemoOutcome = {
  summary,
  verdict,
  switches: [{ name: 'cutover', fenceMs: 43, longestHeldMs: 51 }],
  differingRows: 0,
  rowsCompared: 40_000,
};

test('a clean run breaks no promise', () => {
  expect(brokenPromises(outcome)).toEqual([]);
});

test('each broken promise is named with its count', () => {
  const broken = {
    ...outcome,
    summary: { ...summary, failed: 2 },
    verdict: { ...verdict, lost: ['service: review 1'] },
  };
  expect(brokenPromises(broken)).toEqual(['2 requests failed', '1 writes lost']);
});

test('the table shows figures with their units', () => {
  expect(outcomeLines(outcome)).toContainEqual(['p99, before', '12 ms (p50 3.2 ms, 400 requests/s)']);
  expect(outcomeLines(outcome)).toContainEqual(['fence, cutover', '43 ms (longest held request 51 ms)']);
});
