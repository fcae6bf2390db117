import { ended, forkPart, startContender, startNginx, type Contender } from './bench-processes.ts';
import { benchCases } from './cases.ts';

/*
 * What the figures mean: requests a second and processor time a request of one proxy process, closed loop, on this host at this
 * hour. Compare only within one run: rounds of all contenders alternate, so that a busy neighbour hits all of them, and the median
 * round counts. What they do not mean: how a site behaves; no TLS, no real latencies, no slow clients.
 */

export interface ProxyBenchOptions {
  readonly rounds?: number;
  readonly seconds?: number;
  /** Names of cases; undefined: all. */
  readonly cases?: readonly string[];
  readonly contenders?: readonly string[];
  readonly onProgress?: (line: string) => void;
}

export interface ProxyBenchRow {
  readonly case: string;
  readonly contender: string;
  /** Medians over the rounds. */
  readonly requestsPerSecond: number;
  readonly cpuUsPerRequest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Over all rounds. Anything but 0 makes the row worthless. */
  readonly errors: number;
  /** Of overgrow's requests per second to this one's. */
  readonly ratio: number;
}

export interface ProxyBenchResult {
  readonly rows: readonly ProxyBenchRow[];
  readonly notes: readonly string[];
}

interface Round {
  readonly requests: number;
  readonly seconds: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
}

export const contenderNames = ['overgrow', 'http-proxy-middleware', 'fastify-http-proxy', 'empty'] as const;

/** Runs every contender in turn, `rounds` times for each case, after a warm-up round. Ends every process that it started. */
export async function runProxyBench(options: ProxyBenchOptions = {}): Promise<ProxyBenchResult> {
  const { rounds = 5, seconds = 2, onProgress = () => {} } = options;
  const upstream = forkPart('upstream-process.ts', [], 'other');
  const load = forkPart('load-process.ts', [], 'other');
  const contenders: Contender[] = [];
  try {
    const [{ port }] = (await Promise.all([upstream.next(), load.next()])) as [{ port: number }, unknown];
    const origin = `http://127.0.0.1:${port}`;
    for (const name of options.contenders ?? contenderNames) contenders.push(await startContender(name, origin));
    const nginx = await startNginx(origin);
    if (nginx !== undefined) contenders.push(nginx);
    const rows: ProxyBenchRow[] = [];
    for (const { name } of benchCases.filter((each) => options.cases?.includes(each.name) ?? true)) {
      const measured = new Map<string, Round[]>(contenders.map((contender) => [contender.name, []]));
      for (let round = 0; round <= rounds; round++) {
        for (const contender of contenders) {
          const before = await contender.cpuUs();
          const reply = load.next();
          load.child.send({ port: contender.port, case: name, seconds: round === 0 ? 1 : seconds });
          const result = (await reply) as Omit<Round, 'cpuUs'>;
          if (round > 0) measured.get(contender.name)?.push({ ...result, cpuUs: (await contender.cpuUs()) - before });
        }
        onProgress(`${name}: round ${round} of ${rounds}`);
      }
      rows.push(...summarise(name, measured));
    }
    return { rows, notes: nginx === undefined ? ['NGINX is not installed here: left out.'] : [] };
  } finally {
    await Promise.all([...contenders.map((contender) => contender.stop()), ended(load.child), ended(upstream.child)]);
  }
}

function summarise(name: string, measured: ReadonlyMap<string, readonly Round[]>): ProxyBenchRow[] {
  const rows = [...measured].map(([contender, rounds]) => ({
    case: name,
    contender,
    requestsPerSecond: median(rounds.map(({ requests, seconds }) => requests / seconds)),
    cpuUsPerRequest: median(rounds.map(({ cpuUs, requests }) => cpuUs / requests)),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
  }));
  const ours = rows.find(({ contender }) => contender === 'overgrow')?.requestsPerSecond ?? Number.NaN;
  return rows.map((row) => ({ ...row, ratio: ours / row.requestsPerSecond }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  if (high === undefined) return Number.NaN;
  return sorted.length % 2 === 1 || low === undefined ? high : (low + high) / 2;
}
