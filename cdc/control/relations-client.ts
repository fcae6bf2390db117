import { OvergrowError } from '@overgrow/core';
import { quoteTable, renderTableName, type TableName } from '../catalog/table-name.ts';
import { guardTrigger, rowGuardTrigger, type GuardTriggerState, type Relation } from './relation.ts';
import type { Statements } from './statements-client.ts';

const query = `
  with recursive roots as (
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname || '.' || c.relname = any($1) and c.relkind in ('r', 'p')),
  members(oid, under_partitioned) as (
    select r.oid, exists (
      select 1 from pg_inherits i join pg_class p on p.oid = i.inhparent
      where i.inhrelid = r.oid and p.relkind = 'p') from roots r
    union
    select i.inhrelid, true from members m
      join pg_class p on p.oid = m.oid and p.relkind = 'p'
      join pg_inherits i on i.inhparent = m.oid)
  select c.oid::text, n.nspname as schema, c.relname as name, c.relkind = 'p' as partitioned,
    bool_or(m.under_partitioned) as under_partitioned,
    (select t.tgenabled from pg_trigger t where t.tgrelid = c.oid and t.tgname = '${guardTrigger}') as guard,
    (select t.tgenabled from pg_trigger t where t.tgrelid = c.oid and t.tgname = '${rowGuardTrigger}') as row_guard
  from members m join pg_class c on c.oid = m.oid join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p')
  group by c.oid, n.nspname, c.relname, c.relkind
  order by n.nspname, c.relname`;

interface Found {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly partitioned: boolean;
  readonly under_partitioned: boolean;
  readonly guard: string | null;
  readonly row_guard: string | null;
}

/**
 * The tables with all their partitions, and how their guards stand now.
 * @throws CDC_NOT_PREPARED when a table is gone.
 */
export async function readRelations(statements: Statements, tables: readonly TableName[]): Promise<Relation[]> {
  const found = await statements.query<Found>(query, [tables.map(renderTableName)]);
  const names = new Set(found.map((row) => renderTableName({ schema: row.schema, name: row.name })));
  const gone = tables.map(renderTableName).filter((table) => !names.has(table));
  if (gone.length > 0) {
    throw new OvergrowError('CDC_NOT_PREPARED', `The database no longer has ${gone.join(', ')}.`, {
      hint: 'Restore the table, or take it out of the mapping.',
    });
  }
  return found.map((row) => {
    const name = { schema: row.schema, name: row.name };
    const inRowGuard = row.partitioned || row.under_partitioned;
    return {
      oid: row.oid,
      name,
      sql: quoteTable(name),
      partitioned: row.partitioned,
      root: row.partitioned && !row.under_partitioned,
      guard: stateOf(row.guard),
      rowGuard: inRowGuard ? stateOf(row.row_guard) : undefined,
    };
  });
}

function stateOf(enabled: string | null): GuardTriggerState {
  if (enabled === null) return 'missing';
  return enabled === 'A' ? 'always' : enabled === 'D' ? 'disabled' : 'weak';
}
