import type { ClientBase } from 'pg';
import type { FaultPoints, Logger } from '@overgrow/core';
import { renderTableName } from '../catalog/table-name.ts';
import { databaseError } from '../connection/database-error.ts';
import { inTransaction } from '../connection/session-client.ts';
import { lockForApply } from '../control/control-client.ts';
import { encodeMarker, markerPrefix } from '../control/marker.ts';
import type { SourceChange } from '../source/source-transaction.ts';
import { batchOperations, type Batch } from './batch-operations.ts';
import { planChanges } from './plan-changes.ts';
import { advanceProgress, type LinkProgress, type LinkRef } from './progress-store.ts';
import type { ReceivingTables } from './receiving-table.ts';
import { renderStatement } from './render-statement.ts';

export interface ApplyContext {
  readonly ref: LinkRef;
  readonly leaseEpoch: number;
  readonly tables: ReceivingTables;
  /** Receiver's tables (`schema.table`) whose triggers are declared `suppress` or `replaced`. */
  readonly silentTables: ReadonlySet<string>;
  readonly logger: Logger;
  readonly faults: FaultPoints;
}

/** Source transactions, whole and in order, that become one transaction of the receiver. */
export interface ApplyGroup {
  readonly changes: readonly SourceChange[];
  readonly from: LinkProgress;
  readonly to: LinkProgress;
}

/**
 * Applies a group and moves the progress row, in one transaction whose first statement locks the control row. A group
 * without changes moves only the row.
 * @returns how many rows an update or delete did not find. They are an anomaly: both sides differed before.
 * @throws CDC_CONTROL_STALE, CDC_DIRECTION_CLOSED, CDC_PROGRESS_MOVED, CDC_APPLY_REFUSED, CDC_CONNECTION_LOST.
 */
export async function applyGroup(client: ClientBase, context: ApplyContext, group: ApplyGroup): Promise<number> {
  try {
    return await inTransaction(client, async () => {
      const missing = await writeBatches(client, context, batchOperations(planChanges(group.changes, context.tables)));
      await advanceProgress(client, context.ref, group.from, group.to);
      context.faults.reach('cdc.apply.before-commit');
      return missing;
    });
  } catch (error) {
    throw databaseError(error, `The ${context.ref.direction} link of ${context.ref.context} could not apply`);
  }
}

/** The first two statements of every transaction of ours that changes entities: the control row's lock, and our mark. */
export async function beginApply(
  client: ClientBase,
  { ref, leaseEpoch }: Pick<ApplyContext, 'ref' | 'leaseEpoch'>,
): Promise<void> {
  await lockForApply(client, { ...ref, leaseEpoch });
  await client.query({
    name: 'overgrow-mark',
    text: 'select pg_logical_emit_message(true, $1, $2)',
    values: [markerPrefix, encodeMarker({ kind: 'apply', ...ref })],
  });
}

async function writeBatches(client: ClientBase, context: ApplyContext, batches: Iterable<Batch>): Promise<number> {
  let missing = 0;
  let silent = false;
  let begun = false;
  for (const batch of batches) {
    if (!begun) await beginApply(client, context);
    begun = true;
    const wanted = isSilent(batch, context.silentTables);
    if (wanted !== silent) await setSilent(client, wanted);
    silent = wanted;
    const { text, values } = renderStatement(batch);
    const { rowCount } = await client.query({ text, values: [...values] });
    context.faults.reach('cdc.apply.after-statement');
    missing += countMissing(batch, rowCount ?? 0, context.logger);
  }
  if (silent) await setSilent(client, false);
  return missing;
}

/** Triggers of a table stay silent only under the replica role; foreign keys are not checked then either. */
export async function setSilent(client: ClientBase, silent: boolean): Promise<void> {
  await client.query(`set local session_replication_role = ${silent ? 'replica' : 'origin'}`);
}

function isSilent(batch: Batch, silentTables: ReadonlySet<string>): boolean {
  const tables = batch.kind === 'truncate' ? batch.tables : [batch.table];
  return tables.some((table) => silentTables.has(renderTableName(table.to.name)));
}

function countMissing(batch: Batch, found: number, logger: Logger): number {
  if (batch.kind !== 'update' && (batch.kind !== 'delete' || batch.mayMiss)) return 0;
  const missing = batch.rows.length - found;
  if (missing <= 0) return 0;
  logger.error('rows that the giver changed are missing in the receiver: verify the context', {
    table: renderTableName(batch.table.to.name),
    operation: batch.kind,
    missing,
  });
  return missing;
}
