import type { LoggedRequest } from '../access-log/parse-access-log.ts';
import type { Explanation, ExplainRequest } from '../routing/explain.ts';
import { bucketCount } from '../sticky/bucket.ts';
import { HeavyKeys, type HeavyKey } from './heavy-keys.ts';

export interface SimulatedRoute {
  /** `unmatched` for what no route takes. */
  readonly route: string;
  readonly requests: number;
  /** Requests by backend. Where the log holds no sticky key, a weight counts as its share: fractions are expected values. */
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  /** Requests whose backend changes. */
  readonly moved: number;
  /** Clients with most requests. */
  readonly hotKeys: readonly HeavyKey[];
}

export interface Simulation {
  readonly lines: number;
  /** Lines that are no request. */
  readonly unreadable: number;
  /** Requests that the proxy would refuse, by reason: clients that still send them would be answered 400. */
  readonly refused: Readonly<Record<string, number>>;
  readonly moved: number;
  readonly routes: readonly SimulatedRoute[];
}

interface Tally {
  requests: number;
  moved: number;
  readonly before: Map<string, number>;
  readonly after: Map<string, number>;
  readonly keys: HeavyKeys;
}

/** Sends a log through two explanations, and counts what changes. The log knows no body and no cookie: what hangs on them is unmatched. */
export function createSimulation(
  before: (request: ExplainRequest) => Explanation,
  after: (request: ExplainRequest) => Explanation,
) {
  const tallies = new Map<string, Tally>();
  const refused = new Map<string, number>();
  let [lines, unreadable, moved] = [0, 0, 0];

  function add(logged: LoggedRequest | undefined): void {
    lines++;
    if (logged === undefined) return void unreadable++;
    const request: ExplainRequest = {
      method: logged.method,
      target: logged.target,
      ...(logged.host === undefined ? {} : { headers: { host: logged.host } }),
      ...(logged.address === undefined ? {} : { address: logged.address }),
    };
    const [was, is] = [before(request), after(request)];
    if (is.kind === 'refused') return count(refused, is.reason, 1);
    const tally = tallyOf(is.route ?? 'unmatched');
    const [oldShares, newShares] = [sharesOf(was), sharesOf(is)];
    tally.requests++;
    for (const [backend, share] of oldShares) count(tally.before, backend, share);
    for (const [backend, share] of newShares) count(tally.after, backend, share);
    const stays = [...newShares].reduce(
      (sum, [backend, share]) => sum + Math.min(share, oldShares.get(backend) ?? 0),
      0,
    );
    tally.moved += 1 - stays;
    moved += 1 - stays;
    if (logged.address !== undefined) tally.keys.add(logged.address);
  }

  function tallyOf(route: string): Tally {
    const known = tallies.get(route);
    if (known !== undefined) return known;
    const made = { requests: 0, moved: 0, before: new Map(), after: new Map(), keys: new HeavyKeys() };
    tallies.set(route, made);
    return made;
  }

  return {
    add,
    result: (): Simulation => ({
      lines,
      unreadable,
      refused: Object.fromEntries(refused),
      moved: rounded(moved),
      routes: [...tallies]
        .map(([route, { requests, moved: its, before: old, after: now, keys }]) => ({
          route,
          requests,
          before: counts(old),
          after: counts(now),
          moved: rounded(its),
          hotKeys: keys.top(5),
        }))
        .toSorted((one, other) => other.requests - one.requests),
    }),
  };
}

/** A weight without a bucket to decide by is its share of each request. */
function sharesOf(explanation: Explanation): ReadonlyMap<string, number> {
  if (explanation.kind === 'refused') return new Map();
  const { backend, service, weight, bucket, reason } = explanation;
  const open = bucket === null && reason === 'bucket-not-below-weight' && weight !== null && service !== null;
  if (!open) return new Map([[backend, 1]]);
  const share = weight / bucketCount;
  return new Map([
    [backend, 1 - share],
    [service, share],
  ]);
}

function count(sums: Map<string, number>, key: string, by: number): void {
  sums.set(key, (sums.get(key) ?? 0) + by);
}

const rounded = (value: number) => Math.round(value * 100) / 100;
const counts = (map: ReadonlyMap<string, number>) =>
  Object.fromEntries([...map].map(([key, value]) => [key, rounded(value)]));
