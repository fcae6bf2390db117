export { createExpressMiddleware } from './adapters/express-middleware.ts';
export { createFastifyPlugin } from './adapters/fastify-plugin.ts';
export { createMiddlewareRouter, RoutingRefused } from './adapters/middleware-router.ts';
export { createAdminServer, type AdminServer, type AdminServerOptions } from './admin/admin-server.ts';
export { createProxyAdmin } from './admin/proxy-admin-server.ts';
export type { BackendStatus, ProxyStatus, RouteStatus } from './admin/proxy-status.ts';
export { parseAccessLogLine, type LoggedRequest } from './access-log/parse-access-log.ts';
export { compileProxyConfig } from './config/compile-proxy-config.ts';
export {
  defaultLimits,
  type Backend,
  type BackendSide,
  type ProxyConfig,
  type ProxyLimits,
  type ProxyRoute,
  type RouteMatch,
  type RouteTimeouts,
} from './config/proxy-config.ts';
export { createProxy, type Proxy, type ProxyOptions } from './create-proxy.ts';
export type { ListenAddress } from './front/listening-server.ts';
export type { GateStatus } from './gate/gatekeeper.ts';
export type { AttemptInForce, GateMode } from './gate/gate.ts';
export { lintRoutes, type LintFinding, type LintReport } from './lint/lint-routes.ts';
export { createExplainer, type ExplainRequest, type Explanation } from './routing/explain.ts';
export type { ContextInForce } from './routing/decide-side.ts';
export { createSimulation, type SimulatedRoute, type Simulation } from './simulation/simulate.ts';
export type { SideReason } from './routing/decide-side.ts';
export { bucketCount, bucketOf } from './sticky/bucket.ts';
export { createProxyWorkers, type ProxyWorkers, type ProxyWorkersOptions } from './workers/proxy-workers-server.ts';
