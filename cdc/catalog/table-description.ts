import { renderTableName, type TableName } from './table-name.ts';

/** A column's type with its domains resolved. Names are those of `pg_type`: `int8`, `varchar`, `timestamptz`. */
export interface ColumnType {
  /** As people write it, with modifier: `numeric(10,2)`, `character varying(40)[]`. */
  readonly declared: string;
  readonly oid: number;
  /** How SQL names the base type without a modifier, so that a cast neither cuts nor rounds: `pg_catalog."bpchar"`. */
  readonly cast: string;
  /** Name of the base type; for an array, of the array type (`_int4`). */
  readonly base: string;
  readonly baseOid: number;
  /** `atttypmod` of the base type, -1 when there is none. */
  readonly modifier: number;
  readonly kind: 'base' | 'enum' | 'array' | 'other';
  /** For an array: name and kind of the element type. */
  readonly element: { readonly base: string; readonly kind: 'base' | 'enum' | 'other' } | null;
}

export interface ColumnDescription {
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
  /** A default, identity or generation expression gives a value when an insert names none. */
  readonly hasDefault: boolean;
  readonly generated: 'no' | 'stored' | 'virtual';
  readonly identity: 'no' | 'always' | 'by default';
  /**
   * Values are likely to lie outside the row, and then an update that leaves them alone does not log them. Short bounded
   * text and numerics can too, in a very wide row: whoever reads the log must be ready for it.
   */
  readonly toastable: boolean;
}

export interface TableDescription {
  readonly name: TableName;
  readonly oid: number;
  readonly kind: 'table' | 'partitioned';
  /** In the order of the table, dropped ones left out. */
  readonly columns: readonly ColumnDescription[];
  /** Column names in key order; empty without a primary key. */
  readonly primaryKey: readonly string[];
  /** Whether a unique index besides the primary key, or an exclusion constraint, limits the order of writes. */
  readonly secondaryUnique: boolean;
  readonly replicaIdentity: 'default' | 'nothing' | 'full' | 'index';
  /** Columns that the log carries of a deleted row. */
  readonly identityColumns: readonly string[];
  /** Leaves of a partitioned table, else empty. */
  readonly partitions: readonly TableName[];
  /** The role that owns it. */
  readonly owner: string;
}

/** What one database says of some tables. */
export type Catalog = ReadonlyMap<string, TableDescription>;

export function findTable(catalog: Catalog, table: TableName): TableDescription | undefined {
  return catalog.get(renderTableName(table));
}

export function findColumn(table: TableDescription, column: string): ColumnDescription | undefined {
  return table.columns.find((candidate) => candidate.name === column);
}
