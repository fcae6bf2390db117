import type { ClientBase, QueryConfig } from 'pg';
import type { TableDescription } from '../catalog/table-description.ts';
import { openSession, type Session } from '../connection/session-client.ts';
import type { TextRow } from '../mapping/table-map.ts';
import type { ComparedTable } from './compared-table.ts';
import {
  comparisonColumns,
  renderChunk,
  renderComparison,
  renderCount,
  renderLookup,
  renderTotals,
  renderWritten,
} from './render-comparison.ts';

/** Values as the server prints them, which is what a mapping takes. */
const asPrinted = { getTypeParser: () => (text: string) => text };

type PrintedRow = (string | null)[];

function printed(text: string, values: readonly unknown[]): QueryConfig & { rowMode: 'array' } {
  return { text, values: [...values], rowMode: 'array', types: asPrinted };
}

/**
 * A session in which a chunk's keys are looked up one by one in the index: for some thousand keys the planner may prefer to
 * read the whole table, once for each chunk.
 */
export async function openComparison(url: string, applicationName: string): Promise<Session> {
  const session = await openSession({ url, applicationName });
  await session.client.query('set enable_hashjoin = off; set enable_mergejoin = off; set jit = off');
  return session;
}

function toRow(columns: readonly string[], values: PrintedRow): TextRow {
  const row: Record<string, string | null> = {};
  for (let index = 0; index < columns.length; index += 1) row[columns[index] ?? ''] = values[index] ?? null;
  return row;
}

/** The next rows after a key, in key order; fewer than `limit` at the end. */
export async function readChunk(
  client: ClientBase,
  table: TableDescription,
  key: readonly string[],
  columns: readonly string[],
  after: TextRow | undefined,
  limit: number,
): Promise<readonly TextRow[]> {
  const values = after === undefined ? [] : key.map((column) => after[column]);
  const text = renderChunk(table, key, columns, after !== undefined, limit);
  const { rows } = await client.query<PrintedRow>(printed(text, values));
  return rows.map((row) => toRow(columns, row));
}

/** The rows of these keys, in their order; undefined where there is none. */
export async function readRows(
  client: ClientBase,
  table: TableDescription,
  key: readonly string[],
  columns: readonly string[],
  keys: readonly TextRow[],
): Promise<readonly (TextRow | undefined)[]> {
  const values = key.map((column) => keys.map((row) => row[column] ?? null));
  const { rows } = await client.query<PrintedRow>(printed(renderLookup(table, key, columns), values));
  const found = new Map(rows.map(([ord, ...row]) => [Number(ord), toRow(columns, row)]));
  return keys.map((_, index) => found.get(index + 1));
}

export interface Comparison {
  readonly found: bigint;
  readonly hash: bigint;
  /** Indexes into the expected rows. */
  readonly missing: readonly number[];
  readonly differing: readonly number[];
}

export async function compareRows(
  client: ClientBase,
  table: ComparedTable,
  expected: readonly TextRow[],
): Promise<Comparison> {
  const values = comparisonColumns(table).map((column) => expected.map((row) => row[column] ?? null));
  const { rows } = await client.query<{ found: string; hash: string; missing: number[]; differing: number[] }>(
    renderComparison(table),
    values,
  );
  const [row] = rows;
  return {
    found: BigInt(row?.found ?? 0),
    hash: BigInt(row?.hash ?? 0),
    missing: (row?.missing ?? []).map((ord) => ord - 1),
    differing: (row?.differing ?? []).map((ord) => ord - 1),
  };
}

export async function readTotals(client: ClientBase, table: ComparedTable): Promise<{ found: bigint; hash: bigint }> {
  const { rows } = await client.query<{ found: string; hash: string }>(renderTotals(table));
  return { found: BigInt(rows[0]?.found ?? 0), hash: BigInt(rows[0]?.hash ?? 0) };
}

/** Nothing that was written before this transaction id is written again under a lower one. */
export async function readHorizon(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ xid: string }>(
    `select pg_snapshot_xmin(pg_current_snapshot())::xid::text as xid`,
  );
  return rows[0]?.xid ?? '3';
}

/** Rows that were written since `readHorizon` gave its answer. Deleted ones leave nothing to read. */
export async function readWritten(
  client: ClientBase,
  table: TableDescription,
  columns: readonly string[],
  horizon: string,
): Promise<readonly TextRow[]> {
  const { rows } = await client.query<PrintedRow>(printed(renderWritten(table, columns), [horizon]));
  return rows.map((row) => toRow(columns, row));
}

export async function readCount(client: ClientBase, table: TableDescription): Promise<number> {
  const { rows } = await client.query<{ count: number }>(renderCount(table));
  return rows[0]?.count ?? 0;
}
