import type { ProxyRoute } from '../config/proxy-config.ts';
import type { RankedMatch, StepCount } from './condition-index.ts';
import { hostName, type MatchRequest } from './match-request.ts';
import { PathIndex } from './path-index.ts';
import { rankMatches } from './precedence.ts';

/** Finds the route of a request, at a cost that does not grow with the number of routes. */
export interface RouteTable {
  /** The match that takes the request. `count` is told the look-ups it cost. */
  match(request: MatchRequest, count?: StepCount): RankedMatch | undefined;
}

/**
 * Compiles routes. Precedence as in Gateway API: an exact host before `*.`-hosts, the longer `*.`-host first, routes without
 * a host last, and within a host as `rankMatches` says. Where nothing of the best host fits, the next best is tried.
 */
export function compileRouteTable(routes: readonly ProxyRoute[]): RouteTable {
  const byHost = new Map<string, ProxyRoute[]>();
  for (const route of routes) {
    for (const host of new Set(route.hosts ?? [''])) {
      const its = byHost.get(host);
      if (its === undefined) byHost.set(host, [route]);
      else its.push(route);
    }
  }
  const hosts = new Map([...byHost].map(([host, its]) => [host, new PathIndex(rankMatches(its))]));
  const anyHost = hosts.get('') ?? new PathIndex([]);
  const unread: StepCount = { steps: 0 };
  if (byHost.size === (byHost.has('') ? 1 : 0))
    return { match: (request, count = unread) => anyHost.match(request, count) };

  return {
    match: (request, count = unread) => {
      const host = hostName(request.host);
      count.steps++;
      const exact = hosts.get(host)?.match(request, count);
      if (exact !== undefined) return exact;
      for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
        count.steps++;
        const found = hosts.get(`*${host.slice(dot)}`)?.match(request, count);
        if (found !== undefined) return found;
      }
      return anyHost.match(request, count);
    },
  };
}
