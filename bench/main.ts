import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runAnalyzerBench, type AnalyzerBenchResult } from './analyzer/analyzer-bench.ts';
import { type Comparison, renderComparison } from './comparison.ts';
import { runProxyBench, type ProxyBenchResult } from './proxy/proxy-bench.ts';

/* `npm run bench -- <name>|all [--json] [--output file]`: figures to the terminal, and to a file only when one is named. */

function compareAnalyzers({ subject, rows }: AnalyzerBenchResult): Comparison {
  const named = rows.map(({ name, what, result }) => ({ name: `${name}: ${what}`, result }));
  return {
    title: `Analyzers over ${subject}`,
    baseline: named[0]?.name ?? '',
    rows: named.flatMap(({ name, result }) => {
      if (result.kind === 'failed') return [];
      const { wallMs, cpuMs, peakBytes } = result.cost;
      return [{ name, figures: { wallMs, cpuMs, peakMegabytes: peakBytes / 1e6 } }];
    }),
    notes: named.flatMap(({ name, result }) => (result.kind === 'failed' ? [`${name} failed: ${result.reason}`] : [])),
  };
}

/** One table for each case: ratios between different cases would mean nothing. */
function compareProxies({ rows, notes }: ProxyBenchResult): readonly Comparison[] {
  const cases = [...new Set(rows.map((row) => row.case))];
  return cases.map((name) => {
    const own = rows.filter((row) => row.case === name);
    // A contender that answered wrongly was not faster: it stays out of the table.
    const failed = own.filter(({ errors }) => errors > 0);
    return {
      title: `Proxies: ${name}`,
      baseline: 'overgrow',
      rows: own
        .filter(({ errors }) => errors === 0)
        .map(({ contender, requestsPerSecond, cpuUsPerRequest, p50Ms, p99Ms }) => ({
          name: contender,
          figures: { requestsPerSecond, cpuMicrosPerRequest: cpuUsPerRequest, p50Ms, p99Ms },
        })),
      notes: [...notes, ...failed.map(({ contender, errors }) => `${contender} had ${errors} errors: left out`)],
    };
  });
}

const progress = (line: string) => console.error(line);

const benches: Readonly<Record<string, () => Promise<readonly Comparison[]>>> = {
  proxy: async () => compareProxies(await runProxyBench({ onProgress: progress })),
  analyzer: async () => [compareAnalyzers(await runAnalyzerBench())],
};

const names = Object.keys(benches);
const usage = `usage: npm run bench -- ${names.join('|')}|all [--json] [--output file]`;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, output: { type: 'string' } },
  });
  const wanted = positionals.includes('all') ? names : positionals;
  const unknown = wanted.filter((name) => !names.includes(name));
  if (wanted.length === 0 || unknown.length > 0) {
    console.error(unknown.length > 0 ? `there is no benchmark ${unknown.join(', ')}; ${usage}` : usage);
    return 2;
  }
  const comparisons: Comparison[] = [];
  for (const name of wanted) {
    progress(`${name}: some minutes …`);
    comparisons.push(...((await benches[name]?.()) ?? []));
  }
  const text = values.json ? JSON.stringify(comparisons, undefined, 2) : comparisons.map(renderComparison).join('\n\n');
  console.log(text);
  if (values.output !== undefined) await writeFile(values.output, `${text}\n`);
  // A candidate that failed leaves a note; none left at all is a failure of the benchmark.
  return comparisons.every(({ rows }) => rows.length > 0) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n${usage}` : error);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
