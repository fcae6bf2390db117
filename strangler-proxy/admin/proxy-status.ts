import type { ProxyConfig } from '../config/proxy-config.ts';
import type { GateStatus } from '../gate/gatekeeper.ts';
import type { ExchangeStats } from '../metrics/exchange-stats.ts';
import { weightOf, type ContextInForce } from '../routing/decide-side.ts';

/** What the console and `overgrow status` show of the proxy. Rates and quantiles are of the last 10 to 20 seconds. */
export interface ProxyStatus {
  readonly gate: GateStatus;
  /** Upgraded connections (WebSocket) that are open: they may write, and no fence holds them. */
  readonly upgradedOpen: number;
  readonly contexts: readonly {
    readonly context: string;
    readonly owner: 'monolith' | 'service';
    readonly epoch: number;
  }[];
  readonly routes: readonly RouteStatus[];
}

export interface RouteStatus {
  /** `unmatched` for what no route matches. */
  readonly route: string;
  readonly context: string | null;
  /** 0…10000, in force. Null before the owners are known, and for `unmatched`. */
  readonly weight: number | null;
  /** Requests that a fence holds now. */
  readonly held: number;
  readonly backends: readonly BackendStatus[];
}

export interface BackendStatus {
  readonly backend: string;
  readonly requests: number;
  readonly errors: number;
  readonly ratePerSecond: number;
  readonly errorsPerSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface StatusSources {
  readonly config: ProxyConfig;
  readonly contexts: ReadonlyMap<string, ContextInForce>;
  readonly gate: GateStatus;
  readonly stats: readonly ExchangeStats[];
  readonly upgradedOpen: number;
  readonly nowMs: number;
}

export function readProxyStatus(sources: StatusSources): ProxyStatus {
  const { config, contexts, stats, nowMs } = sources;
  const backendsOf = (name: string): BackendStatus[] =>
    stats
      .filter((each) => each.route === name)
      .map((each) => ({
        backend: each.backend,
        requests: each.total.count,
        errors: each.byClass[5] ?? 0,
        ...each.recent(nowMs),
      }));
  const heldOf = (name: string) => sources.gate.heldByRoute[name] ?? 0;
  return {
    gate: sources.gate,
    upgradedOpen: sources.upgradedOpen,
    contexts: [...contexts].map(([context, { owner, epoch }]) => ({ context, owner, epoch })),
    routes: [
      ...config.routes.map((route) => {
        const inForce = contexts.get(route.context);
        return {
          route: route.name,
          context: route.context,
          weight: inForce === undefined ? null : weightOf(route, inForce),
          held: heldOf(route.name),
          backends: backendsOf(route.name),
        };
      }),
      { route: 'unmatched', context: null, weight: null, held: heldOf('unmatched'), backends: backendsOf('unmatched') },
    ],
  };
}
