import type { RouteCondition } from '../config/proxy-config.ts';
import type { OperationPart } from '../operations/operation.ts';
import { cookieValue } from '../sticky/sticky-key.ts';

/** What of a request decides its route. Values are read from it only where a match asks for them. */
export interface MatchRequest {
  readonly method: string;
  /** Canonical, without the query. */
  readonly path: string;
  /** Without its question mark; empty: none. */
  readonly query: string;
  /** As in the Host header: a port may follow. */
  readonly host: string;
  /** node's flat array of names and values. */
  readonly rawHeaders: readonly string[];
  /** One part of what its body asks for, where that was read. */
  readonly operation?: OperationPart;
}

/** What the table asks of a request whose target and Host have been read. */
export function matchRequestOf(
  request: { readonly method?: string | undefined; readonly rawHeaders: readonly string[] },
  target: { readonly full: string; readonly path: string },
  host: string,
): MatchRequest {
  return {
    method: request.method ?? 'GET',
    path: target.path,
    query: target.full.length === target.path.length ? '' : target.full.slice(target.path.length + 1),
    host,
    rawHeaders: request.rawHeaders,
  };
}

/** The value that a condition looks at, or undefined where the request carries none. */
export function readValue(request: MatchRequest, kind: RouteCondition['kind'], name: string): string | undefined {
  switch (kind) {
    case 'header':
      return headerValue(request.rawHeaders, name);
    case 'query':
      return queryValue(request.query, name);
    case 'cookie':
      return cookieValue(request.rawHeaders, name);
    case 'operation':
      return name === 'protocol' ? request.operation?.protocol : request.operation?.values[name];
  }
}

/** All values of a header, joined as one line would have them (RFC 9110 §5.3). `name` is lower case. */
export function headerValue(rawHeaders: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const each = rawHeaders[index] ?? '';
    if (each.length !== name.length || each.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? '';
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}

/** The first value of a query parameter, decoded as a form is (`+` is a space). What cannot be decoded stays as it is. */
export function queryValue(query: string, name: string): string | undefined {
  return queryValues(query, name)[0];
}

/** All values of a query parameter, or of a form's. */
export function queryValues(query: string, name: string): readonly string[] {
  const found: string[] = [];
  let start = 0;
  while (start < query.length) {
    let end = query.indexOf('&', start);
    if (end === -1) end = query.length;
    let equals = query.indexOf('=', start);
    if (equals === -1 || equals > end) equals = end;
    if (decodeForm(query.slice(start, equals)) === name) found.push(decodeForm(query.slice(equals + 1, end)));
    start = end + 1;
  }
  return found;
}

function decodeForm(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** Of `Shop.example.com.:8080`, `shop.example.com`: case, port and the root's dot name no other host (RFC 9110 §4.2.3). */
export function hostName(host: string): string {
  const colon = host.endsWith(']') ? -1 : host.lastIndexOf(':');
  const name = (colon === -1 ? host : host.slice(0, colon)).toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** `POST /service/method` with `application/grpc` or `application/grpc+…`; grpc-web is another protocol. */
export function grpcCallOf(request: MatchRequest): { service: string; method: string } | undefined {
  if (request.method !== 'POST') return undefined;
  const type = headerValue(request.rawHeaders, 'content-type');
  if (type === undefined || !/^application\/grpc(?:\+|;|\s|$)/i.test(type)) return undefined;
  const slash = request.path.indexOf('/', 1);
  if (slash === -1 || request.path.indexOf('/', slash + 1) !== -1) return undefined;
  return { service: request.path.slice(1, slash), method: request.path.slice(slash + 1) };
}
