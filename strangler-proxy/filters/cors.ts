import type { CorsFilter } from '../config/proxy-config.ts';
import { headerValue, type MatchRequest } from '../routing/match-request.ts';
import type { FilterAnswer } from './redirect.ts';
import { addVary } from './shared-cache.ts';

/** Whether a request is the question that browsers ask before a cross-origin request (Fetch standard, "CORS-preflight fetch"). */
export function isPreflight(request: MatchRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    headerValue(request.rawHeaders, 'origin') !== undefined &&
    headerValue(request.rawHeaders, 'access-control-request-method') !== undefined
  );
}

/** The answer to a preflight: 204 with what is allowed, or 403 without a word of CORS where the origin is not. */
export function answerPreflight(cors: CorsFilter, request: MatchRequest): FilterAnswer {
  const origin = headerValue(request.rawHeaders, 'origin') ?? '';
  const vary = ['vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'];
  if (!allowsOrigin(cors.allowOrigins, origin)) return { status: 403, headers: [...vary, 'content-length', '0'] };
  const list = (name: string, allowed: readonly string[], asked: string) => {
    const value = allowed.includes('*') ? headerValue(request.rawHeaders, asked) : allowed.join(', ');
    return value === undefined || value === '' ? [] : [name, value];
  };
  return {
    status: 204,
    headers: [
      ...allowHeaders(cors, origin),
      ...list('access-control-allow-methods', cors.allowMethods, 'access-control-request-method'),
      ...list('access-control-allow-headers', cors.allowHeaders, 'access-control-request-headers'),
      'access-control-max-age',
      String(cors.maxAgeSeconds),
      ...vary,
    ],
  };
}

/** An answer's headers with this filter's word on CORS instead of the side's own. */
export function applyCors(headers: readonly string[], cors: CorsFilter, request: MatchRequest): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!name.toLowerCase().startsWith('access-control-')) kept.push(name, headers[index + 1] ?? '');
  }
  addVary(kept, 'Origin');
  const origin = headerValue(request.rawHeaders, 'origin');
  if (origin === undefined || !allowsOrigin(cors.allowOrigins, origin)) return kept;
  kept.push(...allowHeaders(cors, origin));
  // With credentials `*` would be a header of that name, so it is left out.
  const exposed = cors.allowCredentials ? cors.exposeHeaders.filter((name) => name !== '*') : cors.exposeHeaders;
  if (exposed.length > 0) kept.push('access-control-expose-headers', exposed.join(', '));
  return kept;
}

function allowHeaders(cors: CorsFilter, origin: string): string[] {
  return [
    'access-control-allow-origin',
    origin,
    ...(cors.allowCredentials ? ['access-control-allow-credentials', 'true'] : []),
  ];
}

/** A `*` in the host stands for any number of labels; a port left out is the scheme's own. */
export function allowsOrigin(allowed: readonly string[], origin: string): boolean {
  const asked = parseOrigin(origin);
  return allowed.some((pattern) => {
    if (pattern === '*') return true;
    const wanted = parseOrigin(pattern);
    if (asked === undefined || wanted === undefined) return false;
    if (asked.scheme !== wanted.scheme || asked.port !== wanted.port) return false;
    if (wanted.host === '*') return true;
    return wanted.host.startsWith('*') ? asked.host.endsWith(wanted.host.slice(1)) : asked.host === wanted.host;
  });
}

function parseOrigin(text: string): { scheme: string; host: string; port: string } | undefined {
  const [, scheme, host, port] = /^(https?):\/\/([a-z0-9.*-]+|\[[0-9a-f:.]+\])(?::(\d+))?$/.exec(text) ?? [];
  if (scheme === undefined || host === undefined) return undefined;
  return { scheme, host, port: port ?? (scheme === 'https' ? '443' : '80') };
}
