import type { TextRow } from '../mapping/table-map.ts';
import type { RowOperation } from './plan-changes.ts';
import type { ReceivingTable } from './receiving-table.ts';

/** Operations of one shape on one table, done by one statement. Columns of a row stand in the order of `columns`. */
export type Batch =
  | {
      readonly kind: 'insert' | 'upsert' | 'update' | 'delete';
      readonly table: ReceivingTable;
      /** Columns to write; empty for a delete. */
      readonly columns: readonly string[];
      /** Columns that find the row; empty for an insert. */
      readonly keyColumns: readonly string[];
      readonly rows: readonly (readonly (string | null)[])[];
      readonly mayMiss: boolean;
    }
  | { readonly kind: 'truncate'; readonly tables: readonly ReceivingTable[]; readonly restartIdentity: boolean };

type RowBatch = Exclude<Batch, { kind: 'truncate' }>;

const maxRows = 1000;

/**
 * Puts neighbours of the same shape together, without ever changing the order in which one row, or two rows that share a
 * unique value, are written:
 * - a row stands once in a batch of updates, deletes or upserts;
 * - updates that change a key, or a table with further unique keys, stand alone: inside one statement the server may write
 *   the rows in any order, and a value handed from row to row would clash with itself.
 * A batch is given when it is full, so that of a large transaction only one at a time is held beside its changes.
 */
export function* batchOperations(operations: Iterable<RowOperation>): Generator<Batch> {
  let shape = '';
  let rows: (string | null)[][] = [];
  let filling: Batch | undefined;
  let keys = new Set<string>();
  for (const operation of operations) {
    if (operation.kind === 'truncate') {
      if (filling !== undefined) yield filling;
      filling = undefined;
      yield operation;
      shape = '';
      continue;
    }
    const batch = shapeOf(operation);
    const next = [operation.kind, batch.table.to.oid, batch.mayMiss, ...batch.columns, '', ...batch.keyColumns].join(
      '\0',
    );
    const key = keyOf(operation);
    const alone = operation.kind === 'update' && (batch.table.to.secondaryUnique || movesKey(operation));
    if (next !== shape || alone || rows.length >= maxRows || (key !== undefined && keys.has(key))) {
      if (filling !== undefined) yield filling;
      rows = [];
      keys = new Set();
      filling = { ...batch, rows };
    }
    shape = alone ? '' : next;
    rows.push(rowOf(operation, batch));
    if (key !== undefined) keys.add(key);
  }
  if (filling !== undefined) yield filling;
}

type RowOnly = Exclude<RowOperation, { kind: 'truncate' }>;

function shapeOf(operation: RowOnly): Omit<RowBatch, 'rows'> {
  const { kind, table } = operation;
  const columns = kind === 'delete' ? [] : Object.keys(operation.values);
  const keyColumns = kind === 'update' || kind === 'delete' ? Object.keys(operation.key) : [];
  return { kind, table, columns, keyColumns, mayMiss: kind === 'delete' ? operation.mayMiss : false };
}

function rowOf(operation: RowOnly, batch: Omit<RowBatch, 'rows'>): (string | null)[] {
  const values: TextRow = operation.kind === 'delete' ? {} : operation.values;
  const key: TextRow = operation.kind === 'update' || operation.kind === 'delete' ? operation.key : {};
  return [
    ...batch.columns.map((column) => values[column] ?? null),
    ...batch.keyColumns.map((column) => key[column] ?? null),
  ];
}

/** Undefined for inserts: two of the same key can't both succeed in any order. */
function keyOf(operation: RowOnly): string | undefined {
  if (operation.kind === 'insert') return undefined;
  const key: TextRow = 'key' in operation ? operation.key : operation.values;
  return JSON.stringify(operation.table.to.primaryKey.map((column) => key[column] ?? null));
}

const movesKey = (operation: RowOnly) =>
  operation.kind === 'update' && operation.table.to.primaryKey.some((column) => column in operation.values);
