import { OvergrowError, type ContextScope, type OwnedObject } from '@overgrow/core';
import { quoteIdentifier, quoteLiteral, renderTableName, type TableName } from '../catalog/table-name.ts';
import { publicationName, slotName } from '../connection/names.ts';
import type { ControlRow } from './control-row.ts';
import { guardTrigger, rowGuardTrigger, type Relation } from './relation.ts';
import { readRelations } from './relations-client.ts';
import type { Statements } from './statements-client.ts';

/**
 * What overgrow made for the context in one database, in the order in which it can be removed. Schema, tables and
 * functions are listed only when no other context uses them.
 */
export async function readInventory(
  statements: Statements,
  ref: ContextScope,
  side: ControlRow['side'],
  tables: readonly TableName[],
): Promise<OwnedObject[]> {
  const objects: OwnedObject[] = [...(await readSlots(statements, ref, side))];
  const add = (kind: OwnedObject['kind'], name: string, removal: string) => objects.push({ side, kind, name, removal });
  const direction = side === 'monolith' ? 'forward' : 'reverse';
  const publication = publicationName(ref.context, direction);
  const publications = await statements.query('select 1 from pg_publication where pubname = $1', [publication]);
  if (publications.length > 0) {
    add('publication', publication, `DROP PUBLICATION IF EXISTS ${quoteIdentifier(publication)}`);
  }
  for (const relation of await readRelations(statements, tables).catch((): Relation[] => [])) {
    const name = renderTableName(relation.name);
    const drop = (trigger: string) => `DROP TRIGGER IF EXISTS ${trigger} ON ${relation.sql}`;
    if (relation.root && relation.rowGuard !== 'missing')
      add('trigger', `${name}.${rowGuardTrigger}`, drop(rowGuardTrigger));
    if (relation.guard !== 'missing') add('trigger', `${name}.${guardTrigger}`, drop(guardTrigger));
  }
  if (await isLastContext(statements, ref)) {
    for (const { name, kind, removal } of await readSchemaObjects(statements)) add(kind, name, removal);
  }
  return objects;
}

async function readSlots(statements: Statements, ref: ContextScope, side: ControlRow['side']): Promise<OwnedObject[]> {
  const [database] = await statements.query<{ oid: string }>(
    'select oid::text from pg_database where datname = current_database()',
  );
  const name = slotName(ref.context, side === 'monolith' ? 'forward' : 'reverse', database?.oid ?? '');
  const slots = await statements.query<{ name: string }>(
    `select slot_name::text as name from pg_replication_slots
     where slot_name = $1 and database = current_database()`,
    [name],
  );
  return slots.map((slot) => ({
    side,
    kind: 'slot',
    name: slot.name,
    // Says nothing when the slot is gone already.
    removal: `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ${quoteLiteral(slot.name)}`,
  }));
}

async function isLastContext(statements: Statements, ref: ContextScope): Promise<boolean> {
  const [table] = await statements.query<{ found: boolean }>(
    `select to_regclass('overgrow.control') is not null as found`,
  );
  if (table?.found !== true) return true;
  const others = await statements.query('select 1 from overgrow.control where (context, scope) <> ($1, $2) limit 1', [
    ref.context,
    ref.scope,
  ]);
  return others.length === 0;
}

/** Everything in the schema, whichever part of the bridge made it; the schema itself last. */
async function readSchemaObjects(
  statements: Statements,
): Promise<{ kind: OwnedObject['kind']; name: string; removal: string }[]> {
  return statements.query(`
    select kind, name, removal from (
      select 1 as rank, 'function' as kind, p.oid::regprocedure::text as name,
        'DROP FUNCTION IF EXISTS ' || p.oid::regprocedure as removal
      from pg_proc p where p.pronamespace = to_regnamespace('overgrow')
      union all
      select 2, 'table', c.oid::regclass::text, 'DROP TABLE IF EXISTS ' || c.oid::regclass
      from pg_class c where c.relnamespace = to_regnamespace('overgrow') and c.relkind in ('r', 'p')
      union all
      select 3, 'schema', 'overgrow', 'DROP SCHEMA IF EXISTS overgrow' where to_regnamespace('overgrow') is not null
    ) objects order by rank, name`);
}

/** The rows of the context in the tables that other contexts go on using. */
export async function forgetContext(statements: Statements, ref: ContextScope): Promise<void> {
  const tables = await statements.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relnamespace = to_regnamespace('overgrow') and c.relkind = 'r'
       and (select count(*) from pg_attribute a where a.attrelid = c.oid and a.attname in ('context', 'scope')) = 2`,
  );
  for (const { name } of tables) {
    await statements.query(`delete from ${name} where context = $1 and scope = $2`, [ref.context, ref.scope]);
  }
}

/** @throws CDC_STILL_RUNNING when a link of the context is at work: it would write past guards that are gone. */
export async function requireIdle(statements: Statements, ref: ContextScope, side: ControlRow['side']): Promise<void> {
  const links = ['forward', 'reverse'].map((direction) => `overgrow ${ref.context} ${direction} lease=%`);
  const [busy] = await statements.query<{ pid: number; name: string }>(
    `select pid, application_name as name from pg_stat_activity
     where datname = current_database() and usename = session_user and application_name like any($1) limit 1`,
    [links],
  );
  if (busy === undefined) return;
  throw new OvergrowError(
    'CDC_STILL_RUNNING',
    `A link of ${ref.context} is at work in the ${side}'s database: session ${busy.pid}, ${busy.name}.`,
    { hint: 'Stop the process that runs the bridge, then uninstall.' },
  );
}
