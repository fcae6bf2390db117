import type { RedirectFilter, RouteMatch } from '../config/proxy-config.ts';
import type { MatchRequest } from '../routing/match-request.ts';
import { changePath } from './change-path.ts';
import { splitPort, type ClientView } from './client-view.ts';

/** An answer of the proxy itself that no problem is: headers flat, no body. */
export interface FilterAnswer {
  readonly status: number;
  readonly headers: string[];
}

/**
 * Where a client is sent. The port as Gateway API's HTTPRequestRedirectFilter has it: the given one; else the scheme's own
 * where a scheme is given; else the one that the client used. The scheme's own port is not written.
 */
export function redirect(
  filter: RedirectFilter,
  match: RouteMatch,
  request: MatchRequest,
  client: ClientView,
): FilterAnswer {
  const scheme = filter.scheme ?? client.scheme;
  const { name, port } = splitPort(client.host);
  const chosen = filter.port === undefined ? (filter.scheme === undefined ? port : '') : `:${filter.port}`;
  const shown = chosen === (scheme === 'https' ? ':443' : ':80') ? '' : chosen;
  const path = filter.path === undefined ? request.path : changePath(request.path, match, filter.path);
  const query = request.query === '' ? '' : `?${request.query}`;
  const location = `${scheme}://${filter.host ?? name}${shown}${path}${query}`;
  return { status: filter.status, headers: ['location', location, 'content-length', '0'] };
}
