import path from 'node:path';
import { generateTree } from './generated-tree-files.ts';
import { measureProcess, type Measured } from './measure-process.ts';

export interface AnalyzerBenchOptions {
  /** A repository to measure; a generated one when absent. */
  readonly root?: string;
  /** Size of the generated one. */
  readonly modules?: number;
  /** Runs of each; the median counts. */
  readonly runs?: number;
}

export interface AnalyzerBenchRow {
  readonly name: string;
  readonly what: string;
  readonly result: Measured;
  /** Median wall time over that of overgrow's facts; above 1 is slower. */
  readonly ratio: number | undefined;
}

export interface AnalyzerBenchResult {
  readonly subject: string;
  readonly rows: readonly AnalyzerBenchRow[];
}

const contestants = [
  { name: 'overgrow', what: 'facts: imports, calls, endpoints, SQL', script: 'run-overgrow-facts.ts', peer: false },
  { name: 'overgrow', what: 'facts and candidate contexts', script: 'run-overgrow-report.ts', peer: false },
  { name: 'madge', what: 'import graph', script: 'run-madge.ts', peer: true },
  { name: 'dependency-cruiser', what: 'import graph', script: 'run-dependency-cruiser.ts', peer: true },
] as const;

/** Ours beside madge and dependency-cruiser over the same folder, each in a process of its own, one after the other, in turns. */
export async function runAnalyzerBench(options: AnalyzerBenchOptions = {}): Promise<AnalyzerBenchResult> {
  if (options.root !== undefined)
    return measureAll(path.resolve(options.root), path.resolve(options.root), options.runs ?? 3);
  await using tree = await generateTree(options.modules ?? 2_000);
  return await measureAll(tree.root, `${tree.modules} generated modules`, options.runs ?? 3);
}

async function measureAll(root: string, subject: string, runs: number): Promise<AnalyzerBenchResult> {
  const results = contestants.map((): Measured[] => []);
  for (let run = 0; run < runs; run++) {
    for (const [index, { script, peer }] of contestants.entries()) {
      results[index]?.push(
        await measureProcess({
          script: path.join(import.meta.dirname, script),
          args: [root],
          needsTypeScriptApi: peer,
        }),
      );
    }
  }
  const medians = results.map(median);
  const [ours] = medians;
  return {
    subject,
    rows: contestants.map(({ name, what }, index) => {
      const result = medians[index] ?? { kind: 'failed', reason: 'not run' };
      const ratio =
        result.kind === 'measured' && ours?.kind === 'measured' ? result.cost.wallMs / ours.cost.wallMs : undefined;
      return { name, what, result, ratio };
    }),
  };
}

/** The run with the median wall time; a failure wins over every figure. */
function median(results: readonly Measured[]): Measured {
  const failed = results.find((result) => result.kind === 'failed');
  if (failed !== undefined) return failed;
  const wall = (result: Measured) => (result.kind === 'measured' ? result.cost.wallMs : 0);
  const sorted = [...results].sort((a, b) => wall(a) - wall(b));
  return sorted[Math.floor(sorted.length / 2)] ?? { kind: 'failed', reason: 'not run' };
}

/** The result as a table of one screen. */
export function renderAnalyzerBench({ subject, rows }: AnalyzerBenchResult): string {
  const lines = rows.map(({ name, what, result, ratio }) => {
    const label = `  ${name.padEnd(19)}${what.padEnd(40)}`;
    if (result.kind === 'failed') return `${label}failed: ${result.reason}`;
    const { wallMs, cpuMs, peakBytes, output } = result.cost;
    return `${label}${seconds(wallMs)} wall ${seconds(cpuMs)} cpu ${String(Math.round(peakBytes / 1e6)).padStart(5)} MB ${(ratio ?? 0).toFixed(2).padStart(6)}×   ${output}`;
  });
  return [`Analyzer over ${subject}`, ...lines].join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(6)} s`;
}

if (import.meta.main) {
  const [root] = process.argv.slice(2);
  console.log(renderAnalyzerBench(await runAnalyzerBench(root === undefined ? {} : { root })));
}
