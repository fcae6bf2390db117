import type { TableDescription } from '../catalog/table-description.ts';
import type { TableName } from '../catalog/table-name.ts';

/**
 * A row as PostgreSQL prints it: text output of each column, or null. Exact for every type. A column that is absent was not
 * sent (an unchanged large value, or a key-only old row), which is not the same as null.
 */
export type TextRow = Readonly<Record<string, string | null>>;

/**
 * One table of the monolith and the service's table that it becomes. `source` and `target` always name monolith and
 * service, whatever direction a link has. Compiled once; every function is pure.
 */
export interface TableMap {
  readonly source: TableName;
  readonly target: TableName;
  /** Primary key columns, each in its own table's key order. */
  readonly sourceKey: readonly string[];
  readonly targetKey: readonly string[];
  readonly sourceTable: TableDescription;
  readonly targetTable: TableDescription;
  /** Target columns that `forward` fills from a whole row; what the verifier compares on the target side. */
  readonly targetColumns: readonly string[];
  /** Source columns that `reverse` fills from a whole row. */
  readonly sourceColumns: readonly string[];
  /** Those of them that `constants` declares: a new row gets them, an existing one keeps what the monolith had. */
  readonly sourceConstants: readonly string[];
  /** Columns that `forward` and `reverse` read of their rows. */
  readonly sourceReads: readonly string[];
  readonly targetReads: readonly string[];
  /** Source row → target row; undefined when `where` leaves the row out. Columns that need an absent one are absent. */
  forward(row: TextRow): TextRow | undefined;
  /** Target row → source row. Source columns that the service does not keep are absent, or have their declared constant. */
  reverse(row: TextRow): TextRow | undefined;
  /** Only the key columns, without `where`: for old rows, of which the log may carry nothing else. */
  forwardKey(row: TextRow): TextRow;
  reverseKey(row: TextRow): TextRow;
  /** Whether `where` is declared, so that a row may enter and leave the target by an update. */
  readonly filtered: boolean;
}

/** Something wrong with a declared mapping, at its place in the manifest. */
export interface MappingFault {
  readonly kind:
    | 'unknown-table'
    | 'unknown-column'
    | 'missing-key'
    | 'key-not-mapped'
    | 'no-value'
    | 'generated-column'
    | 'bad-expression'
    | 'not-invertible'
    | 'same-target'
    | 'needs-full-identity';
  /** Path in the manifest below the context's replication entry: `tables["public.products"].columns.price`. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}
