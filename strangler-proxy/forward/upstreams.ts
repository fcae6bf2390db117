import type { Backend, ProxyConfig } from '../config/proxy-config.ts';
import { readBackendAddress } from './backend-address-files.ts';
import { createHttp2Upstream } from './http2-upstream-client.ts';
import { createNodeUpstream } from './node-upstream-client.ts';
import { createUndiciUpstream } from './undici-upstream-client.ts';
import type { Upstream } from './upstream.ts';

export interface Upstreams {
  /** `special`: for what the ordinary client refuses. */
  readonly upstreamOf: (backend: Backend, special: boolean) => Upstream;
  readonly destroy: () => Promise<void>;
}

/** The connections to all backends: one pool each, and for HTTP/1.1 beside it the client for what the pool refuses. */
export function createUpstreams(config: ProxyConfig): Upstreams {
  const { maxConnectionsPerBackend: maxConnections, maxHeaderBytes } = config.limits;
  const ordinary = new Map<string, Upstream>();
  const special = new Map<string, Upstream>();
  for (const [backend, connectMs] of connectTimeouts(config)) {
    const options = { ...readBackendAddress(backend), connectMs, maxConnections, maxHeaderBytes };
    const isHttp2 = backend.protocol === 'http2';
    const upstream = isHttp2 ? createHttp2Upstream(options) : createUndiciUpstream(options);
    ordinary.set(keyOf(backend), upstream);
    special.set(keyOf(backend), isHttp2 ? upstream : createNodeUpstream(options));
  }
  return {
    upstreamOf: (backend, isSpecial) => {
      const upstream = (isSpecial ? special : ordinary).get(keyOf(backend));
      if (upstream === undefined) throw new Error(`no connections were made for the backend ${backend.name}`);
      return upstream;
    },
    destroy: async () => {
      await Promise.all([...new Set([...ordinary.values(), ...special.values()])].map((each) => each.destroy()));
    },
  };
}

/** Every backend once. A pool has one connect time-out: the longest that a route to it asks for. */
function connectTimeouts(config: ProxyConfig): ReadonlyMap<Backend, number> {
  const byKey = new Map<string, Backend>([[keyOf(config.monolith), config.monolith]]);
  const timeouts = new Map<string, number>([[keyOf(config.monolith), config.unmatchedTimeouts.connectMs]]);
  for (const route of config.routes) {
    for (const backend of route.service === undefined ? [config.monolith] : [config.monolith, route.service]) {
      const key = keyOf(backend);
      byKey.set(key, backend);
      timeouts.set(key, Math.max(route.timeouts.connectMs, timeouts.get(key) ?? 0));
    }
  }
  return new Map([...byKey].map(([key, backend]) => [backend, timeouts.get(key) ?? 0]));
}

/** Nothing keeps a team from calling a service `monolith`. */
function keyOf(backend: Backend): string {
  return `${backend.name} ${backend.socketPath ?? backend.origin}`;
}
