import type { ClientBase } from 'pg';
import { renderTableName, type TableName } from '../catalog/table-name.ts';
import { slotName } from '../connection/names.ts';
import type { DatabaseFacts, ForeignKeyFacts, TableFacts, TransactionFacts, TriggerFacts } from './database-facts.ts';

type ServerFacts = Omit<DatabaseFacts, 'side' | 'prepared' | 'tables' | 'triggers' | 'foreignKeys' | 'transactions'>;

const serverQuery = `
  select current_database() as database, session_user::text as role,
    current_setting('server_version_num')::int as "versionNumber",
    extract(epoch from pg_postmaster_start_time())::text || '/' || d.oid as identity,
    current_setting('wal_level') as "walLevel",
    current_setting('max_replication_slots')::int as "maxSlots",
    (select count(*)::int from pg_replication_slots) as "usedSlots",
    current_setting('max_wal_senders')::int as "maxWalSenders",
    (select count(*)::int from pg_stat_replication) as "usedWalSenders",
    r.rolsuper as superuser,
    r.rolreplication or r.rolsuper or exists (
      select 1 from pg_roles m where m.rolname in ('rds_replication', 'cloudsqlsuperuser') and pg_has_role(session_user, m.oid, 'MEMBER')
    ) as "mayReplicate",
    has_database_privilege(current_database(), 'CREATE') as "mayCreate"
  from pg_database d, pg_roles r
  where d.datname = current_database() and r.rolname = session_user`;

const tablesQuery = `
  select n.nspname || '.' || c.relname as name, pg_get_userbyid(c.relowner)::text as owner,
    pg_has_role(session_user, c.relowner, 'USAGE') as "memberOfOwner"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname || '.' || c.relname = any($1) and c.relkind in ('r', 'p') order by 1`;

/** Triggers of the tables and of their partitions; copies of a parent's, the guard's and constraints' own left out. */
const triggersQuery = `
  with recursive members(oid) as (
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname || '.' || c.relname = any($1)
    union select i.inhrelid from members m join pg_inherits i on i.inhparent = m.oid)
  select n.nspname || '.' || c.relname as table, t.tgname as name, t.tgenabled::text as enabled, p.prosrc as body
  from members m
  join pg_trigger t on t.tgrelid = m.oid
  join pg_class c on c.oid = m.oid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_proc p on p.oid = t.tgfoid
  where not t.tgisinternal and t.tgparentid = 0 and t.tgenabled <> 'D' and t.tgname not like 'overgrow\\_guard%'
  order by 1, 2`;

const foreignKeysQuery = `
  select o.conname as name, cn.nspname || '.' || c.relname as child, pn.nspname || '.' || p.relname as parent,
    (select array_agg(a.attname::text order by k.position) from unnest(o.conkey) with ordinality k(attnum, position)
      join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.attnum) as columns,
    o.confdeltype in ('c', 'n', 'd') or o.confupdtype in ('c', 'n', 'd') as cascades
  from pg_constraint o
  join pg_class c on c.oid = o.conrelid join pg_namespace cn on cn.oid = c.relnamespace
  join pg_class p on p.oid = o.confrelid join pg_namespace pn on pn.oid = p.relnamespace
  where o.contype = 'f' and o.conparentid = 0
    and (cn.nspname || '.' || c.relname = any($1)) <> (pn.nspname || '.' || p.relname = any($1))
  order by 2, 1`;

/**
 * A slot waits for every transaction of the server that has an identity. Times of other roles' sessions are hidden from an
 * unprivileged role; then the identities given out since tell whether it is an old one.
 */
const transactionsQuery = `
  select l.pid, x.gid as prepared, a.application_name as application, coalesce(a.usename, x.owner)::text as role,
    (extract(epoch from clock_timestamp() - coalesce(a.xact_start, x.prepared)) * 1000)::float8 as "ageMs",
    a.query_start::text as "queryStart"
  from pg_locks l
  left join pg_stat_activity a on a.pid = l.pid
  left join pg_prepared_xacts x on x.transaction = l.transactionid
  where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted and l.pid is distinct from pg_backend_pid()
    and coalesce(extract(epoch from clock_timestamp() - coalesce(a.xact_start, x.prepared)) * 1000 >= $1,
      age(l.transactionid) > 1000)
  order by 5 desc nulls last`;

/** Creates nothing, locks nothing. */
export async function readDatabaseFacts(
  client: ClientBase,
  side: DatabaseFacts['side'],
  context: string,
  tables: readonly TableName[],
  oldTransactionMs: number,
): Promise<DatabaseFacts> {
  const names = tables.map(renderTableName);
  const [server] = (await client.query<ServerFacts>(serverQuery)).rows;
  if (server === undefined) throw new Error('the server does not know its own session');
  // Rights on parameters came with PostgreSQL 15; before, only a superuser may set this one.
  const [right] =
    server.versionNumber >= 150_000
      ? (
          await client.query<{ may: boolean }>(
            `select has_parameter_privilege('session_replication_role', 'SET') as may`,
          )
        ).rows
      : [{ may: server.superuser }];
  const slot = slotName(context, side === 'monolith' ? 'forward' : 'reverse', server.identity.split('/')[1] ?? '');
  const slots = await client.query('select from pg_replication_slots where slot_name = $1', [slot]);
  return {
    ...server,
    side,
    prepared: slots.rowCount !== 0,
    maySetReplicationRole: right?.may ?? false,
    tables: (await client.query<TableFacts>(tablesQuery, [names])).rows,
    triggers: (await client.query<TriggerFacts>(triggersQuery, [names])).rows,
    foreignKeys: (await client.query<ForeignKeyFacts>(foreignKeysQuery, [names])).rows,
    transactions: (await client.query<TransactionFacts>(transactionsQuery, [oldTransactionMs])).rows,
  };
}
