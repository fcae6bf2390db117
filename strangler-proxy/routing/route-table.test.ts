import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProxyRoute, RouteCondition, RouteMatch } from '../config/proxy-config.ts';
import { plainRoute, regexOf, requestOf } from '../test-support/route-fixtures.ts';
import type { MatchRequest } from './match-request.ts';
import { compileRouteTable } from './route-table.ts';

/** The specification as it is written: every match of every route is tried, those that fit are compared criterion by criterion. */
function slowMatch(routes: readonly ProxyRoute[], request: MatchRequest): string | undefined {
  const host = request.host.toLowerCase().replace(/:\d+$/, '');
  const isCall = request.method === 'POST' && request.rawHeaders.some((value) => value === 'application/grpc');
  const values = (kind: RouteCondition['kind'], name: string): string | undefined => {
    if (kind === 'query') return new URLSearchParams(request.query).get(name) ?? undefined;
    const at = request.rawHeaders.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
    if (kind === 'header') return at === -1 ? undefined : request.rawHeaders[at + 1];
    const cookies = request.rawHeaders.flatMap((each, index) =>
      index % 2 === 0 && each === 'cookie' ? (request.rawHeaders[index + 1] ?? '').split('; ') : [],
    );
    return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
  };
  const fits = ({ path, methods, grpc, conditions = [] }: RouteMatch): boolean => {
    const [, service, method, more] = request.path.split('/');
    const placed =
      grpc !== undefined
        ? isCall &&
          method !== undefined &&
          more === undefined &&
          [undefined, service].includes(grpc.service) &&
          [undefined, method].includes(grpc.method)
        : path.kind === 'exact'
          ? path.value === request.path
          : path.kind === 'regex'
            ? new RegExp(`^(?:${path.regex.pattern})$`).test(request.path)
            : `${request.path}/`.startsWith(path.value.endsWith('/') ? path.value : `${path.value}/`);
    return (
      placed &&
      (methods === undefined || methods.includes(request.method)) &&
      conditions.every(({ kind, name, value }) => {
        const found = values(kind, name);
        if (found === undefined || value.kind === 'present') return found !== undefined;
        return value.kind === 'exact' ? found === value.value : new RegExp(`^(?:${value.regex.pattern})$`).test(found);
      })
    );
  };
  const hostRank = (pattern: string | undefined): readonly number[] | undefined => {
    if (pattern === undefined) return [0, 0];
    if (pattern === host) return [pattern.length, pattern.length];
    return pattern.startsWith('*.') && host.endsWith(pattern.slice(1)) ? [0, pattern.length] : undefined;
  };
  const criteria = ({ path, methods, grpc, conditions = [] }: RouteMatch): readonly number[] => {
    const count = (kind: RouteCondition['kind']) => conditions.filter((each) => each.kind === kind).length;
    const counts = [count('header'), count('query'), count('cookie')];
    if (grpc !== undefined) return [1, grpc.service?.length ?? 0, grpc.method?.length ?? 0, 0, 0, ...counts];
    const text = path.kind === 'regex' ? path.regex.pattern : path.value.replace(/\/$/, '');
    const kinds = [
      Number(path.kind === 'exact'),
      Number(path.kind === 'regex'),
      path.kind === 'exact' ? 0 : text.length,
    ];
    return [0, ...kinds, methods === undefined ? 0 : 1, ...counts];
  };
  let best: { readonly name: string; readonly keys: readonly number[] } | undefined;
  for (const route of routes) {
    for (const match of route.matches.filter(fits)) {
      for (const pattern of route.hosts ?? [undefined]) {
        const rank = hostRank(pattern);
        if (rank === undefined) continue;
        const keys = [...rank, ...criteria(match)];
        const first = keys.findIndex((key, index) => key !== best?.keys[index]);
        if (best === undefined || (first !== -1 && (keys[first] ?? 0) > (best.keys[first] ?? 0)))
          best = { name: route.name, keys };
      }
    }
  }
  return best?.name;
}

