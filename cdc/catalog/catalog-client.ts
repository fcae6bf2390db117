import type { ClientBase } from 'pg';
import type { Catalog, ColumnDescription, ColumnType, TableDescription } from './table-description.ts';
import { parseTableName, renderTableName, type TableName } from './table-name.ts';

interface TableRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly relkind: string;
  readonly relreplident: string;
  readonly owner: string;
  readonly primary_key: string[];
  readonly secondary_unique: boolean;
  readonly identity_columns: string[];
  readonly partitions: string[];
}

interface ColumnRow {
  readonly table_oid: number;
  readonly name: string;
  readonly declared: string;
  readonly type_oid: number;
  readonly cast: string;
  readonly base: string;
  readonly base_oid: number;
  readonly modifier: number;
  readonly typtype: string;
  readonly typcategory: string;
  readonly element: string | null;
  readonly element_typtype: string | null;
  readonly not_null: boolean;
  readonly has_default: boolean;
  readonly generated: string;
  readonly identity: string;
  readonly storage: string;
}

const keyColumns = (condition: string) => `
  coalesce((
    select array_agg(a.attname::text order by k.position)
    from pg_index i
    cross join lateral unnest(i.indkey::int2[]) with ordinality k(attnum, position)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = c.oid and ${condition} and k.position <= i.indnkeyatts), '{}')`;

const tablesQuery = `
  select c.oid::int8::text::float8 as oid, n.nspname as schema, c.relname as name, c.relkind, c.relreplident,
    pg_get_userbyid(c.relowner) as owner,
    ${keyColumns('i.indisprimary')} as primary_key,
    exists (
      select from pg_index i
      where i.indrelid = c.oid and not i.indisprimary and (i.indisunique or i.indisexclusion)) as secondary_unique,
    ${keyColumns("case c.relreplident when 'i' then i.indisreplident else i.indisprimary end")} as identity_columns,
    coalesce((
      select array_agg(ln.nspname || '.' || l.relname order by ln.nspname, l.relname)
      from pg_partition_tree(c.oid) t
      join pg_class l on l.oid = t.relid
      join pg_namespace ln on ln.oid = l.relnamespace
      where c.relkind = 'p' and t.isleaf), '{}') as partitions
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and n.nspname || '.' || c.relname = any($1)`;

const columnsQuery = `
  with recursive resolved(oid, base_oid, modifier) as (
    select t.oid, t.oid, -1 from pg_type t where t.typtype <> 'd'
    union all
    select d.oid, r.base_oid, case when r.modifier <> -1 then r.modifier else d.typtypmod end
    from pg_type d join resolved r on d.typbasetype = r.oid
    where d.typtype = 'd')
  select a.attrelid::int8::text::float8 as table_oid, a.attname as name,
    format_type(a.atttypid, a.atttypmod) as declared, a.atttypid::int8::text::float8 as type_oid,
    quote_ident(bn.nspname) || '.' || quote_ident(b.typname) as cast, b.typname as base, b.oid::int8::text::float8 as base_oid,
    case when a.atttypmod <> -1 then a.atttypmod else r.modifier end as modifier,
    b.typtype, b.typcategory, e.typname as element, e.typtype as element_typtype,
    a.attnotnull as not_null,
    a.atthasdef or a.attidentity <> '' or t.typdefault is not null as has_default,
    a.attgenerated as generated, a.attidentity as identity, a.attstorage as storage
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  join resolved r on r.oid = a.atttypid
  join pg_type b on b.oid = r.base_oid
  join pg_namespace bn on bn.oid = b.typnamespace
  left join pg_type e on b.typcategory = 'A' and e.oid = b.typelem
  where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
  order by a.attrelid, a.attnum`;

/**
 * Reads tables, columns, keys and types from `pg_catalog`. A table that does not exist, or is a view, is absent from the
 * result. Runs two statements; inside a transaction they see that transaction's snapshot.
 */
export async function readCatalog(client: ClientBase, tables: readonly TableName[]): Promise<Catalog> {
  const found = await client.query<TableRow>(tablesQuery, [tables.map(renderTableName)]);
  const columns = await client.query<ColumnRow>(columnsQuery, [found.rows.map((row) => row.oid)]);
  const byTable = Map.groupBy(columns.rows, (row) => row.table_oid);
  return new Map(
    found.rows.map((row) => {
      const table = describeTable(row, byTable.get(row.oid) ?? []);
      return [renderTableName(table.name), table];
    }),
  );
}

function describeTable(row: TableRow, columns: readonly ColumnRow[]): TableDescription {
  const described = columns.map(describeColumn);
  const replicaIdentity = replicaIdentities[row.relreplident] ?? 'default';
  return {
    name: { schema: row.schema, name: row.name },
    oid: row.oid,
    kind: row.relkind === 'p' ? 'partitioned' : 'table',
    columns: described,
    primaryKey: row.primary_key,
    secondaryUnique: row.secondary_unique,
    replicaIdentity,
    identityColumns:
      replicaIdentity === 'full'
        ? described.map((column) => column.name)
        : replicaIdentity === 'nothing'
          ? []
          : row.identity_columns,
    partitions: row.partitions.map(parseTableName),
    owner: row.owner,
  };
}

const replicaIdentities: Readonly<Record<string, TableDescription['replicaIdentity']>> = {
  d: 'default',
  n: 'nothing',
  f: 'full',
  i: 'index',
};

function describeColumn(row: ColumnRow): ColumnDescription {
  return {
    name: row.name,
    type: describeType(row),
    notNull: row.not_null,
    hasDefault: row.has_default,
    generated: row.generated === 's' ? 'stored' : row.generated === 'v' ? 'virtual' : 'no',
    identity: row.identity === 'a' ? 'always' : row.identity === 'd' ? 'by default' : 'no',
    toastable: (row.storage === 'x' || row.storage === 'e') && !isShort(row),
  };
}

/** Bounded text of up to 256 characters; `atttypmod` counts four more. PostgreSQL moves the largest values out first. */
const isShort = (row: ColumnRow) =>
  (row.base === 'varchar' || row.base === 'bpchar') && row.modifier > 0 && row.modifier - 4 <= 256;

const kindOf = (typtype: string | null) => (typtype === 'b' ? 'base' : typtype === 'e' ? 'enum' : 'other');

function describeType(row: ColumnRow): ColumnType {
  return {
    declared: row.declared,
    oid: row.type_oid,
    cast: row.cast,
    base: row.base,
    baseOid: row.base_oid,
    modifier: row.modifier,
    kind: row.typcategory === 'A' ? 'array' : kindOf(row.typtype),
    element: row.element === null ? null : { base: row.element, kind: kindOf(row.element_typtype) },
  };
}
