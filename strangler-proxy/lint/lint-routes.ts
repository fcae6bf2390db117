import type { ProxyRoute, RouteMatch } from '../config/proxy-config.ts';
import { compareKeys, precedenceKeys } from '../routing/precedence.ts';
import { renderMatch } from '../routing/render-match.ts';
import { covers, coversHosts, mayMeet } from './covers.ts';
import { lintEndpoints, type EndpointRoute } from './lint-endpoints.ts';

/**
 * `unreachable`: another match takes every request. `overlapping`: routes of two contexts fit the same requests, and only
 * their order in the manifest decides. The others are about the monolith's endpoints.
 */
export type LintKind = 'unreachable' | 'overlapping' | 'no-endpoint' | 'split-endpoint' | 'write-left-behind';

export interface LintFinding {
  readonly level: 'error' | 'warning';
  readonly kind: LintKind;
  readonly route: string;
  readonly match: string | null;
  readonly message: string;
}

export interface LintReport {
  readonly findings: readonly LintFinding[];
  /** Which route takes which of the monolith's endpoints; empty where none are known. */
  readonly endpoints: readonly EndpointRoute[];
}

interface Placed {
  readonly route: ProxyRoute;
  readonly match: RouteMatch;
}

/** `endpoints`: of the facts, such as `GET /products/:id`. Pure. */
export function lintRoutes(routes: readonly ProxyRoute[], endpoints: readonly string[] = []): LintReport {
  const all = routes.flatMap((route) => route.matches.map((match) => ({ route, match })));
  const against = endpoints.length === 0 ? { findings: [], endpoints: [] } : lintEndpoints(routes, endpoints);
  return { findings: [...unreachable(all), ...overlapping(all), ...against.findings], endpoints: against.endpoints };
}

/**
 * Only a match of the same place can stand before another and cover it, but for calls of gRPC and expressions: an exact
 * path or a longer prefix covers less than the one behind it. So matches are compared within their place.
 */
function unreachable(all: readonly Placed[]): readonly LintFinding[] {
  return [...byPlace(all)].flatMap((group) =>
    group.flatMap((inner, at) => {
      const outer = group.find(
        (other, index) =>
          other !== inner &&
          covers(other.match, inner.match) &&
          coversHosts(other.route, inner.route) &&
          sameHosts(other.route, inner.route) &&
          standsBefore(other.match, inner.match, index < at),
      );
      if (outer === undefined) return [];
      const finding: LintFinding = {
        level: 'error',
        kind: 'unreachable',
        route: inner.route.name,
        match: renderMatch(inner.match),
        message: `${outer.route.name} takes every such request before it: ${renderMatch(outer.match)}`,
      };
      return [finding];
    }),
  );
}

function overlapping(all: readonly Placed[]): readonly LintFinding[] {
  return [...byPlace(all)].flatMap((group) =>
    group.flatMap((first, at) =>
      group.slice(at + 1).flatMap((second) => {
        if (first.route.context === second.route.context || !sameHosts(first.route, second.route)) return [];
        if (compareKeys(precedenceKeys(first.match), precedenceKeys(second.match)) !== 0) return [];
        if (!mayMeet(first.match, second.match) || covers(first.match, second.match)) return [];
        const finding: LintFinding = {
          level: 'warning',
          kind: 'overlapping',
          route: second.route.name,
          match: renderMatch(second.match),
          message: `a request may fit ${first.route.name} as well (${renderMatch(first.match)}); only the order in the manifest decides`,
        };
        return [finding];
      }),
    ),
  );
}

/** `index < at` decides between matches of equal precedence. */
function standsBefore(outer: RouteMatch, inner: RouteMatch, isEarlier: boolean): boolean {
  const order = compareKeys(precedenceKeys(outer), precedenceKeys(inner));
  return order > 0 || (order === 0 && isEarlier);
}

const sameHosts = (one: ProxyRoute, other: ProxyRoute) =>
  JSON.stringify(one.hosts?.toSorted() ?? []) === JSON.stringify(other.hosts?.toSorted() ?? []);

function byPlace(all: readonly Placed[]): Iterable<readonly Placed[]> {
  const groups = new Map<string, Placed[]>();
  for (const placed of all) {
    const { path, grpc } = placed.match;
    const key =
      grpc !== undefined
        ? 'grpc'
        : `${path.kind} ${path.kind === 'regex' ? path.regex.pattern : path.value.replace(/(?<=.)\/$/, '')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [placed]);
    else group.push(placed);
  }
  return groups.values();
}
