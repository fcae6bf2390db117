import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProxyRoute, RouteMatch } from '../config/proxy-config.ts';
import { compileRouteTable } from './route-table.ts';

const routeOf = (name: string, ...matches: RouteMatch[]): ProxyRoute => ({
  name,
  context: 'c',
  matches,
  sticky: { kind: 'account' },
  weight: 0,
  timeouts: { connectMs: 1, headMs: 1, idleMs: 1 },
  service: undefined,
});
const prefix = (value: string, methods?: string[]): RouteMatch => ({ path: { kind: 'prefix', value }, methods });
const exact = (value: string, methods?: string[]): RouteMatch => ({ path: { kind: 'exact', value }, methods });

/** The rule as it is written, tried on every match. */
function slowMatch(routes: readonly ProxyRoute[], path: string, method: string): string | undefined {
  const segments = (text: string) => text.split('/').filter((part) => part !== '');
  const found = routes.flatMap((route) =>
    route.matches
      .filter(({ path: wanted, methods }) => {
        if (methods !== undefined && !methods.includes(method)) return false;
        if (wanted.kind === 'exact') return wanted.value === path;
        const [have, want] = [segments(path), segments(wanted.value)];
        return want.every((segment, index) => have[index] === segment);
      })
      .map((match) => ({
        route,
        rank: [
          match.path.kind === 'exact' ? 1 : 0,
          segments(match.path.value).length,
          match.methods === undefined ? 0 : 1,
        ],
      })),
  );
  const [best] = found.toSorted((one, other) => {
    for (const [index, rank] of one.rank.entries()) if (rank !== other.rank[index]) return other.rank[index]! - rank;
    return routes.indexOf(one.route) - routes.indexOf(other.route);
  });
  return best?.route.name;
}

describe('compileRouteTable', () => {
  it('matches prefixes by whole segments', () => {
    const table = compileRouteTable([routeOf('api', prefix('/api'))]);
    expect(['/api', '/api/', '/api/x'].map((path) => table.match(path, 'GET')?.name)).toEqual(['api', 'api', 'api']);
    expect(['/apiary', '/ap', '/x/api', '/'].map((path) => table.match(path, 'GET'))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
  it('takes exact before prefix, longer before shorter, with methods before without', () => {
    const table = compileRouteTable([
      routeOf('any', prefix('/a')),
      routeOf('get', prefix('/a', ['GET'])),
      routeOf('longer', prefix('/a/b')),
      routeOf('exact', exact('/a/b', ['GET'])),
    ]);
    expect(table.match('/a', 'GET')?.name).toBe('get');
    expect(table.match('/a', 'PUT')?.name).toBe('any');
    expect(table.match('/a/b', 'GET')?.name).toBe('exact');
    expect(table.match('/a/b', 'PUT')?.name).toBe('longer');
  });
  it('is the rule as it is written', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
    const methods = fc.option(fc.uniqueArray(fc.constantFrom('GET', 'POST'), { minLength: 1 }), { nil: undefined });
    const match = fc.record({
      path: fc.record({ kind: fc.constantFrom('exact' as const, 'prefix' as const), value: path }),
      methods,
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(match, { minLength: 1, maxLength: 2 }), { maxLength: 6 }),
        path,
        fc.constantFrom('GET', 'POST', 'PUT'),
        (all, wanted, method) => {
          const routes = all.map((matches, index) => routeOf(`r${index}`, ...matches));
          expect(compileRouteTable(routes).match(wanted, method)?.name).toBe(slowMatch(routes, wanted, method));
        },
      ),
      { numRuns: 500 },
    );
  });
});
