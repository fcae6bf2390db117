import type { ProxyRoute, RouteMatch } from '../config/proxy-config.ts';
import { isSafeMethod } from '../routing/decide-side.ts';
import type { MatchRequest } from '../routing/match-request.ts';
import { renderMatch } from '../routing/render-match.ts';
import { compileRouteTable } from '../routing/route-table.ts';
import type { LintFinding } from './lint-routes.ts';

export interface EndpointRoute {
  readonly endpoint: string;
  /** Null: the monolith's. */
  readonly route: string | null;
}

interface Endpoint {
  readonly text: string;
  readonly method: string;
  readonly segments: readonly string[];
}

/** A value that no exact path of a manifest has. */
const filler = 'overgrow-any';

/** Routes beside the monolith's own endpoints: what each takes, and where a cut goes through one. */
export function lintEndpoints(
  routes: readonly ProxyRoute[],
  texts: readonly string[],
): { readonly findings: readonly LintFinding[]; readonly endpoints: readonly EndpointRoute[] } {
  const table = compileRouteTable(routes);
  const endpoints = texts.map(parseEndpoint).filter((endpoint) => endpoint !== undefined);
  const taken = endpoints.map((endpoint) => ({ endpoint, route: table.match(requestTo(endpoint, routes))?.route }));
  const findings: LintFinding[] = [];
  for (const route of routes) {
    for (const match of route.matches) {
      if (match.grpc !== undefined || match.operation !== undefined || match.path.kind === 'regex') continue;
      const met = endpoints.filter((endpoint) => meets(match, endpoint));
      if (met.length === 0) findings.push(finding('no-endpoint', route, match, 'no endpoint of the monolith is there'));
      for (const endpoint of met) {
        const owner = taken.find((each) => each.endpoint === endpoint)?.route;
        if (match.path.kind === 'exact' && owner !== route && endpoint.segments.some(isParameter))
          findings.push(
            finding(
              'split-endpoint',
              route,
              match,
              `one value of ${endpoint.text} goes here, the others to ${owner?.name ?? 'the monolith'}`,
            ),
          );
      }
    }
  }
  const contexts = new Map<string, string>();
  for (const { endpoint, route } of taken)
    if (route !== undefined && isSafeMethod(endpoint.method)) contexts.set(pathOf(endpoint), route.name);
  for (const { endpoint, route } of taken) {
    const reader = contexts.get(pathOf(endpoint));
    if (route !== undefined || reader === undefined || isSafeMethod(endpoint.method)) continue;
    findings.push({
      level: 'warning',
      kind: 'write-left-behind',
      route: reader,
      match: null,
      message: `reads of ${pathOf(endpoint)} take this route, but ${endpoint.text} stays with the monolith, also when the service owns the context`,
    });
  }
  return {
    findings,
    endpoints: taken.map(({ endpoint, route }) => ({ endpoint: endpoint.text, route: route?.name ?? null })),
  };
}

function finding(kind: LintFinding['kind'], route: ProxyRoute, match: RouteMatch, message: string): LintFinding {
  return { level: 'warning', kind, route: route.name, match: renderMatch(match), message };
}

/** `GET /products/:id`, also with `{id}`, `<id>` or `*` for a parameter. */
function parseEndpoint(text: string): Endpoint | undefined {
  const [, method, path] = /^([A-Z]+|\*) (\/\S*)$/.exec(text) ?? [];
  if (method === undefined || path === undefined) return undefined;
  return { text, method: method === '*' ? 'GET' : method, segments: path.split('/').filter((each) => each !== '') };
}

const isParameter = (segment: string) => /^[:*{<(]/.test(segment);
const pathOf = ({ segments }: Endpoint) => `/${segments.join('/')}`;

function requestTo({ method, segments }: Endpoint, routes: readonly ProxyRoute[]): MatchRequest {
  const path = `/${segments.map((segment) => (isParameter(segment) ? filler : segment)).join('/')}`;
  // The monolith's endpoints answer on any host: the first that a route names stands for all.
  const host = routes.find(({ hosts }) => hosts !== undefined)?.hosts?.[0]?.replace('*', filler) ?? '';
  return { method, path, query: '', host, rawHeaders: [] };
}

/** Whether some request to the endpoint may fit the match, by path and method. */
function meets({ path, methods }: RouteMatch, { method, segments }: Endpoint): boolean {
  if (methods !== undefined && !methods.includes(method)) return false;
  if (path.kind === 'regex') return true;
  const wanted = path.value.split('/').filter((each) => each !== '');
  if (path.kind === 'exact' && wanted.length !== segments.length) return false;
  return wanted.every((each, index) => {
    const segment = segments[index];
    return segment !== undefined && (isParameter(segment) || segment === each);
  });
}
