import type { ProxyRoute, RouteCondition, RouteMatch } from '../config/proxy-config.ts';
import type { RankedMatch } from './condition-index.ts';

/**
 * The order in which the matches of one host are tried, as Gateway API states it: HTTPRoute (apis/v1/httproute_types.go,
 * "MUST prioritize matches") and GRPCRoute (apis/v1/grpcroute_types.go). The host comes before all of this. Ours: calls of gRPC
 * before plain matches, an expression between exact paths and prefixes (the specification leaves it open), longer
 * expressions first, cookies after query parameters, operations after cookies, and the order in the manifest instead of a route's age.
 */
export function rankMatches(routes: readonly ProxyRoute[]): RankedMatch[] {
  return routes
    .flatMap((route) => route.matches.map((match) => ({ route, match, keys: precedenceKeys(match) })))
    .toSorted((one, other) => compareKeys(other.keys, one.keys))
    .map(({ route, match }, rank) => ({ route, match, rank }));
}

/** Higher goes first. `toSorted` is stable, so equal ones stay in the order of the manifest. */
export function precedenceKeys(match: RouteMatch): readonly number[] {
  const { path, grpc, methods, conditions = [] } = match;
  const count = (kind: RouteCondition['kind']) => conditions.filter((condition) => condition.kind === kind).length;
  if (grpc !== undefined)
    return [
      3,
      grpc.service?.length ?? 0,
      grpc.method?.length ?? 0,
      count('header'),
      count('query'),
      count('cookie'),
      count('operation'),
    ];
  return [
    path.kind === 'exact' ? 2 : path.kind === 'regex' ? 1 : 0,
    pathLength(path),
    methods === undefined ? 0 : 1,
    count('header'),
    count('query'),
    count('cookie'),
    count('operation'),
  ];
}

/** A slash at the end of a prefix is no part of it. */
function pathLength(path: RouteMatch['path']): number {
  if (path.kind === 'regex') return path.regex.pattern.length;
  if (path.kind === 'exact') return path.value.length;
  return path.value.endsWith('/') ? path.value.length - 1 : path.value.length;
}

export function compareKeys(one: readonly number[], other: readonly number[]): number {
  for (const [index, key] of one.entries()) {
    const difference = key - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
