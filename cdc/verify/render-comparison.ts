import { findColumn, type TableDescription } from '../catalog/table-description.ts';
import { quoteIdentifier, quoteTable } from '../catalog/table-name.ts';
import type { ComparedTable } from './compared-table.ts';

/** A text parameter or column, turned into the column's own type by the server that owns it. */
const cast = (text: string, table: TableDescription, column: string) =>
  `${text}::${findColumn(table, column)?.type.declared ?? 'text'}`;

const own = (column: string) => `t.${quoteIdentifier(column)}`;

/** SUM of these, not XOR: equal pairs would cancel each other out. Numeric, since 64-bit sums overflow. */
const keyHash = (key: readonly string[]) =>
  `hashtextextended(concat_ws(e'\\x1f', ${key.map((column) => `${own(column)}::text`).join(', ')}), 0)::numeric`;

/** The next rows after a key (its columns as $1…$n, text), in key order. Without a key: the first rows. */
export function renderChunk(
  table: TableDescription,
  key: readonly string[],
  columns: readonly string[],
  after: boolean,
  rows: number,
): string {
  const order = key.map(own).join(', ');
  const last = key.map((column, index) => cast(`$${index + 1}::text`, table, column)).join(', ');
  return `select ${columns.map(own).join(', ')} from ${quoteTable(table.name)} t
    ${after ? `where (${order}) > (${last})` : ''} order by ${order} limit ${rows}`;
}

/**
 * Rows written since a transaction id ($1): the id of the writer stands in each row, also after it was frozen. Rows that are
 * older than two thousand million transactions may be taken for new ones, which only costs a comparison.
 */
export function renderWritten(table: TableDescription, columns: readonly string[]): string {
  return `select ${columns.map(own).join(', ')} from ${quoteTable(table.name)} t where age(t.xmin) <= age($1::xid)`;
}

export function renderCount(table: TableDescription): string {
  return `select count(*)::float8 as count from ${quoteTable(table.name)}`;
}

/** Rows by their keys: one text array a key column; `ord` counts from 1. Keys without a row are absent. */
export function renderLookup(table: TableDescription, key: readonly string[], columns: readonly string[]): string {
  return `select k.ord::text, ${columns.map(own).join(', ')}
    from unnest(${key.map((_, index) => `$${index + 1}::text[]`).join(', ')})
      with ordinality as k(${key.map((_, index) => `k${index}`).join(', ')}, ord)
    join ${quoteTable(table.name)} t on ${renderJoin(table, key, 'k')}`;
}

const renderJoin = (table: TableDescription, key: readonly string[], alias: string) =>
  key.map((column, index) => `${own(column)} = ${cast(`${alias}.k${index}`, table, column)}`).join(' and ');

/**
 * Expected rows against the receiver's: one text array a column, key columns first. Both values pass through the receiver's
 * own type before they are compared as text, so that `1.0` is `1.00` where the column says so.
 * Result: how many were found, the sum of their keys' hashes, ordinals of missing and of differing rows.
 */
export function renderComparison(table: ComparedTable): string {
  const others = table.columns.filter((column) => !table.toKey.includes(column));
  const names = [...table.toKey.map((_, index) => `k${index}`), ...others.map((_, index) => `c${index}`)];
  const found = `${own(table.toKey[0] ?? '')} is not null`;
  const differs = others
    .map((column, index) => `${own(column)}::text is distinct from (${cast(`e.c${index}`, table.to, column)})::text`)
    .join(' or ');
  return `select count(*) filter (where ${found})::text as found,
      coalesce(sum(${keyHash(table.toKey)}) filter (where ${found}), 0)::text as hash,
      coalesce(array_agg(e.ord::int) filter (where not (${found})), '{}') as missing,
      coalesce(array_agg(e.ord::int) filter (where ${found} and (${differs === '' ? 'false' : differs})), '{}') as differing
    from unnest(${names.map((_, index) => `$${index + 1}::text[]`).join(', ')})
      with ordinality as e(${names.join(', ')}, ord)
    left join ${quoteTable(table.to.name)} t on ${renderJoin(table.to, table.toKey, 'e')}`;
}

/** The columns of `renderComparison`, in the order of its parameters. */
export function comparisonColumns(table: ComparedTable): readonly string[] {
  return [...table.toKey, ...table.columns.filter((column) => !table.toKey.includes(column))];
}

/** Count and hash sum of all keys that the receiver has. */
export function renderTotals(table: ComparedTable): string {
  return `select count(*)::text as found, coalesce(sum(${keyHash(table.toKey)}), 0)::text as hash
    from ${quoteTable(table.to.name)} t`;
}
