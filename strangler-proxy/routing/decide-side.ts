import type { BackendSide, ProxyRoute } from '../config/proxy-config.ts';

/** Why a request went where it went. `explain` and the tests read it; each is one row of docs/explanation/data-path.md. */
export type SideReason =
  | 'no-route-matches'
  | 'no-service-declared'
  | 'service-owns'
  | 'unsafe-goes-to-owner'
  | 'service-not-ready'
  | 'weight-is-zero'
  | 'bucket-below-weight'
  | 'bucket-not-below-weight'
  | 'owners-not-known';

export interface ContextInForce {
  readonly owner: 'monolith' | 'service';
  readonly epoch: number;
  /** The service's data is complete and proven: the phase is `reading` or a later one. Before, no weight counts. */
  readonly ready: boolean;
  /** Set by the orchestrator for all routes of the context; null: each route's own weight. */
  readonly weight: number | null;
}

/** Methods that RFC 9110 §9.2.1 calls safe and that browsers and caches send. All others are held by a fence. */
export function isSafeMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/**
 * Whether a request only reads. A mutation may write whatever its route says; else as the route declares, as the operation
 * says, or by the method.
 */
export function isSafeRequest(method: string, route: ProxyRoute | undefined, operationSafe?: boolean): boolean {
  if (operationSafe === false) return false;
  return route?.safe ?? operationSafe ?? isSafeMethod(method);
}

/** The weight that was asked for a route: the orchestrator's, else the manifest's. It counts while the service is ready. */
export function weightOf(route: ProxyRoute, context: ContextInForce): number {
  return context.weight ?? route.weight;
}

/** Whether the decision depends on the bucket: only then is a sticky key read, and a cookie set. */
export function needsBucket(
  route: ProxyRoute | undefined,
  context: ContextInForce | undefined,
  safe: boolean,
): boolean {
  if (route === undefined || context === undefined || !safe || route.service === undefined) return false;
  if (!context.ready) return false;
  const weight = weightOf(route, context);
  return context.owner === 'monolith' && weight > 0 && weight < 10_000;
}

/**
 * Which side answers. Unsafe requests always go to the owner; safe ones go to the service once it owns the context, and
 * before that by weight, once its data is complete. `bucket` is read only where `needsBucket` says so.
 */
export function decideSide(
  route: ProxyRoute | undefined,
  context: ContextInForce | undefined,
  safe: boolean,
  bucket: number,
): { readonly side: BackendSide; readonly reason: SideReason } {
  if (route === undefined) return toMonolith.noRoute;
  if (context === undefined) return toMonolith.unknown;
  if (route.service === undefined) return toMonolith.noService;
  if (context.owner === 'service') return toService.owns;
  if (!safe) return toMonolith.unsafe;
  const weight = weightOf(route, context);
  if (weight <= 0) return toMonolith.zero;
  if (!context.ready) return toMonolith.notReady;
  return bucket < weight || weight >= 10_000 ? toService.bucket : toMonolith.bucket;
}

// Values of the hot path, made once.
const toMonolith = {
  noRoute: { side: 'monolith', reason: 'no-route-matches' },
  unknown: { side: 'monolith', reason: 'owners-not-known' },
  noService: { side: 'monolith', reason: 'no-service-declared' },
  unsafe: { side: 'monolith', reason: 'unsafe-goes-to-owner' },
  notReady: { side: 'monolith', reason: 'service-not-ready' },
  zero: { side: 'monolith', reason: 'weight-is-zero' },
  bucket: { side: 'monolith', reason: 'bucket-not-below-weight' },
} as const;
const toService = {
  owns: { side: 'service', reason: 'service-owns' },
  bucket: { side: 'service', reason: 'bucket-below-weight' },
} as const;
