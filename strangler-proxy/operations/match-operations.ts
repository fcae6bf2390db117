import type { RankedMatch } from '../routing/condition-index.ts';
import type { MatchRequest } from '../routing/match-request.ts';
import type { RouteTable } from '../routing/route-table.ts';
import type { Operations } from './operation.ts';

export interface OperationOutcome {
  /** Undefined: the monolith's. */
  readonly matched: RankedMatch | undefined;
  /** As far as the protocol says; false also where a part is unknown. */
  readonly safe: boolean | undefined;
  /** In words, for `explain`. */
  readonly note: string;
}

/** The one route that all parts of a request take. Mixed and unreadable requests take none: the monolith understands all. */
export function matchOperations(
  table: RouteTable,
  request: MatchRequest,
  operations: Operations,
  count = { steps: 0 },
): OperationOutcome {
  if (operations.kind === 'unreadable')
    return { matched: undefined, safe: false, note: `unreadable: ${operations.reason}` };
  const found = operations.parts.map((part) => table.match({ ...request, operation: part }, count));
  const [first] = found;
  const routes = new Set(found.map((each) => each?.route));
  const names = operations.parts.map(({ values }) => values['graphql.field'] ?? values['rpc.method'] ?? 'persisted');
  const safes = found.map((each) => each?.route.safe);
  const safe = operations.safe === false || safes.includes(false) ? false : operations.safe;
  if (routes.size > 1) return { matched: undefined, safe, note: `mixed: ${names.join(', ')}` };
  return { matched: first, safe, note: names.join(', ') };
}
