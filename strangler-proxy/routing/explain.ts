import type { ProxyConfig } from '../config/proxy-config.ts';
import { matchOperations } from '../operations/match-operations.ts';
import { compileOperationTable, readOperations, type OperationTable } from '../operations/operation-table.ts';
import { bucketOf } from '../sticky/bucket.ts';
import { readStickyKey } from '../sticky/sticky-key.ts';
import { parseTarget } from '../target/canonical-target.ts';
import {
  decideSide,
  isSafeRequest,
  needsBucket,
  weightOf,
  type ContextInForce,
  type SideReason,
} from './decide-side.ts';
import { headerValue, matchRequestOf } from './match-request.ts';
import { renderMatch } from './render-match.ts';
import { compileRouteTable, type RouteTable } from './route-table.ts';

export interface ExplainRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
  readonly body?: string;
}

export interface ExplainParts {
  readonly table: RouteTable;
  readonly operations: OperationTable;
  readonly contextOf: (context: string) => ContextInForce | undefined;
}

export type Explanation =
  | {
      readonly kind: 'forwarded';
      readonly route: string | null;
      /** What its body asks for, where a match looks at that. */
      readonly operation: string | null;
      /** The match that took it, in words. */
      readonly match: string | null;
      readonly context: string | null;
      readonly target: string;
      readonly safe: boolean;
      readonly weight: number | null;
      /** Null where no weight decides, or the request carries no sticky key yet: it gets one at random. */
      readonly bucket: number | null;
      readonly backend: string;
      /** Who could answer beside the monolith. */
      readonly service: string | null;
      readonly reason: SideReason;
      /** Look-ups that finding the route cost. */
      readonly steps: number;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** Explains requests by a configuration alone. `contextOf`: what is in force for a context. */
export function createExplainer(
  config: Pick<ProxyConfig, 'routes'>,
  contextOf: (context: string) => ContextInForce | undefined,
): (request: ExplainRequest) => Explanation {
  const parts = {
    table: compileRouteTable(config.routes),
    operations: compileOperationTable(config.routes),
    contextOf,
  };
  return (request) => explainRequest(parts, request);
}

/** What the proxy would do with a request, and why. Pure: nothing is sent. */
export function explainRequest({ table, operations, contextOf }: ExplainParts, request: ExplainRequest): Explanation {
  const target = parseTarget(request.target);
  if (target.kind === 'refused') return target;
  const rawHeaders = Object.entries(request.headers ?? {}).flat();
  const count = { steps: 0 };
  const asked = matchRequestOf({ method: request.method, rawHeaders }, target, headerValue(rawHeaders, 'host') ?? '');
  const protocol = operations.protocolOf(asked);
  const body = request.body === undefined ? undefined : Buffer.from(request.body);
  const read = protocol === undefined ? undefined : readOperations(protocol, { ...asked, body, unreadBody: false });
  const outcome = read === undefined ? undefined : matchOperations(table, asked, read, count);
  const matched = outcome === undefined ? table.match(asked, count) : outcome.matched;
  const route = matched?.route;
  const context = route === undefined ? undefined : contextOf(route.context);
  const safe = isSafeRequest(request.method, route, outcome?.safe);
  let bucket: number | null = null;
  if (route !== undefined && needsBucket(route, context, safe)) {
    const key = readStickyKey(route.sticky, rawHeaders, request.address ?? '');
    bucket = key === undefined ? null : bucketOf(route.context, key);
  }
  const { side, reason } = decideSide(route, context, safe, bucket ?? 9_999);
  return {
    kind: 'forwarded',
    route: route?.name ?? null,
    operation: outcome?.note ?? null,
    match: matched === undefined ? null : renderMatch(matched.match),
    context: route?.context ?? null,
    target: target.full,
    safe,
    weight: route !== undefined && context !== undefined ? weightOf(route, context) : null,
    bucket,
    backend: side === 'service' && route?.service !== undefined ? route.service.name : 'monolith',
    service: route?.service?.name ?? null,
    reason,
    steps: count.steps,
  };
}
