import type { ConnectSchema } from '../connect-schema.ts';

/** A type of PostgreSQL with its domains resolved, as change events need it. */
export interface EventType {
  readonly oid: number;
  /** `pg_type.typname`: `int4`, `varchar`, `_text`, or the name of an enum. */
  readonly name: string;
  readonly kind: 'base' | 'enum' | 'array' | 'other';
  /** Of an enum, in its order. */
  readonly labels: readonly string[];
  /** Of an array; a domain as element stays a domain, which Debezium does not resolve there. */
  readonly element: EventType | undefined;
}

export interface EventColumn {
  readonly name: string;
  readonly type: EventType;
  /** `atttypmod`, of the domain where the column has none; -1 for none. */
  readonly modifier: number;
  readonly optional: boolean;
  /** The default expression as `pg_get_expr` prints it. */
  readonly defaultExpression: string | undefined;
  /** What the column is declared as: of a domain, its name. */
  readonly declared: string;
}

/** Whether rows are read from the table or from the log; Debezium's driver and its decoder differ in a few types. */
export type Phase = 'snapshot' | 'stream';

/** How PostgreSQL's text of one column becomes a value of Kafka's JsonConverter. */
export interface ValueConverter {
  /** Without default, required. */
  readonly schema: ConnectSchema;
  /** Text of a value → JSON text. Called only with text that PostgreSQL printed. */
  readonly encode: (text: string) => string;
  /** JSON text of a null in a column that allows none: of an old row whose log has the key only. */
  readonly fallback: string;
  /** JSON text of a large value that the log leaves out because it did not change. */
  readonly unavailable: string;
  /** JSON text of any null; undefined where a null is what the schema says of it. A mask hides nulls too. */
  readonly ofNull?: string;
}

/** The properties that decide on values. Names are Debezium's, without `.handling.mode`. */
export interface TypeModes {
  readonly decimal: 'precise' | 'double' | 'string';
  readonly time: 'adaptive' | 'adaptive_time_microseconds' | 'connect' | 'isostring' | 'microseconds' | 'nanoseconds';
  readonly binary: 'bytes' | 'base64' | 'base64-url-safe' | 'hex';
  readonly hstore: 'json' | 'map';
  readonly interval: 'numeric' | 'string';
  readonly moneyFractionDigits: number;
  readonly includeUnknown: boolean;
  readonly placeholder: string;
}