const some = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const path = fc.array(some('a', 'b', 'ab'), { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const condition: fc.Arbitrary<RouteCondition> = fc.record({
  kind: some('header' as const, 'query' as const, 'cookie' as const),
  name: some('x', 'y'),
  value: fc.oneof(
    { weight: 3, arbitrary: some('1', '2').map((value) => ({ kind: 'exact' as const, value })) },
    {
      weight: 1,
      arbitrary: some('[12]', '1?').map((pattern) => ({ kind: 'regex' as const, regex: regexOf(pattern) })),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'present' as const }) },
  ),
});
const conditions = fc.uniqueArray(condition, { selector: ({ kind, name }) => `${kind} ${name}`, maxLength: 3 });
const routePath: fc.Arbitrary<RouteMatch['path']> = fc.oneof(
  fc.record({ kind: some('exact' as const, 'prefix' as const), value: path }),
  path.map((value) => ({ kind: 'prefix' as const, value: value === '/' ? value : `${value}/` })),
  some('/a/.*', '/a(/b)?', '/[ab]+', '/a|/b', '/a/b', '/ab?/b', '/.*').map((pattern) => ({
    kind: 'regex' as const,
    regex: regexOf(pattern),
  })),
);
const plainMatch = fc.record({
  path: routePath,
  methods: fc.option(fc.uniqueArray(some('GET', 'POST'), { minLength: 1 }), { nil: undefined }),
  conditions,
});
const name = fc.option(some('a', 'b', 'ab'), { nil: undefined });
const call = fc.record({
  path: fc.constant({ kind: 'prefix' as const, value: '/' }),
  methods: fc.constant(undefined),
  conditions,
  grpc: fc.record({ service: name, method: name }),
});
const match: fc.Arbitrary<RouteMatch> = fc.oneof({ weight: 4, arbitrary: plainMatch }, { weight: 1, arbitrary: call });
const hosts = fc.option(fc.uniqueArray(some('a.b', '*.b', '*.a.b', 'c.a.b', 'b'), { minLength: 1, maxLength: 2 }), {
  nil: undefined,
});
const request = fc
  .record({
    method: some('GET', 'POST', 'PUT'),
    host: some('a.b', 'c.a.b:80', 'x.B', 'b', 'other'),
    path,
    query: some('', 'x=1', 'y=2&x=1', 'x=2'),
    type: some('application/grpc', 'text/plain'),
    x: some(undefined, '1', '2'),
    cookie: some(undefined, 'x=1', 'x=2; y=1'),
  })
  .map(({ type, x, cookie, ...rest }) => ({
    ...rest,
    rawHeaders: [
      ['content-type', type],
      ...(x === undefined ? [] : [['X', x]]),
      ...(cookie === undefined ? [] : [['cookie', cookie]]),
    ].flat(),
  }));

describe('compileRouteTable', () => {
  it('is the specification as it is written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hosts, fc.array(match, { minLength: 1, maxLength: 3 })), { maxLength: 8 }),
        fc.array(request, { minLength: 1, maxLength: 5 }),
        (all, requests) => {
          const routes = all.map(([its, matches], index) => plainRoute(`r${index}`, its, ...matches));
          const table = compileRouteTable(routes);
          for (const asked of requests) expect(table.match(asked)?.route.name).toBe(slowMatch(routes, asked));
        },
      ),
      { numRuns: process.env['OVERGROW_LONG'] === undefined ? 500 : 20_000 },
    );
  });

  describe('costs the same for ten routes and for ten thousand', () => {
    const exact = (value: string) => ({ kind: 'exact' as const, value });
    const each: Readonly<Record<string, (index: number) => ProxyRoute>> = {
      'exact paths': (index) => plainRoute(`r${index}`, undefined, { path: exact(`/x/p${index}`), methods: undefined }),
      prefixes: (index) =>
        plainRoute(`r${index}`, undefined, { path: { kind: 'prefix', value: `/x/p${index}` }, methods: ['GET'] }),
      expressions: (index) =>
        plainRoute(`r${index}`, undefined, {
          path: { kind: 'regex', regex: regexOf(`/x/p${index}(/.*)?`) },
          methods: undefined,
        }),
      hosts: (index) => plainRoute(`r${index}`, [`p${index}.test`], { path: exact('/x'), methods: undefined }),
      'wildcard hosts': (index) =>
        plainRoute(`r${index}`, [`*.p${index}.test`], { path: exact('/x'), methods: undefined }),
      'header values': (index) =>
        plainRoute(`r${index}`, undefined, {
          path: exact('/x'),
          methods: undefined,
          conditions: [{ kind: 'header', name: 'tenant', value: exact(`p${index}`) }],
        }),
      'gRPC methods': (index) =>
        plainRoute(`r${index}`, undefined, {
          path: exact('/'),
          methods: undefined,
          grpc: { service: 'x', method: `p${index}` },
        }),
    };
    it.each(Object.keys(each))('%s', (kind) => {
      const stepsOf = (total: number): number[] => {
        const table = compileRouteTable(Array.from({ length: total }, (_, index) => each[kind]!(index)));
        return [0, 5, total - 1].map((index) => {
          const count = { steps: 0 };
          const host = kind === 'hosts' ? `p${index}.test` : kind === 'wildcard hosts' ? `a.p${index}.test` : '';
          const asked = requestOf(
            `${kind === 'gRPC methods' ? 'POST' : 'GET'} ${host}/x${/header|host/.test(kind) ? '' : `/p${index}`}`,
            'content-type: application/grpc',
            `tenant: p${index}`,
          );
          expect(table.match(asked, count)?.route.name).toBe(`r${index}`);
          return count.steps;
        });
      };
      const few = stepsOf(10);
      // Compiling an expression takes far longer than placing it.
      expect(stepsOf(kind === 'expressions' ? 1_000 : 10_000)).toEqual(few);
      expect(Math.max(...few)).toBeLessThan(16);
    });
  });
});
