import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExchangeStats } from './exchange-stats.ts';
import { LatencyHistogram, quantileMs } from './latency-histogram.ts';

const of = (...durations: number[]) => {
  const histogram = new LatencyHistogram();
  for (const duration of durations) histogram.record(duration);
  return histogram;
};

describe('LatencyHistogram', () => {
  it('is off by at most an eighth', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 60_000, noNaN: true }), (ms) => {
        const found = quantileMs([of(ms)], 0.5)!;
        expect(found).toBeGreaterThanOrEqual(ms * 0.999 - 0.001);
        expect(found).toBeLessThanOrEqual(ms * 1.126 + 0.001);
      }),
    );
  });
  it('takes any number', () => {
    for (const ms of [0, -1, 1e12, 0.0001]) expect(of(ms).count).toBe(1);
  });
  it('counts what was at most a limit', () => {
    const histogram = of(0.2, 0.3, 5, 900);
    expect(histogram.countAtMost(0.256)).toBe(1);
    expect(histogram.countAtMost(1.024)).toBe(2);
    expect(histogram.countAtMost(1048.576)).toBe(4);
  });
  it('knows no quantile of nothing', () => expect(quantileMs([of()], 0.5)).toBeNull());
});

describe('ExchangeStats', () => {
  it('forgets after two windows what the total keeps', () => {
    const stats = new ExchangeStats('r', 'b', 0);
    for (let index = 0; index < 100; index++) stats.record(index < 5 ? 502 : 200, 10, 5_000);
    expect(stats.recent(9_000)).toMatchObject({ ratePerSecond: 100 / 19, errorsPerSecond: 5 / 19 });
    expect(stats.recent(15_000).ratePerSecond).toBeGreaterThan(4);
    expect(stats.recent(45_000)).toEqual({ ratePerSecond: 0, errorsPerSecond: 0, p50Ms: null, p99Ms: null });
    expect([...stats.byClass]).toEqual([0, 0, 95, 0, 0, 5]);
  });
});
