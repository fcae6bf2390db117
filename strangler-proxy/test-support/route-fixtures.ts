import { compileLinearRegex, manifestSchema, type ManifestInput } from '@overgrow/core';
import { compileMatch } from '../config/compile-match.ts';
import { compileProxyConfig } from '../config/compile-proxy-config.ts';
import type { ProxyRoute, RouteMatch } from '../config/proxy-config.ts';
import type { MatchRequest } from '../routing/match-request.ts';

export type RouteInput = NonNullable<ManifestInput['routes']>[number];

/** Routes as the manifest writes them, through the manifest's own checks. Every route belongs to the context `c` with a service. */
export function routesOf(...routes: readonly Omit<RouteInput, 'context'>[]): readonly ProxyRoute[] {
  return compileProxyConfig(
    manifestSchema.parse({
      version: 1,
      monolith: { url: 'http://127.0.0.1:3000' },
      contexts: { c: { service: 's' } },
      services: { s: { url: 'http://127.0.0.1:4001' } },
      routes: routes.map((route) => ({ ...route, context: 'c' })),
    }),
  ).routes;
}

/** A route that was not read from a manifest: for tests with thousands of them. */
export function plainRoute(
  name: string,
  hosts: readonly string[] | undefined,
  ...matches: readonly RouteMatch[]
): ProxyRoute {
  return {
    name,
    context: 'c',
    hosts,
    matches,
    sticky: { kind: 'account' },
    weight: 0,
    timeouts: { connectMs: 1, headMs: 1, idleMs: 1 },
    service: undefined,
  };
}

export const matchOf = (match: Parameters<typeof compileMatch>[0]): RouteMatch => compileMatch(match);

export function regexOf(pattern: string) {
  const outcome = compileLinearRegex(pattern);
  if (outcome.kind === 'fault') throw new Error(outcome.message);
  return outcome.regex;
}

/** `GET shop.test/products?x=1` and header lines, as the table is asked about it. */
export function requestOf(line: string, ...headers: readonly string[]): MatchRequest {
  const [method = 'GET', place = '/'] = line.split(' ');
  const slash = place.indexOf('/');
  const target = place.slice(slash);
  const question = target.indexOf('?');
  return {
    method,
    path: question === -1 ? target : target.slice(0, question),
    query: question === -1 ? '' : target.slice(question + 1),
    host: slash === 0 ? 'shop.test' : place.slice(0, slash),
    rawHeaders: headers.flatMap((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon), header.slice(colon + 1).trim()];
    }),
  };
}
