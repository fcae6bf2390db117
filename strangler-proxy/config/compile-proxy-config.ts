import path from 'node:path';
import { OvergrowError, type Manifest, type RouteSpec } from '@overgrow/core';
import type { Sticky } from '../sticky/sticky-key.ts';
import { compileFilters } from './compile-filters.ts';
import { compileMatch } from './compile-match.ts';
import { defaultLimits, type Backend, type FrontTls, type ProxyConfig, type ProxyRoute } from './proxy-config.ts';

/**
 * The part of the manifest that the data path needs, in its fast form. Pure.
 * @throws PROXY_CONFIG_INVALID when a route names a context, or a context a service, that the manifest does not declare.
 * `baseFolder`: of the manifest; paths in it are relative to that.
 */
export function compileProxyConfig(manifest: Manifest, baseFolder = '.'): ProxyConfig {
  return {
    listen: manifest.proxy.listen,
    tls: compileFrontTls(manifest.proxy.tls, baseFolder),
    monolith: compileBackend('monolith', manifest.monolith, baseFolder),
    unmatchedTimeouts: { connectMs: 2_000, headMs: 30_000, idleMs: 60_000 },
    routes: manifest.routes.map((route) => compileRoute(manifest, route, baseFolder)),
    contexts: Object.keys(manifest.contexts),
    trustedProxies: manifest.proxy.trustedProxies,
    accessLog: manifest.proxy.accessLog,
    limits: {
      ...defaultLimits,
      maxHeaderBytes: manifest.proxy.maxHeaderBytes,
      maxHeldRequests: manifest.proxy.maxHeldRequests,
      maxHeldBytes: manifest.proxy.maxHeldBytes,
      longLivedQuietMs: manifest.proxy.longLivedQuiet,
      maxOperationBytes: manifest.proxy.maxOperationBytes,
      // The orchestrator gives up after maxFence. When it is dead, its lease ends after another `lease`.
      holdExpiryMs: manifest.cutover.maxFence + manifest.cutover.lease,
    },
  };
}

type BackendSpec = Pick<Manifest['monolith'], 'url' | 'protocol' | 'socket' | 'tls'>;

function compileRoute(manifest: Manifest, route: RouteSpec, baseFolder: string): ProxyRoute {
  return {
    name: route.name,
    context: route.context,
    hosts: route.hosts,
    safe: route.safe,
    matches: route.matches.map(compileMatch),
    sticky: compileSticky(route.sticky),
    weight: route.weight,
    timeouts: {
      connectMs: route.timeouts.connect,
      headMs: route.timeouts.head,
      idleMs: route.timeouts.idle,
      requestMs: route.timeouts.request === 0 ? undefined : route.timeouts.request,
    },
    filters: compileFilters(route),
    cacheKeyHeader: route.sharedCache === 'keyed' ? cacheKeyOf(route.sticky) : undefined,
    longLived: route.longLived,
    service: serviceOf(manifest, route, baseFolder),
  };
}

function serviceOf(manifest: Manifest, route: RouteSpec, baseFolder: string): Backend | undefined {
  const context = manifest.contexts[route.context];
  if (context === undefined) {
    throw new OvergrowError(
      'PROXY_CONFIG_INVALID',
      `Route ${route.name} names the context ${route.context}, which is not declared.`,
      {
        hint: `Declare ${route.context} under contexts:, or mend the name in the route.`,
      },
    );
  }
  if (context.service === undefined) return undefined;
  const service = manifest.services[context.service];
  if (service === undefined) {
    throw new OvergrowError(
      'PROXY_CONFIG_INVALID',
      `Context ${route.context} names the service ${context.service}, which is not declared.`,
      {
        hint: `Declare ${context.service} under services:, with its url.`,
      },
    );
  }
  return compileBackend(context.service, service, baseFolder);
}

function compileBackend(name: string, spec: BackendSpec, baseFolder: string): Backend {
  const file = (given: string | undefined) => (given === undefined ? undefined : path.resolve(baseFolder, given));
  const { tls } = spec;
  return {
    name,
    origin: originOf(spec.url),
    protocol: spec.protocol,
    socketPath: file(spec.socket),
    tls: tls && {
      caFile: file(tls.ca),
      certFile: file(tls.cert),
      keyFile: file(tls.key),
      serverName: tls.serverName,
    },
  };
}

function compileFrontTls(tls: Manifest['proxy']['tls'], baseFolder: string): FrontTls | undefined {
  return (
    tls && {
      certificates: tls.certificates.map(({ hosts, cert, key }) => ({
        hosts,
        certFile: path.resolve(baseFolder, cert),
        keyFile: path.resolve(baseFolder, key),
      })),
      clientCa: tls.clientCa === undefined ? undefined : path.resolve(baseFolder, tls.clientCa),
      clients: tls.clients,
      minVersion: tls.minVersion,
    }
  );
}

/** Targets are forwarded as they are, so a path in a backend's URL could only be lost in silence. */
function originOf(url: string): string {
  const parsed = new URL(url);
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.username !== '') {
    throw new OvergrowError(
      'PROXY_CONFIG_INVALID',
      `The backend URL of ${parsed.host} has a path, a query or a user.`,
      {
        hint: `Write it as ${parsed.origin}: the proxy forwards paths as they are.`,
      },
    );
  }
  return parsed.origin;
}

function compileSticky(sticky: RouteSpec['sticky']): Sticky {
  if (sticky === 'account' || sticky === 'address') return { kind: sticky };
  if ('cookie' in sticky) return { kind: 'cookie', name: sticky.cookie };
  return { kind: 'header', name: sticky.header.toLowerCase() };
}

/** The header that carries the sticky key. A cookie is one of many in its header: caches can key on no less. */
function cacheKeyOf(sticky: RouteSpec['sticky']): string {
  return typeof sticky === 'object' && 'header' in sticky ? sticky.header : 'Cookie';
}
