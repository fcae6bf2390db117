import { OvergrowError } from '@overgrow/core';
import { renderTableName } from '../catalog/table-name.ts';
import type { TextRow } from '../mapping/table-map.ts';
import type { DeleteChange, RowChange, SourceChange, UpdateChange } from '../source/source-transaction.ts';
import type { ReceivingTable, ReceivingTables } from './receiving-table.ts';

/**
 * What one change asks of the receiver. `mayMiss`: the row need not be there, because a filter may have kept it out; else
 * a row that is missing is an anomaly.
 */
export type RowOperation =
  | { readonly kind: 'insert' | 'upsert'; readonly table: ReceivingTable; readonly values: TextRow }
  | { readonly kind: 'update'; readonly table: ReceivingTable; readonly key: TextRow; readonly values: TextRow }
  | { readonly kind: 'delete'; readonly table: ReceivingTable; readonly key: TextRow; readonly mayMiss: boolean }
  | { readonly kind: 'truncate'; readonly tables: readonly ReceivingTable[]; readonly restartIdentity: boolean };

/** Maps one change. Pure; tables that the link does not replicate, and logical messages, ask for nothing. */
export function planChange(change: SourceChange, tables: ReceivingTables): readonly RowOperation[] {
  if (change.kind === 'message') return [];
  if (change.kind === 'truncate') {
    const truncated = change.relations.flatMap((relation) => tables.get(`${relation.schema}.${relation.name}`) ?? []);
    const { restartIdentity } = change;
    return truncated.length === 0 ? [] : [{ kind: 'truncate', tables: truncated, restartIdentity }];
  }
  const table = tables.get(`${change.relation.schema}.${change.relation.name}`);
  return table === undefined ? [] : planRow(change, table);
}

/** Maps changes one by one, as they are asked for. */
export function* planChanges(changes: readonly SourceChange[], tables: ReceivingTables): Generator<RowOperation> {
  for (const change of changes) yield* planChange(change, tables);
}

function planRow(change: RowChange, table: ReceivingTable): readonly RowOperation[] {
  switch (change.kind) {
    case 'insert': {
      const values = table.map(change.row);
      return values === undefined ? [] : [{ kind: 'insert', table, values }];
    }
    case 'update':
      return table.filtered
        ? planFilteredUpdate(change, table)
        : planUpdate(change, table, table.map(change.row) ?? {});
    case 'delete':
      return planDelete(change, table);
  }
}

function planUpdate(change: UpdateChange, table: ReceivingTable, mapped: TextRow): readonly RowOperation[] {
  const key = table.mapKey(change.old?.row ?? change.row);
  const values = Object.fromEntries(
    Object.entries(mapped).filter(([column, value]) => key[column] !== value && !table.insertOnly.includes(column)),
  );
  return Object.keys(values).length === 0 ? [] : [{ kind: 'update', table, key, values }];
}

/** Under a filter an update may bring a row in, change it, or take it out. */
function planFilteredUpdate(change: UpdateChange, table: ReceivingTable): readonly RowOperation[] {
  const mapped = table.map(change.row);
  const oldKey = table.mapKey(change.old?.row ?? change.row);
  const wasIn = change.old?.kind === 'full' ? table.map(change.old.row) !== undefined : undefined;
  if (mapped === undefined) {
    return wasIn === false ? [] : [{ kind: 'delete', table, key: oldKey, mayMiss: wasIn === undefined }];
  }
  if (wasIn === true) return planUpdate(change, table, mapped);
  const absent = table.columns.filter((column) => mapped[column] === undefined);
  if (absent.length > 0) {
    throw new OvergrowError(
      'CDC_ROW_INCOMPLETE',
      `An update may bring a row into ${renderTableName(table.to.name)}, but it did not carry ${absent.join(', ')}.`,
      { hint: `Run ALTER TABLE ${renderTableName(table.from)} REPLICA IDENTITY FULL, then take a new first copy.` },
    );
  }
  if (wasIn === false) return [{ kind: 'insert', table, values: mapped }];
  const moved = Object.entries(oldKey).some(([column, value]) => mapped[column] !== value);
  return [
    ...(moved ? [{ kind: 'delete', table, key: oldKey, mayMiss: true } as const] : []),
    { kind: 'upsert', table, values: mapped },
  ];
}

function planDelete(change: DeleteChange, table: ReceivingTable): readonly RowOperation[] {
  const wasIn = table.filtered && change.old.kind === 'full' ? table.map(change.old.row) !== undefined : undefined;
  if (wasIn === false) return [];
  return [{ kind: 'delete', table, key: table.mapKey(change.old.row), mayMiss: table.filtered && wasIn !== true }];
}
