import type { Clock, Logger } from '@overgrow/core';
import type { Tracer } from '@opentelemetry/api';
import type { AccessLog } from '../access-log/access-log-sink.ts';
import type { Backend, ProxyConfig, ProxyRoute, RouteTimeouts } from '../config/proxy-config.ts';
import type { Gatekeeper } from '../gate/gatekeeper.ts';
import type { LongLivedConnections } from '../gate/long-lived.ts';
import { clientAddress, compileTrustList, type TrustList } from '../headers/forwarded.ts';
import type { ExchangeStats } from '../metrics/exchange-stats.ts';
import type { TrafficMetrics } from '../metrics/traffic-metrics.ts';
import type { ContextTable } from '../ownership/context-table.ts';
import type { OperationTable } from '../operations/operation-table.ts';
import { decideSide, needsBucket, type SideReason } from '../routing/decide-side.ts';
import type { RouteTable } from '../routing/route-table.ts';
import { bucketCount, bucketOf } from '../sticky/bucket.ts';
import { readStickyKey, renderBucketCookie } from '../sticky/sticky-key.ts';
import type { Upstream } from './upstream.ts';

/** Where one request goes, and the sticky key that its client gets when it had none. */
export interface Choice {
  readonly backend: Backend;
  readonly reason: SideReason;
  readonly newKey: string | undefined;
  /** The user's bucket decided: another user may be answered by the other side. */
  readonly weighted: boolean;
}

export interface DataPathParts {
  readonly config: ProxyConfig;
  readonly table: RouteTable;
  readonly operations: OperationTable;
  readonly contexts: ContextTable;
  readonly gatekeeper: Gatekeeper;
  readonly longLived: LongLivedConnections;
  readonly metrics: TrafficMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tracer: Tracer | undefined;
  readonly accessLog: AccessLog | undefined;
  /** 32 random hexadecimal digits. */
  readonly randomKey: () => string;
  /** `special`: for what the ordinary client refuses (Expect, request trailers). */
  readonly upstreamOf: (backend: Backend, special: boolean) => Upstream;
}

/** What every exchange shares: compiled once, asked by each. */
export interface DataPath {
  readonly table: RouteTable;
  readonly operations: OperationTable;
  readonly maxOperationBytes: number;
  readonly monolith: Backend;
  readonly gatekeeper: Gatekeeper;
  readonly longLived: LongLivedConnections;
  readonly metrics: TrafficMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined: nothing is traced. */
  readonly tracer: Tracer | undefined;
  /** Undefined: off. */
  readonly accessLog: AccessLog | undefined;
  readonly trust: TrustList;
  readonly unmatchedTimeouts: RouteTimeouts;
  choose(
    route: ProxyRoute | undefined,
    safe: boolean,
    rawHeaders: readonly string[],
    peer: string,
    forwardedFor: string | undefined,
  ): Choice;
  statsOf(route: ProxyRoute | undefined, backend: Backend): ExchangeStats;
  upstreamOf(backend: Backend, special: boolean): Upstream;
  ownersHeader(): string;
  newRequestId(): string;
  renderCookie(key: string, forwardedProto: string | undefined, peer: string, secure: boolean): string;
}

export function createDataPath(parts: DataPathParts): DataPath {
  const { config, contexts, metrics } = parts;
  const trust = compileTrustList(config.trustedProxies);
  const monolith = config.monolith;
  const unmatchedStats = metrics.statsFor('unmatched', monolith.name);
  const stats = new Map(
    config.routes.map((route) => [
      route,
      {
        monolith: metrics.statsFor(route.name, monolith.name),
        service: route.service === undefined ? undefined : metrics.statsFor(route.name, route.service.name),
      },
    ]),
  );
  const requestIdPrefix = parts.randomKey().slice(0, 16);
  let requestCount = 0;

  function choose(
    route: ProxyRoute | undefined,
    safe: boolean,
    rawHeaders: readonly string[],
    peer: string,
    forwardedFor: string | undefined,
  ): Choice {
    const context = route === undefined ? undefined : contexts.inForce(route.context);
    let bucket = bucketCount;
    let newKey: string | undefined;
    const weighted = needsBucket(route, context, safe);
    if (route !== undefined && weighted) {
      let key = readStickyKey(route.sticky, rawHeaders, clientAddress(peer, forwardedFor, trust));
      if (key === undefined && route.sticky.kind === 'account') key = newKey = parts.randomKey();
      // Without a key there is nothing to be sticky by: the monolith answers, as for everybody before the weight.
      if (key !== undefined) bucket = bucketOf(route.context, key);
    }
    const { side, reason } = decideSide(route, context, safe, bucket);
    const backend = side === 'service' && route?.service !== undefined ? route.service : monolith;
    return { backend, reason, newKey, weighted };
  }

  return {
    table: parts.table,
    operations: parts.operations,
    maxOperationBytes: config.limits.maxOperationBytes,
    monolith,
    gatekeeper: parts.gatekeeper,
    longLived: parts.longLived,
    metrics,
    clock: parts.clock,
    logger: parts.logger,
    tracer: parts.tracer,
    accessLog: parts.accessLog,
    trust,
    unmatchedTimeouts: config.unmatchedTimeouts,
    choose,
    statsOf: (route, backend) => {
      const both = route === undefined ? undefined : stats.get(route);
      if (both === undefined) return unmatchedStats;
      return backend === monolith ? both.monolith : (both.service ?? both.monolith);
    },
    upstreamOf: parts.upstreamOf,
    ownersHeader: contexts.ownersHeader,
    // Unique without a random number a request: a random prefix of this process, and a count.
    newRequestId: () => `${requestIdPrefix}-${(++requestCount).toString(36)}`,
    renderCookie: (key, forwardedProto, peer, secure) =>
      renderBucketCookie(key, secure || (forwardedProto === 'https' && trust.trusts(peer))),
  };
}
