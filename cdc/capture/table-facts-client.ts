import type { ClientBase } from 'pg';
import { quoteTable, type TableName } from '../catalog/table-name.ts';
import type { EventColumn } from '../envelope/types/column-type.ts';
import type { EventTable } from '../envelope/table-encoder.ts';
import type { RelationMessage } from '../source/pgoutput-message.ts';
import type { EventTypes } from './event-types-client.ts';

interface ColumnRow {
  readonly name: string;
  readonly type_oid: number;
  readonly modifier: number;
  readonly not_null: boolean;
  readonly default_expression: string | null;
}

interface TableFacts {
  readonly columns: readonly ColumnRow[];
  readonly key: readonly string[];
}

const columnsQuery = `
  select a.attname as name, a.atttypid::int8::float8 as type_oid, a.atttypmod as modifier,
    a.attnotnull or (t.typtype = 'd' and t.typnotnull) as not_null,
    pg_get_expr(d.adbin, d.adrelid) as default_expression
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
  order by a.attnum`;

/** The primary key, else the first unique index by name that is made of plain columns, as Debezium chooses. */
const keyQuery = `
  select array_agg(a.attname::text order by k.position) as key
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  cross join lateral unnest(i.indkey::int2[]) with ordinality k(attnum, position)
  left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum > 0
  where i.indrelid = to_regclass($1) and i.indisunique and k.position <= i.indnkeyatts
  group by i.indexrelid, i.indisprimary, i.indisclustered, c.relname
  having count(a.attname) = count(*)
  order by i.indisprimary desc, i.indisclustered desc, c.relname
  limit 1`;

async function readTableFacts(client: ClientBase, table: TableName): Promise<TableFacts> {
  const name = quoteTable(table);
  const columns = await client.query<ColumnRow>(columnsQuery, [name]);
  const keys = await client.query<{ key: string[] }>(keyQuery, [name]);
  return { columns: columns.rows, key: keys.rows[0]?.key ?? [] };
}

/** A table as its rows are read: all columns, generated ones among them. Undefined when it does not exist. */
export async function readEventTable(
  client: ClientBase,
  types: EventTypes,
  table: TableName,
): Promise<EventTable | undefined> {
  const { columns, key } = await readTableFacts(client, table);
  if (columns.length === 0) return undefined;
  await types.load(columns.map((column) => column.type_oid));
  return { ...table, columns: columns.map((column) => eventColumn(types, column)), key };
}

/**
 * A table as the stream describes it. Names and types are those of the message, which belong to the rows that follow it;
 * key, defaults and nullability are what the catalogue says now.
 */
export async function readRelationTable(
  client: ClientBase,
  types: EventTypes,
  relation: RelationMessage,
): Promise<EventTable> {
  const { schema, name } = relation;
  const facts = await readTableFacts(client, { schema, name });
  await types.load(relation.columns.map((column) => column.typeOid));
  const now = new Map(facts.columns.map((column) => [column.name, column]));
  const columns = relation.columns.map((column) => {
    const known = now.get(column.name);
    return eventColumn(types, {
      name: column.name,
      type_oid: column.typeOid,
      modifier: column.modifier,
      not_null: known?.not_null ?? false,
      default_expression: known?.default_expression ?? null,
    });
  });
  const names = new Set(relation.columns.map((column) => column.name));
  return { schema, name, columns, key: facts.key.filter((column) => names.has(column)) };
}

function eventColumn(types: EventTypes, row: ColumnRow): EventColumn {
  return {
    name: row.name,
    ...types.resolve(row.type_oid, row.modifier),
    optional: !row.not_null,
    defaultExpression: row.default_expression ?? undefined,
  };
}
