/** A table in one database. Both parts are as the catalog stores them: case kept, no quotes. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** `public.orders` → its parts; a bare `orders` is in the public schema, as the manifest promises. */
export function parseTableName(text: string): TableName {
  const dot = text.indexOf('.');
  return dot < 0 ? { schema: 'public', name: text } : { schema: text.slice(0, dot), name: text.slice(dot + 1) };
}

/** `schema.table`, as manifests, messages and map keys write it. */
export function renderTableName(table: TableName): string {
  return `${table.schema}.${table.name}`;
}

/** One identifier, quoted for SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** One text literal, quoted for SQL and for replication commands, which take no parameters. */
export function quoteLiteral(text: string): string {
  const doubled = text.replaceAll("'", "''");
  return text.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** `"schema"."table"`, quoted for SQL. */
export function quoteTable(table: TableName): string {
  return `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
}
