import type { Backend } from '../config/proxy-config.ts';
import { authoritiesOf } from '../rewriting/public-names.ts';
import { rewriteAnswer } from '../rewriting/rewrite-answer.ts';
import type { RankedMatch } from '../routing/condition-index.ts';
import { headerValue, type MatchRequest } from '../routing/match-request.ts';
import type { RouteTable } from '../routing/route-table.ts';
import { changePath, prefixOf, withoutLastSlash } from './change-path.ts';
import type { ClientView } from './client-view.ts';
import { answerPreflight, applyCors, isPreflight } from './cors.ts';
import { filterHeaders } from './filter-headers.ts';
import { redirect, type FilterAnswer } from './redirect.ts';
import { separateSides } from './shared-cache.ts';

/**
 * The answer of the proxy itself, where the route gives one: a redirect, or to a preflight. A preflight is asked about the
 * request that it announces, whose method takes the route.
 */
export function answerHere(
  table: RouteTable,
  request: MatchRequest,
  matched: RankedMatch | undefined,
  clientOf: () => ClientView,
): FilterAnswer | undefined {
  if (request.method === 'OPTIONS' && isPreflight(request)) {
    const method = headerValue(request.rawHeaders, 'access-control-request-method') ?? '';
    const cors = table.match({ ...request, method })?.route.filters?.cors;
    if (cors !== undefined) return answerPreflight(cors, request);
  }
  const filter = matched?.route.filters?.redirect;
  return filter === undefined || matched === undefined
    ? undefined
    : redirect(filter, matched.match, request, clientOf());
}

export interface Forwarded {
  /** Path and query. */
  readonly target: string;
  /** Flat. */
  readonly headers: string[];
}

/** What a side sees of a request. Only the service ever sees another path or host: the monolith sees what it always saw. */
export function forwardAs(
  matched: RankedMatch | undefined,
  request: MatchRequest,
  backend: Backend,
  sent: Forwarded,
): Forwarded {
  const filters = matched?.route.filters;
  if (filters === undefined || matched === undefined) return sent;
  let { target, headers } = sent;
  if (filters.requestHeaders !== undefined) headers = filterHeaders(headers, filters.requestHeaders);
  if (backend !== matched.route.service) return { target, headers };
  if (filters.serviceRequestHeaders !== undefined) headers = filterHeaders(headers, filters.serviceRequestHeaders);
  if (filters.rewriteHost !== undefined) headers = withHost(headers, filters.rewriteHost);
  if (filters.rewritePath !== undefined)
    target = changePath(request.path, matched.match, filters.rewritePath) + target.slice(request.path.length);
  return { target, headers };
}

function withHost(headers: readonly string[], host: string): string[] {
  return headers.map((value, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'host' ? host : value,
  );
}

export interface Answered {
  readonly matched: RankedMatch | undefined;
  readonly request: MatchRequest;
  readonly backend: Backend;
  /** A weight decided by the user's bucket. */
  readonly weighted: boolean;
  readonly clientOf: () => ClientView;
}

/** The headers (flat) of an answer as its client gets them. Mutates and may return `headers`. */
export function answerAs(headers: string[], answered: Answered): string[] {
  const { matched, request, backend, weighted, clientOf } = answered;
  const filters = matched?.route.filters;
  const toService = matched !== undefined && backend === matched.route.service;
  let out = headers;
  if (toService && filters?.serviceResponseHeaders !== undefined)
    out = filterHeaders(out, filters.serviceResponseHeaders);
  rewriteAnswer(out, () => ({
    client: clientOf(),
    backendAuthorities: authoritiesOf(backend.origin, toService ? filters?.rewriteHost : undefined),
    path: toService ? pathNames(matched, request) : undefined,
  }));
  if (filters?.cors !== undefined) out = applyCors(out, filters.cors, request);
  if (filters?.responseHeaders !== undefined) out = filterHeaders(out, filters.responseHeaders);
  return weighted ? separateSides(out, matched?.route.cacheKeyHeader) : out;
}

function pathNames(matched: RankedMatch, request: MatchRequest) {
  const change = matched.route.filters?.rewritePath;
  if (change === undefined) return undefined;
  if (change.kind === 'full') return { backend: change.value, client: request.path, whole: true };
  return { backend: withoutLastSlash(change.value), client: prefixOf(matched.match), whole: false };
}
