import { describe, expect, it } from 'vitest';
import { routesOf, type RouteInput } from '../test-support/route-fixtures.ts';
import { lintRoutes } from './lint-routes.ts';

type Matches = NonNullable<RouteInput['matches']>;
const two = (first: Matches, second: Matches, hosts?: { first?: string[]; second?: string[] }) => {
  const [one, other] = routesOf(
    { name: 'first', matches: first, ...(hosts?.first === undefined ? {} : { hosts: hosts.first }) },
    { name: 'second', matches: second, ...(hosts?.second === undefined ? {} : { hosts: hosts.second }) },
  );
  if (one === undefined || other === undefined) throw new Error('two routes were given');
  return [one, { ...other, context: 'd' }] as const;
};
const kinds = (routes: Parameters<typeof lintRoutes>[0], endpoints?: readonly string[]) =>
  lintRoutes(routes, endpoints).findings.map(({ kind, route }) => `${kind} ${route}`);
const a = { path: { prefix: '/a' } };

describe('lintRoutes', () => {
  it.each<[string, Matches, Matches, string[]]>([
    ['the same match twice', [a], [a], ['unreachable second']],
    ['a slash at the end', [a], [{ path: { prefix: '/a/' } }], ['unreachable second']],
    ['fewer methods after', [{ ...a, methods: ['GET', 'PUT'] }], [{ ...a, methods: ['PUT'] }], ['unreachable second']],
    ['more methods after', [{ ...a, methods: ['PUT'] }], [{ ...a, methods: ['GET', 'PUT'] }], ['overlapping second']],
    ['a method match after one without', [a], [{ ...a, methods: ['PUT'] }], []],
    ['a longer prefix', [a], [{ path: { prefix: '/a/b' } }], []],
    ['other values', [{ ...a, headers: { x: '1' } }], [{ ...a, headers: { x: '2' } }], []],
    ['other headers', [{ ...a, headers: { x: '1' } }], [{ ...a, headers: { y: '2' } }], ['overlapping second']],
    [
      'an expression that fits the value',
      [{ ...a, headers: { x: { regex: '[12]' } } }],
      [{ ...a, headers: { x: '2' } }],
      ['unreachable second'],
    ],
    ['the same expression', [{ path: { regex: '/a/.*' } }], [{ path: { regex: '/a/.*' } }], ['unreachable second']],
    ['the same call', [{ grpc: { service: 'a.B' } }], [{ grpc: { service: 'a.B' } }], ['unreachable second']],
    ['a closer call', [{ grpc: { service: 'a.B' } }], [{ grpc: { service: 'a.B', method: 'C' } }], []],
  ])('%s', (_name, first, second, expected) => expect(kinds(two(first, second))).toEqual(expected));

  it('looks at hosts', () => {
    expect(kinds(two([a], [a], { first: ['x.test'], second: ['y.test'] }))).toEqual([]);
    expect(kinds(two([a], [a], { first: ['x.test'] }))).toEqual([]);
    expect(kinds(two([a], [a], { first: ['x.test'], second: ['x.test'] }))).toEqual(['unreachable second']);
  });

  describe('against the endpoints of the monolith', () => {
    const endpoints = [
      'GET /products/:id',
      'POST /products',
      'GET /products',
      'GET /users/{id}',
      'DELETE /products/:id',
    ];
    it('tells what each route takes, and what stays behind', () => {
      const routes = routesOf({ name: 'read', matches: [{ path: { prefix: '/products' }, methods: ['GET'] }] });
      const report = lintRoutes(routes, endpoints);
      expect(report.endpoints).toEqual([
        { endpoint: 'GET /products/:id', route: 'read' },
        { endpoint: 'POST /products', route: null },
        { endpoint: 'GET /products', route: 'read' },
        { endpoint: 'GET /users/{id}', route: null },
        { endpoint: 'DELETE /products/:id', route: null },
      ]);
      expect(report.findings.map(({ kind }) => kind)).toEqual(['write-left-behind', 'write-left-behind']);
      expect(report.findings[0]?.message).toContain('POST /products stays with the monolith');
    });
    it('finds a match to which no endpoint leads, and an endpoint cut in two', () => {
      const routes = routesOf(
        { name: 'slip', matches: [{ path: { prefix: '/product' } }] },
        { name: 'cut', matches: [{ path: { exact: '/users/me' } }] },
      );
      expect(kinds(routes, endpoints)).toEqual(['no-endpoint slip', 'split-endpoint cut']);
    });
  });
});
