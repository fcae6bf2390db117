import type { Backend, ProxyConfig } from '../config/proxy-config.ts';
import { createNodeUpstream } from './node-upstream-client.ts';
import { createUndiciUpstream } from './undici-upstream-client.ts';
import type { Upstream } from './upstream.ts';

export interface Upstreams {
  /** `special`: for what the ordinary client refuses. */
  readonly upstreamOf: (backend: Backend, special: boolean) => Upstream;
  readonly destroy: () => Promise<void>;
}

/** The connections to all backends: one pool each, and for each the client for what the pool refuses. */
export function createUpstreams(config: ProxyConfig): Upstreams {
  const { maxConnectionsPerBackend, maxHeaderBytes } = config.limits;
  const ordinary = new Map<string, Upstream>();
  const special = new Map<string, Upstream>();
  const connectMs = new Map<string, number>([[config.monolith.origin, config.unmatchedTimeouts.connectMs]]);
  // A pool has one connect time-out: the longest that a route to this backend asks for.
  for (const { service, timeouts } of config.routes) {
    for (const origin of service === undefined ? [config.monolith.origin] : [config.monolith.origin, service.origin]) {
      connectMs.set(origin, Math.max(timeouts.connectMs, connectMs.get(origin) ?? 0));
    }
  }
  for (const [origin, timeoutMs] of connectMs) {
    ordinary.set(
      origin,
      createUndiciUpstream({ origin, connectMs: timeoutMs, maxConnections: maxConnectionsPerBackend, maxHeaderBytes }),
    );
    special.set(origin, createNodeUpstream({ origin, maxHeaderBytes }));
  }
  return {
    upstreamOf: (backend, isSpecial) => {
      const upstream = (isSpecial ? special : ordinary).get(backend.origin);
      if (upstream === undefined) throw new Error(`no connections were made for the backend ${backend.name}`);
      return upstream;
    },
    destroy: async () => {
      await Promise.all([...ordinary.values(), ...special.values()].map((upstream) => upstream.destroy()));
    },
  };
}
