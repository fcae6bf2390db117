import type { HistoryVerdict, LoadSummary } from '@overgrow/test';

/** One switch of ownership, as the admin interface answered it. */
export interface Switch {
  readonly name: string;
  readonly fenceMs: number;
  readonly longestHeldMs: number;
}

export interface DemoOutcome {
  readonly summary: LoadSummary;
  readonly verdict: HistoryVerdict;
  readonly switches: readonly Switch[];
  /** Of the verifier's last pass over all rows. */
  readonly differingRows: number;
  readonly rowsCompared: number;
}

/** What must be zero, and isn't. Empty: the demo kept its promise. */
export function brokenPromises({ summary, verdict, differingRows }: DemoOutcome): readonly string[] {
  const counts: readonly (readonly [string, number])[] = [
    ['requests failed', summary.failed],
    ['requests cut', summary.cut],
    ['writes lost', verdict.lost.length],
    ['writes doubled', verdict.doubled.length],
    ['reviews that differ between the databases', verdict.mismatched.length],
    ['rows that the verifier found different', differingRows],
  ];
  return counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
}

/** The table at the end: name and value of each line. */
export function outcomeLines({
  summary,
  verdict,
  switches,
  differingRows,
  rowsCompared,
}: DemoOutcome): readonly (readonly [string, string])[] {
  const share = ((100 * summary.contextWrites) / Math.max(1, summary.requests)).toFixed(0);
  const count = (value: number) => value.toLocaleString('en');
  const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  return [
    ['requests', count(summary.requests)],
    ['  of them writes of the context', `${count(summary.contextWrites)} (${share}%)`],
    ['failed', count(summary.failed)],
    ['cut', count(summary.cut)],
    ['writes acknowledged', count(verdict.acknowledged)],
    ['  lost', count(verdict.lost.length)],
    ['  doubled', count(verdict.doubled.length)],
    ['rows compared in both databases', count(rowsCompared)],
    ['  mismatches', count(verdict.mismatched.length + differingRows)],
    ...switches.map(
      (one) => [`fence, ${one.name}`, `${ms(one.fenceMs)} (longest held request ${ms(one.longestHeldMs)})`] as const,
    ),
    ...summary.stretches.map(
      (stretch) =>
        [
          `p99, ${stretch.name}`,
          `${ms(stretch.p99Ms)} (p50 ${ms(stretch.p50Ms)}, ${(stretch.requests / stretch.seconds).toFixed(0)} requests/s)`,
        ] as const,
    ),
  ];
}
