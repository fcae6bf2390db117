import { randomBytes } from 'node:crypto';
import {
  noFaults,
  silentLogger,
  systemClock,
  type AttemptRef,
  type Clock,
  type FaultPoints,
  type Logger,
  type TrafficPort,
} from '@overgrow/core';
import { createAccessLog } from './access-log/access-log-sink.ts';
import type { ProxyConfig } from './config/proxy-config.ts';
import { createDataPath, type DataPath } from './forward/data-path.ts';
import { createUpstreams } from './forward/upstreams.ts';
import { createFront } from './front/front-server.ts';
import { createHttp1Server } from './front/http1-server.ts';
import { createHttp2Server } from './front/http2-server.ts';
import { createTlsFront } from './front/tls-server.ts';
import { listen, type ListenAddress } from './front/listening-server.ts';
import { createUpgradedConnections } from './front/upgraded-connections.ts';
import { createLongLivedConnections } from './gate/long-lived.ts';
import { createGatekeeper } from './gate/gatekeeper.ts';
import { createTrafficMetrics } from './metrics/traffic-metrics.ts';
import { createContextTable } from './ownership/context-table.ts';
import { compileOperationTable } from './operations/operation-table.ts';
import { explainRequest, type ExplainRequest, type Explanation } from './routing/explain.ts';
import { compileRouteTable } from './routing/route-table.ts';
import { readProxyStatus, type ProxyStatus } from './admin/proxy-status.ts';
import type { Socket } from 'node:net';
import { registeredTracer } from './tracing/exchange-span.ts';
import type { Tracer } from '@opentelemetry/api';
import type { Registry } from 'prom-client';

export interface ProxyOptions {
  readonly config: ProxyConfig;
  /** Whether the orchestrator's lease is live, as far as this process knows. Asked for each unsafe request while armed. */
  readonly leaseIsLive: () => boolean;
  /** A fence was not decided in time, or held more than its bound after it was acknowledged. */
  readonly onHoldExpired: (ref: AttemptRef) => void;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly faults?: FaultPoints;
  /** Of an OpenTelemetry SDK. Where not given: the one that this process has registered, if any. */
  readonly tracer?: Tracer;
  /** 32 random hexadecimal digits. */
  readonly randomKey?: () => string;
}

export interface Proxy extends AsyncDisposable {
  /** Opens the port. Until the first `traffic.learn`, unsafe requests are answered 503. @throws PROXY_LISTEN_FAILED */
  start(): Promise<ListenAddress>;
  /** A connection that another process has taken, unread. */
  accept(socket: Socket): void;
  /** Takes no new connections, waits for requests under way up to `limits.drainMs`, then cuts. Idempotent. */
  stop(): Promise<void>;
  /** Undefined before `start`. */
  readonly address: ListenAddress | undefined;
  readonly traffic: TrafficPort;
  readonly metrics: Registry;
  /** For the adapters, which decide inside another program's server. */
  readonly path: DataPath;
  /** True when the port is open and the owners are known. */
  isReady(): boolean;
  status(): ProxyStatus;
  explain(request: ExplainRequest): Explanation;
}

/** request → canonical target → gate → route → bucket → backend → answer. See docs/explanation/data-path.md. */
export function createProxy(options: ProxyOptions): Proxy {
  const { config } = options;
  const { tls } = config;
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? silentLogger;
  const table = compileRouteTable(config.routes);
  const operations = compileOperationTable(config.routes);
  const contexts = createContextTable(config.contexts);
  const longLived = createLongLivedConnections({ clock, quietMs: config.limits.longLivedQuietMs });
  const gatekeeper = createGatekeeper({
    longLived,
    clock,
    logger,
    faults: options.faults ?? noFaults,
    limits: config.limits,
    leaseIsLive: options.leaseIsLive,
    onHoldExpired: options.onHoldExpired,
    onLearned: (records) => contexts.learn([...records.values()]),
  });
  const upstreams = createUpstreams(config);
  const metrics = createTrafficMetrics({
    nowMs: () => clock.nowMs(),
    gate: gatekeeper.status,
    contexts: contexts.all,
    upgradedOpen: () => upgraded.open(),
  });
  const accessLog =
    config.accessLog === undefined
      ? undefined
      : createAccessLog({ ...config.accessLog, logger, onDropped: metrics.accessLogDropped });
  const path = createDataPath({
    config,
    table,
    operations,
    contexts,
    gatekeeper,
    longLived,
    metrics,
    clock,
    logger,
    tracer: options.tracer ?? registeredTracer(),
    accessLog,
    randomKey: options.randomKey ?? (() => randomBytes(16).toString('hex')),
    upstreamOf: upstreams.upstreamOf,
  });
  const upgraded = createUpgradedConnections(path);
  const front = createFront({
    clock,
    clientHeadMs: config.limits.clientHeadMs,
    http1: createHttp1Server(path, { ...config.limits, onUpgrade: upgraded.accept }),
    http2: createHttp2Server(path, { ...config.limits, onUpgrade: upgraded.accept }),
    tls:
      tls &&
      ((onConnection) =>
        createTlsFront(tls, {
          clock,
          logger,
          handshakeMs: config.limits.clientHeadMs,
          onFailed: () => metrics.refused('tls'),
          onConnection,
        })),
    closeUpgraded: upgraded.closeAll,
  });
  let address: ListenAddress | undefined;
  let stopping: Promise<void> | undefined;

  const stop = () =>
    (stopping ??= (async () => {
      gatekeeper.stop();
      await front.stop(config.limits.drainMs);
      await upstreams.destroy();
      await accessLog?.stop();
    })());

  return {
    start: async () => {
      address = await listen(front.server, config.listen, tls === undefined ? 'http' : 'https');
      return address;
    },
    accept: front.accept,
    stop,
    [Symbol.asyncDispose]: stop,
    get address() {
      return address;
    },
    traffic: {
      learn: async (records) => gatekeeper.learn(records),
      arm: async (ref) => gatekeeper.arm(ref),
      fence: async (ref, signal) => gatekeeper.fence(ref, signal),
      release: async (ref, record) => gatekeeper.release(ref, record),
      withdraw: async (ref) => gatekeeper.withdraw(ref),
      setWeight: async (ref, weight) =>
        contexts.setWeight(ref.context, Math.max(0, Math.min(10_000, Math.round(weight)))),
    },
    metrics: metrics.registry,
    path,
    isReady: () => address !== undefined && stopping === undefined && gatekeeper.isReady(),
    status: () =>
      readProxyStatus({
        config,
        contexts: contexts.all(),
        gate: gatekeeper.status(),
        stats: metrics.all(),
        upgradedOpen: upgraded.open(),
        nowMs: clock.nowMs(),
      }),
    explain: (request) => explainRequest({ table, operations, contextOf: contexts.inForce }, request),
  };
}
