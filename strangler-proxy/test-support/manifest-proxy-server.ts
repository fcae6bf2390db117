import { manifestSchema, type Clock, type ManifestInput } from '@overgrow/core';
import { compileProxyConfig } from '../config/compile-proxy-config.ts';
import { createProxy, type ProxyOptions } from '../create-proxy.ts';
import type { ProxyUnderTest } from './proxy-under-test-server.ts';
import type { RouteInput } from './route-fixtures.ts';

export interface ManifestProxyOptions {
  readonly monolith: string;
  /** Origin of the service of the context `reviews`. */
  readonly service?: string;
  readonly routes: readonly Omit<RouteInput, 'context'>[];
  readonly proxy?: ManifestInput['proxy'];
  readonly clock?: Clock;
  readonly owner?: 'monolith' | 'service';
  readonly options?: Partial<ProxyOptions>;
}

/** A real proxy on a free port, with routes as a manifest writes them, all of the context `reviews`, which is being read. */
export async function startManifestProxy(wanted: ManifestProxyOptions): Promise<ProxyUnderTest> {
  const manifest = manifestSchema.parse({
    version: 1,
    monolith: { url: wanted.monolith },
    contexts: { reviews: { service: 'reviews' } },
    services: { reviews: { url: wanted.service ?? wanted.monolith } },
    routes: wanted.routes.map((route) => ({ ...route, context: 'reviews' })),
    proxy: { ...wanted.proxy, listen: '127.0.0.1:0' },
  });
  const config = compileProxyConfig(manifest);
  const proxy = createProxy({
    config: { ...config, limits: { ...config.limits, drainMs: 50 } },
    leaseIsLive: () => true,
    onHoldExpired: () => {},
    ...(wanted.clock === undefined ? {} : { clock: wanted.clock }),
    ...wanted.options,
  });
  const owner = wanted.owner ?? 'monolith';
  await proxy.traffic.learn([{ context: 'reviews', scope: '*', owner, epoch: 3, phase: 'reading', attempt: null }]);
  const { port, url } = await proxy.start();
  return { proxy, port, url, [Symbol.asyncDispose]: () => proxy.stop() };
}
