import type { LongLivedPolicy } from '../gate/long-lived.ts';
import type { Sticky } from '../sticky/sticky-key.ts';

/** The side that answers a request. */
export type BackendSide = 'monolith' | 'service';

/** A place that answers requests. `name` is `monolith`, or the service's name in the manifest: a bounded metrics label. */
export interface Backend {
  readonly name: string;
  /** `http://host:port`, without a path. */
  readonly origin: string;
  /** `http2`: by ALPN over TLS, by prior knowledge without. Absent: HTTP/1.1. */
  readonly protocol?: 'http1' | 'http2';
}

export interface RouteMatch {
  readonly path: { readonly kind: 'exact' | 'prefix'; readonly value: string };
  /** Undefined: every method. */
  readonly methods: readonly string[] | undefined;
}

export interface RouteTimeouts {
  readonly connectMs: number;
  /** Until the response head. */
  readonly headMs: number;
  /** Between two parts of a body. */
  readonly idleMs: number;
}

export interface ProxyRoute {
  readonly name: string;
  readonly context: string;
  readonly matches: readonly RouteMatch[];
  readonly sticky: Sticky;
  /** Share of safe requests that the service answers while the monolith owns the context, 0…10000. */
  readonly weight: number;
  readonly timeouts: RouteTimeouts;
  /** What a fence does with its connections that stay open. Absent: WebSockets as `close`, streams as any request. */
  readonly longLived?: LongLivedPolicy | undefined;
  /** Undefined where the context has no service yet: the monolith answers, whatever the weight. */
  readonly service: Backend | undefined;
}

export interface ProxyLimits {
  /** Of one request head, and of one response head. */
  readonly maxHeaderBytes: number;
  readonly maxHeldRequests: number;
  readonly maxHeldBytes: number;
  /** After this, `onHoldExpired` is told: the orchestrator should have decided long ago. */
  readonly holdExpiryMs: number;
  /** After this, held requests are answered 503: no client waits longer. */
  readonly clientHoldMs: number;
  /** A client must have sent its request head within this. */
  readonly clientHeadMs: number;
  /** Header lines of one request. */
  readonly maxHeaders: number;
  /** Requests at the same time on one HTTP/2 connection. */
  readonly maxStreams: number;
  /** An idle client connection is closed after this. */
  readonly clientKeepAliveMs: number;
  /** A long-lived connection whose client's octets have been held this long counts as finished with the one before. */
  readonly longLivedQuietMs: number;
  /** Connections to one backend. Requests beyond it wait. */
  readonly maxConnectionsPerBackend: number;
  /** How long `stop` waits for requests under way before it cuts them. */
  readonly drainMs: number;
}

export const defaultLimits: ProxyLimits = {
  maxHeaderBytes: 16 * 1024,
  maxHeldRequests: 5000,
  maxHeldBytes: 64 * 1024 * 1024,
  holdExpiryMs: 4_000,
  clientHoldMs: 25_000,
  clientHeadMs: 15_000,
  maxHeaders: 200,
  maxStreams: 100,
  clientKeepAliveMs: 65_000,
  longLivedQuietMs: 500,
  maxConnectionsPerBackend: 1024,
  drainMs: 10_000,
};

/** What the data path needs to know, compiled from the manifest. */
export interface ProxyConfig {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  readonly monolith: Backend;
  /** For requests that no route matches. */
  readonly unmatchedTimeouts: RouteTimeouts;
  readonly routes: readonly ProxyRoute[];
  /** Every declared context, in the order in which the owners header names them. */
  readonly contexts: readonly string[];
  /** Addresses whose `X-Forwarded-*` is believed. */
  readonly trustedProxies: readonly string[];
  readonly limits: ProxyLimits;
}
