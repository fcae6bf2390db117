import { findColumn, type TableDescription } from '../catalog/table-description.ts';
import { quoteIdentifier, quoteTable } from '../catalog/table-name.ts';
import type { Batch } from './batch-operations.ts';

/** A statement of the extended protocol; each value is one column of all rows, as text that the server casts. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (readonly (string | null)[])[];
}

/**
 * SQL of one batch. Values arrive as text arrays and are cast to the column's type without its modifier: an explicit cast
 * to `varchar(3)` would cut silently, the assignment refuses.
 */
export function renderStatement(batch: Batch): Statement {
  if (batch.kind === 'truncate') {
    const tables = batch.tables.map((table) => quoteTable(table.to.name)).join(', ');
    return { text: `TRUNCATE ${tables}${batch.restartIdentity ? ' RESTART IDENTITY' : ''}`, values: [] };
  }
  const { columns, keyColumns } = batch;
  const table = batch.table.to;
  const all = [...columns, ...keyColumns];
  const value = (index: number) => `r.c${index}::${castOf(table, all[index] ?? '')}`;
  const rows = `unnest(${all.map((_, index) => `$${index + 1}::text[]`).join(', ')}) AS r(${all.map((_, index) => `c${index}`).join(', ')})`;
  const matches = keyColumns
    .map((column, index) => `t.${quoteIdentifier(column)} = ${value(columns.length + index)}`)
    .join(' AND ');
  const values = all.map((_, index) => batch.rows.map((row) => row[index] ?? null));
  switch (batch.kind) {
    case 'insert':
    case 'upsert': {
      const insert = `INSERT INTO ${quoteTable(table.name)} (${columns.map(quoteIdentifier).join(', ')}) OVERRIDING SYSTEM VALUE SELECT ${columns.map((_, index) => value(index)).join(', ')} FROM ${rows}`;
      return { text: batch.kind === 'insert' ? insert : `${insert} ${renderConflict(table, columns)}`, values };
    }
    case 'update': {
      const set = columns.map((column, index) => `${quoteIdentifier(column)} = ${value(index)}`).join(', ');
      return { text: `UPDATE ${quoteTable(table.name)} AS t SET ${set} FROM ${rows} WHERE ${matches}`, values };
    }
    case 'delete':
      return { text: `DELETE FROM ${quoteTable(table.name)} AS t USING ${rows} WHERE ${matches}`, values };
  }
}

function renderConflict(table: TableDescription, columns: readonly string[]): string {
  const rest = columns.filter((column) => !table.primaryKey.includes(column));
  const action =
    rest.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${rest.map((column) => `${quoteIdentifier(column)} = EXCLUDED.${quoteIdentifier(column)}`).join(', ')}`;
  return `ON CONFLICT (${table.primaryKey.map(quoteIdentifier).join(', ')}) DO ${action}`;
}

const castOf = (table: TableDescription, column: string) => findColumn(table, column)?.type.cast ?? 'text';
