import type { AttemptRef, Clock, OwnershipRecord } from '@overgrow/core';
import {
  defaultLimits,
  type BackendTls,
  type FrontTls,
  type ProxyConfig,
  type ProxyLimits,
  type ProxyRoute,
} from '../config/proxy-config.ts';
import type { LongLivedPolicy } from '../gate/long-lived.ts';
import { createProxy, type Proxy } from '../create-proxy.ts';

export interface ProxyUnderTestOptions {
  readonly monolith: string;
  /** Origin of the service of the context `reviews`, which has the prefix /reviews. */
  readonly service?: string;
  /** Of monolith and service. */
  readonly protocol?: 'http1' | 'http2';
  /** Of the route; default `/reviews`. */
  readonly prefix?: string;
  readonly tls?: FrontTls;
  readonly backendTls?: BackendTls;
  readonly socketPath?: string;
  readonly weight?: number;
  readonly longLived?: LongLivedPolicy;
  readonly limits?: Partial<ProxyLimits>;
  readonly timeouts?: { readonly headMs: number; readonly idleMs: number };
  readonly trustedProxies?: readonly string[];
  readonly clock?: Clock;
  readonly leaseIsLive?: () => boolean;
  readonly onHoldExpired?: (ref: AttemptRef) => void;
  /** False: the proxy is not told who owns what. */
  readonly learned?: boolean;
}

export interface ProxyUnderTest extends AsyncDisposable {
  readonly proxy: Proxy;
  readonly port: number;
  readonly url: string;
}

/** A real proxy on a free port, with one context `reviews` owned by the monolith at epoch 3. */
export async function startProxyUnderTest(options: ProxyUnderTestOptions): Promise<ProxyUnderTest> {
  const timeouts = { connectMs: 2_000, ...(options.timeouts ?? { headMs: 5_000, idleMs: 5_000 }) };
  const to = {
    protocol: options.protocol ?? 'http1',
    tls: options.backendTls,
    socketPath: options.socketPath,
  } as const;
  const route: ProxyRoute = {
    name: 'reviews',
    context: 'reviews',
    matches: [{ path: { kind: 'prefix', value: options.prefix ?? '/reviews' }, methods: undefined }],
    sticky: { kind: 'account' },
    weight: options.weight ?? 0,
    longLived: options.longLived,
    timeouts,
    service: { name: 'reviews', origin: options.service ?? options.monolith, ...to },
  };
  const config: ProxyConfig = {
    listen: '127.0.0.1:0',
    tls: options.tls,
    monolith: { name: 'monolith', origin: options.monolith, ...to },
    unmatchedTimeouts: timeouts,
    routes: [route],
    contexts: ['reviews'],
    trustedProxies: options.trustedProxies ?? [],
    limits: { ...defaultLimits, drainMs: 50, ...options.limits },
  };
  const proxy = createProxy({
    config,
    leaseIsLive: options.leaseIsLive ?? (() => true),
    onHoldExpired: options.onHoldExpired ?? (() => {}),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  if (options.learned !== false) await proxy.traffic.learn([recordOf('monolith', 3)]);
  const { port, url } = await proxy.start();
  return { proxy, port, url, [Symbol.asyncDispose]: () => proxy.stop() };
}

export function recordOf(
  owner: 'monolith' | 'service',
  epoch: number,
  attempt: OwnershipRecord['attempt'] = null,
  phase: OwnershipRecord['phase'] = 'reading',
): OwnershipRecord {
  return { context: 'reviews', scope: '*', owner, epoch, phase, attempt };
}

export function attemptOf(attempt: number, epoch = 3): AttemptRef {
  return { context: 'reviews', scope: '*', epoch, attempt, leaseEpoch: 1 };
}
