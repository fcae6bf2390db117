import type { LinearRegex } from '@overgrow/core';
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
  /** A Unix socket; `origin` then only gives the scheme and the name in certificates. */
  readonly socketPath?: string | undefined;
  readonly tls?: BackendTls | undefined;
}

/** Files, PEM, absolute. What is absent is node's default. */
export interface BackendTls {
  readonly caFile: string | undefined;
  /** The proxy's own certificate and key, for backends that ask for one. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** The name that the backend's certificate must have, where it is not the URL's. */
  readonly serverName: string | undefined;
}

/** TLS towards clients. Files, PEM, absolute. */
export interface FrontTls {
  readonly certificates: readonly {
    /** Server names, exact or `*.example.com`. The first certificate serves all others. */
    readonly hosts: readonly string[];
    readonly certFile: string;
    readonly keyFile: string;
  }[];
  readonly clientCa: string | undefined;
  readonly clients: 'ignored' | 'requested' | 'required';
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** What a request must look like to take a route. All parts must fit. */
export interface RouteMatch {
  readonly path: RoutePath;
  /** Undefined: every method. */
  readonly methods: readonly string[] | undefined;
  readonly conditions?: readonly RouteCondition[];
  /** How the operation is read that conditions of this kind look at. */
  readonly operation?: OperationMatch;
  /** A gRPC call: stands instead of path and methods. Undefined parts fit every name. */
  readonly grpc?: { readonly service: string | undefined; readonly method: string | undefined };
}

export type OperationProtocol = 'graphql' | 'json-rpc' | 'trpc' | 'soap' | 'action';

export interface OperationMatch {
  readonly protocol: OperationProtocol;
  /** Of `action`: the parameter that names it. */
  readonly parameter: string;
}

export type RoutePath =
  | { readonly kind: 'exact' | 'prefix'; readonly value: string }
  | { readonly kind: 'regex'; readonly regex: LinearRegex };

/** One value that a request must carry. Header names are lower case; each kind and name stands once in a match. */
export interface RouteCondition {
  readonly kind: 'header' | 'query' | 'cookie' | 'operation';
  readonly name: string;
  readonly value:
    | { readonly kind: 'exact'; readonly value: string }
    | { readonly kind: 'regex'; readonly regex: LinearRegex }
    | { readonly kind: 'present' };
}

export interface RouteTimeouts {
  readonly connectMs: number;
  /** Until the response head. */
  readonly headMs: number;
  /** Between two parts of a body. */
  readonly idleMs: number;
  /** From admission to the end of the answer. Undefined: no limit. */
  readonly requestMs?: number | undefined;
}

/** Names are lower case. Applied in the order remove, set, add. */
export interface HeaderFilter {
  readonly remove: ReadonlySet<string>;
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly add: readonly (readonly [name: string, value: string])[];
}

/** `full` replaces the path, `prefix` the prefix that matched. */
export type PathChange = { readonly kind: 'full' | 'prefix'; readonly value: string };

export interface RedirectFilter {
  readonly scheme: 'http' | 'https' | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly path: PathChange | undefined;
  readonly status: number;
}

export interface CorsFilter {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAgeSeconds: number;
}

/** What happens to a route's requests and answers. `serviceX`: on the service's side only. */
export interface RouteFilters {
  readonly requestHeaders: HeaderFilter | undefined;
  readonly responseHeaders: HeaderFilter | undefined;
  readonly redirect: RedirectFilter | undefined;
  readonly cors: CorsFilter | undefined;
  readonly serviceRequestHeaders: HeaderFilter | undefined;
  readonly serviceResponseHeaders: HeaderFilter | undefined;
  readonly rewriteHost: string | undefined;
  readonly rewritePath: PathChange | undefined;
}

export interface ProxyRoute {
  readonly name: string;
  readonly context: string;
  /** Lower case; `*.example.com` stands for every name below. Undefined: every host. */
  readonly hosts?: readonly string[] | undefined;
  /** Whether its requests only read, whatever their method says. Undefined: by method. */
  readonly safe?: boolean | undefined;
  readonly matches: readonly RouteMatch[];
  readonly sticky: Sticky;
  /** Share of safe requests that the service answers while the monolith owns the context, 0…10000. */
  readonly weight: number;
  readonly timeouts: RouteTimeouts;
  /** Undefined: none. */
  readonly filters?: RouteFilters | undefined;
  /** Undefined: answers of a weighted route become `private`. Else the header on which shared caches key. */
  readonly cacheKeyHeader?: string | undefined;
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
  /** Bodies up to this are read where a match looks at an operation. */
  readonly maxOperationBytes: number;
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
  maxOperationBytes: 256 * 1024,
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
  /** Absent: clients come without TLS. */
  readonly tls?: FrontTls | undefined;
  readonly monolith: Backend;
  /** For requests that no route matches. */
  readonly unmatchedTimeouts: RouteTimeouts;
  readonly routes: readonly ProxyRoute[];
  /** Every declared context, in the order in which the owners header names them. */
  readonly contexts: readonly string[];
  /** Addresses whose `X-Forwarded-*` is believed. */
  readonly trustedProxies: readonly string[];
  readonly limits: ProxyLimits;
  /** Undefined: off. */
  readonly accessLog?: { readonly format: 'ecs' | 'combined'; readonly file: string } | undefined;
}
