import { compileLinearRegex } from '@overgrow/core';
import { compileRouteTable, type ProxyRoute, type RouteMatch } from '@overgrow/strangler-proxy';
import type { Comparison } from '../comparison.ts';

/* What finding a route costs: the same requests, ten routes and ten thousand. */

const rounds = 20_000;

const kinds: Readonly<Record<string, (index: number) => RouteMatch>> = {
  exact: (index) => ({ path: { kind: 'exact', value: `/shop/p${index}` }, methods: ['GET'] }),
  prefix: (index) => ({ path: { kind: 'prefix', value: `/shop/p${index}` }, methods: undefined }),
  regex: (index) => ({ path: { kind: 'regex', regex: regexOf(`/shop/p${index}(/[a-z]+)?`) }, methods: undefined }),
  header: (index) => ({
    path: { kind: 'prefix', value: '/shop' },
    methods: undefined,
    conditions: [{ kind: 'header', name: 'x-tenant', value: { kind: 'exact', value: `p${index}` } }],
  }),
};

export function runRoutingBench(): readonly Comparison[] {
  return Object.entries(kinds).map(([kind, matchOf]) => ({
    title: `Routing by ${kind}: one match`,
    baseline: '10 routes',
    // Ten thousand expressions take long to compile, not to match.
    rows: (kind === 'regex' ? [10, 1_000] : [10, 1_000, 10_000]).map((total) => ({
      name: `${total} routes`,
      figures: measure(total, matchOf),
    })),
    notes: [],
  }));
}

function measure(total: number, matchOf: (index: number) => RouteMatch) {
  const table = compileRouteTable(Array.from({ length: total }, (_, index) => routeOf(index, matchOf(index))));
  // The same ten routes are asked for, whatever stands beside them: caches of the machine are not what is measured.
  const requests = Array.from({ length: 10 }, (_, at) => {
    const index = Math.floor((at * total) / 10);
    return {
      method: 'GET',
      path: `/shop/p${index}`,
      query: '',
      host: 'shop.test',
      rawHeaders: ['Host', 'shop.test', 'Accept', '*/*', 'X-Tenant', `p${index}`],
    };
  });
  const count = { steps: 0 };
  for (const request of requests)
    if (table.match(request, count) === undefined) throw new Error('a route was not found');
  const started = process.hrtime.bigint();
  for (let round = 0; round < rounds / requests.length; round++) for (const request of requests) table.match(request);
  const nanos = Number(process.hrtime.bigint() - started) / rounds;
  return { nanosPerMatch: nanos, stepsPerMatch: count.steps / requests.length };
}

function routeOf(index: number, match: RouteMatch): ProxyRoute {
  return {
    name: `r${index}`,
    context: 'c',
    matches: [match],
    sticky: { kind: 'account' },
    weight: 0,
    timeouts: { connectMs: 1, headMs: 1, idleMs: 1 },
    service: undefined,
  };
}

function regexOf(pattern: string) {
  const outcome = compileLinearRegex(pattern);
  if (outcome.kind === 'fault') throw new Error(outcome.message);
  return outcome.regex;
}
