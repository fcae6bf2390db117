/**
 * Latencies in log-linear buckets: eight to each doubling, so a quantile is off by at most an eighth. Recording costs no
 * allocation. From 1 µs to about 2 minutes; longer ones count in the last bucket.
 */
export class LatencyHistogram {
  readonly counts = new Float64Array(bucketCount);
  count = 0;
  sumMs = 0;

  record(durationMs: number): void {
    this.count++;
    this.sumMs += durationMs;
    const index = bucketIndex(durationMs * 1000);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
  }

  clear(): void {
    this.counts.fill(0);
    this.count = 0;
    this.sumMs = 0;
  }

  /** How many took at most `limitMs`. Exact where the limit is a power of two microseconds. */
  countAtMost(limitMs: number): number {
    const last = bucketIndex(limitMs * 1000);
    let total = 0;
    for (let index = 0; index < last; index++) total += this.counts[index] ?? 0;
    return total;
  }
}

const perDoubling = 8;
const bucketCount = 27 * perDoubling;

function bucketIndex(us: number): number {
  const whole = us >= 0x7fffffff ? 0x7fffffff : us | 0;
  if (whole < perDoubling) return whole < 0 ? 0 : whole;
  const exponent = 31 - Math.clz32(whole);
  const index = (exponent - 2) * perDoubling + ((whole >>> (exponent - 3)) & 7);
  return index < bucketCount ? index : bucketCount - 1;
}

/** Upper bound of a bucket, in milliseconds. */
function bucketLimitMs(index: number): number {
  if (index < perDoubling) return (index + 1) / 1000;
  const exponent = Math.floor(index / perDoubling) + 2;
  return (2 ** exponent * (perDoubling + (index % perDoubling) + 1)) / perDoubling / 1000;
}

/** The latency that a share (0…1) of all in these histograms did not exceed; null when they are empty. */
export function quantileMs(histograms: readonly LatencyHistogram[], share: number): number | null {
  const total = histograms.reduce((sum, histogram) => sum + histogram.count, 0);
  if (total === 0) return null;
  const rank = Math.ceil(total * share);
  let seen = 0;
  for (let index = 0; index < bucketCount; index++) {
    for (const histogram of histograms) seen += histogram.counts[index] ?? 0;
    if (seen >= rank) return bucketLimitMs(index);
  }
  return bucketLimitMs(bucketCount - 1);
}
