import type { RouteSpec } from '@overgrow/core';
import type { CorsFilter, HeaderFilter, PathChange, RedirectFilter, RouteFilters } from './proxy-config.ts';

type HeadersSpec = RouteSpec['filters']['requestHeaders'];
type PathSpec = NonNullable<RouteSpec['serviceFilters']['rewrite']>['path'];

/** The filters of a route in their fast form; undefined where there are none, so that most requests pay nothing. */
export function compileFilters({ filters, serviceFilters }: RouteSpec): RouteFilters | undefined {
  const compiled: RouteFilters = {
    requestHeaders: compileHeaders(filters.requestHeaders),
    responseHeaders: compileHeaders(filters.responseHeaders),
    redirect: filters.redirect === undefined ? undefined : compileRedirect(filters.redirect),
    cors: filters.cors === undefined ? undefined : compileCors(filters.cors),
    serviceRequestHeaders: compileHeaders(serviceFilters.requestHeaders),
    serviceResponseHeaders: compileHeaders(serviceFilters.responseHeaders),
    rewriteHost: serviceFilters.rewrite?.host,
    rewritePath: compilePathChange(serviceFilters.rewrite?.path),
  };
  return Object.values(compiled).some((filter) => filter !== undefined) ? compiled : undefined;
}

function compileHeaders(spec: HeadersSpec): HeaderFilter | undefined {
  if (spec === undefined) return undefined;
  const lines = (record: Readonly<Record<string, string>>) =>
    Object.entries(record).map(([name, value]) => [name.toLowerCase(), value] as const);
  const set = lines(spec.set);
  // What is set is taken away first, wherever and however often it stands.
  const remove = new Set([...spec.remove.map((name) => name.toLowerCase()), ...set.map(([name]) => name)]);
  return { remove, set, add: lines(spec.add) };
}

function compileRedirect(spec: NonNullable<RouteSpec['filters']['redirect']>): RedirectFilter {
  return {
    scheme: spec.scheme,
    host: spec.host,
    port: spec.port,
    path: compilePathChange(spec.path),
    status: spec.status,
  };
}

function compileCors(spec: NonNullable<RouteSpec['filters']['cors']>): CorsFilter {
  const { maxAge, ...rest } = spec;
  return { ...rest, maxAgeSeconds: Math.round(maxAge / 1000) };
}

function compilePathChange(spec: PathSpec): PathChange | undefined {
  if (spec === undefined) return undefined;
  return 'full' in spec ? { kind: 'full', value: spec.full } : { kind: 'prefix', value: spec.prefix };
}
