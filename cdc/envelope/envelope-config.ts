import type { ColumnRule, NamePattern } from './column-rules.ts';
import type { Adjustment } from './name-rules.ts';
import type { TypeModes } from './types/column-type.ts';

/** How events look; everything but the tables themselves. Compiled from Debezium's properties. */
export interface EnvelopeConfig {
  /** Debezium's `topic.prefix`. */
  readonly prefix: string;
  readonly database: string;
  /** `source.version`. */
  readonly version: string;
  /** Identifies the run in the context headers. */
  readonly runId: string;
  readonly modes: TypeModes;
  /** `schemas.enable` of the converters. */
  readonly schemas: SchemaParts;
  readonly tombstones: boolean;
  readonly contextHeaders: boolean;
  readonly transactionMetadata: boolean;
  readonly skipped: ReadonlySet<'c' | 'u' | 'd' | 't' | 'm'>;
  readonly skipUnchanged: boolean;
  readonly topics: { readonly delimiter: string; readonly transaction: string; readonly heartbeat: string };
  readonly adjustment: { readonly schema: Adjustment; readonly field: Adjustment };
  readonly includesTable: NamePattern;
  readonly includesColumn: NamePattern;
  readonly includesMessage: NamePattern;
  readonly columnRules: readonly ColumnRule[];
  /** `message.key.columns`: each takes the table's columns whose `schema.table.column` it matches. */
  readonly keyColumns: readonly NamePattern[];
}

export interface SchemaParts {
  readonly key: boolean;
  readonly value: boolean;
  readonly headers: boolean;
}

/** What the log and the catalogue say of a table, in the order of its rows' values. */
export { type EventColumn, type EventType, type Phase } from './types/column-type.ts';
