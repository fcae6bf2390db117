import type { ContextScope, Direction } from '@overgrow/core';
import { decodeMarker, markerPrefix, type BarrierMarker, type Marker, type RefusedMarker } from '../control/marker.ts';
import type { LogicalMessage, SourceChange, SourceTransaction } from '../source/source-transaction.ts';

/** Which link decides, and which of the giver's tables (`schema.table`) are its own. */
export interface LinkScope extends ContextScope {
  readonly direction: Direction;
  readonly tables: { has(table: string): boolean };
}

/** What a transaction of the giver means for a link. */
export interface TransactionDecision {
  /** Whether the link is open after it. */
  readonly open: boolean;
  /** Changes to apply, in order. */
  readonly apply: readonly SourceChange[];
  /** The last barrier in it. */
  readonly barrier: BarrierMarker | undefined;
  /** An opening marker stood in it. */
  readonly opened: boolean;
  /** Tables changed outside the open stretch, without our mark; one entry a change. */
  readonly violations: readonly string[];
}

/** A marker that overgrow wrote, or undefined. */
export function markerOf(message: LogicalMessage): Marker | undefined {
  return message.prefix === markerPrefix ? decodeMarker(message.content.toString('utf8')) : undefined;
}

/** A refusal that the guard of this context reported. */
export function refusalOf(message: LogicalMessage, scope: ContextScope): RefusedMarker | undefined {
  const marker = markerOf(message);
  return marker?.kind === 'refused' && concerns(marker, scope) ? marker : undefined;
}

/**
 * The rules of the open stretch and of the echo (docs/explanation/cutover.md), pure:
 * - what lies between an opening marker and the next barrier of this link is applied, what lies outside is a violation;
 * - changes that a transaction of this context's own bridge made to this context's tables are echoes and dropped, wherever
 *   they lie. The mark of another context's bridge does not count: what its triggers write to our tables is new to us.
 */
export function decideTransaction(
  transaction: SourceTransaction,
  scope: LinkScope,
  open: boolean,
): TransactionDecision {
  const apply: SourceChange[] = [];
  const violations: string[] = [];
  let opened = false;
  let barrier: BarrierMarker | undefined;
  let stretch = open;
  let echo = false;
  for (const change of transaction.changes) {
    if (change.kind === 'message') {
      const marker = markerOf(change);
      if (marker === undefined || !concerns(marker, scope)) continue;
      if (marker.kind === 'apply') echo = true;
      if (marker.kind === 'refused' || marker.kind === 'apply' || marker.direction !== scope.direction) continue;
      stretch = marker.kind === 'open';
      if (marker.kind === 'open') opened = true;
      else barrier = marker;
      continue;
    }
    const own = tablesOf(change).filter((table) => scope.tables.has(table));
    if (own.length === 0 || echo) continue;
    if (stretch) apply.push(change);
    else violations.push(...own);
  }
  return { open: stretch, apply, barrier, opened, violations };
}

const concerns = (marker: Marker, scope: ContextScope) =>
  marker.context === scope.context && marker.scope === scope.scope;

function tablesOf(change: Exclude<SourceChange, LogicalMessage>): string[] {
  const relations = change.kind === 'truncate' ? change.relations : [change.relation];
  return relations.map((relation) => `${relation.schema}.${relation.name}`);
}
