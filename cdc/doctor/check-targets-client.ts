import { OvergrowError } from '@overgrow/core';
import type { ClientBase } from 'pg';
import { quoteTable, renderTableName, type TableName } from '../catalog/table-name.ts';

/**
 * Before the first copy the service's tables have to be empty: what is in them is not the monolith's, and would be kept or
 * overwritten without anybody having decided so. Afterwards they are the bridge's, and nothing is looked at.
 */
export async function checkTargets(
  service: ClientBase,
  context: string,
  targets: readonly TableName[],
): Promise<readonly OvergrowError[]> {
  if (await hasBegun(service, context)) return [];
  const faults: OvergrowError[] = [];
  for (const table of targets) if (await hasRows(service, table)) faults.push(targetNotEmpty(table));
  return faults;
}

export function targetNotEmpty(table: TableName): OvergrowError {
  return new OvergrowError('CDC_TARGET_NOT_EMPTY', `${renderTableName(table)} has rows already.`, {
    hint: `Empty it (TRUNCATE ${quoteTable(table)}), or name another table in overgrow.yaml; then start overgrow again.`,
  });
}

async function hasBegun(service: ClientBase, context: string): Promise<boolean> {
  const { rows: made } = await service.query<{ made: boolean }>(
    `select to_regclass('overgrow.progress') is not null
            and has_table_privilege(to_regclass('overgrow.progress'), 'select') as made`,
  );
  if (made[0]?.made !== true) return false;
  const { rowCount } = await service.query(
    `select from overgrow.progress where context = $1 and direction = 'forward'`,
    [context],
  );
  return rowCount !== 0;
}

async function hasRows(service: ClientBase, table: TableName): Promise<boolean> {
  const { rows: readable } = await service.query<{ readable: boolean }>(
    `select to_regclass($1) is not null and has_table_privilege(to_regclass($1), 'select') as readable`,
    [quoteTable(table)],
  );
  // A table that is missing or hidden is a fault of its own.
  if (readable[0]?.readable !== true) return false;
  const { rows } = await service.query<{ filled: boolean }>(
    `select exists (select from ${quoteTable(table)}) as filled`,
  );
  return rows[0]?.filled === true;
}
