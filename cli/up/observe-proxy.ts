import type { RouteStatus, TrafficObserver, TrafficPort } from '@overgrow/core';
import type { Proxy, RouteStatus as ProxyRouteStatus } from '@overgrow/strangler-proxy';

/** The one proxy of this process as the orchestrator and the console see proxies. */
export function observeProxy(proxy: Proxy): TrafficPort & TrafficObserver {
  return {
    ...proxy.traffic,
    status: async () => {
      const { contexts, gate, routes, upgradedOpen } = proxy.status();
      return {
        proxies: proxy.address === undefined ? 0 : 1,
        contexts: contexts.map(({ context, owner, epoch }) => {
          const attempt = gate.attempts.find(({ ref }) => ref.context === context);
          const fence = attempt === undefined ? 'open' : attempt.stage === 'armed' ? 'armed' : 'held';
          // A fence holds unsafe requests of every route, so an upgraded connection of any route may write past it.
          return { context, scope: '*', owner, epoch, fence, upgraded: upgradedOpen };
        }),
        routes: routes.flatMap((route) => (route.context === null ? [] : [sumBackends(route, route.context)])),
      };
    },
  };
}

function sumBackends(route: ProxyRouteStatus, context: string): RouteStatus {
  const { backends } = route;
  const slowest = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  return {
    name: route.route,
    context,
    weight: route.weight ?? 0,
    ratePerSecond: backends.reduce((sum, backend) => sum + backend.ratePerSecond, 0),
    p50Ms: slowest(backends.map((backend) => backend.p50Ms)),
    p99Ms: slowest(backends.map((backend) => backend.p99Ms)),
    errors: backends.reduce((sum, backend) => sum + backend.errors, 0),
    held: route.held,
  };
}
