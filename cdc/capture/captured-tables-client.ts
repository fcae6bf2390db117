import type { ClientBase } from 'pg';
import { OvergrowError } from '@overgrow/core';
import { quoteIdentifier, quoteTable, renderTableName, type TableName } from '../catalog/table-name.ts';
import type { NamePattern } from '../envelope/column-rules.ts';
import { databaseError } from '../connection/database-error.ts';

/** Tables that a pattern takes in, by name. Of a partitioned table its root and its leaves. */
export async function readCapturedTables(client: ClientBase, includes: NamePattern): Promise<TableName[]> {
  const { rows } = await client.query<TableName>(
    `select n.nspname as schema, c.relname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relpersistence = 'p'`,
  );
  const captured = rows.filter((table) => includes(renderTableName(table)));
  return captured.toSorted((a, b) => (renderTableName(a) < renderTableName(b) ? -1 : 1));
}

export interface PublicationOptions {
  readonly publication: string;
  readonly create: 'filtered' | 'all_tables' | 'disabled';
  readonly viaRoot: boolean;
}

/**
 * Uses a publication as it is, or creates it for the captured tables.
 * @throws CDC_NOT_PREPARED when it is missing and must not, or cannot, be created.
 */
export async function ensurePublication(
  client: ClientBase,
  tables: readonly TableName[],
  { publication, create, viaRoot }: PublicationOptions,
): Promise<void> {
  const found = await client.query('select from pg_publication where pubname = $1', [publication]);
  if (found.rowCount !== 0) return;
  if (create === 'disabled' || tables.length === 0) {
    const reason = tables.length === 0 ? 'no table is captured' : 'publication.autocreate.mode=disabled';
    throw new OvergrowError(
      'CDC_NOT_PREPARED',
      `There is no publication "${publication}", and it is not created: ${reason}.`,
      { hint: 'Check the tables that are to be captured, or create the publication.' },
    );
  }
  const scope = create === 'all_tables' ? 'FOR ALL TABLES' : `FOR TABLE ${tables.map(quoteTable).join(', ')}`;
  const options = viaRoot ? ' WITH (publish_via_partition_root = true)' : '';
  await client
    .query(`CREATE PUBLICATION ${quoteIdentifier(publication)} ${scope}${options}`)
    .catch((error: unknown) => {
      throw databaseError(error, `The publication "${publication}" could not be created`);
    });
}
