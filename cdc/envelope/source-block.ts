import { named, optional, struct, type ConnectSchema } from './connect-schema.ts';
import { quoteJson } from './json-text.ts';

const string: ConnectSchema = { type: 'string' };
const int64: ConnectSchema = { type: 'int64' };

/** The schema of `source`, `io.debezium.connector.postgresql.Source`. */
export const sourceSchema: ConnectSchema = struct(
  {
    version: string,
    connector: string,
    name: string,
    ts_ms: int64,
    snapshot: named('string', 'io.debezium.data.Enum', {
      optional: true,
      parameters: { allowed: 'true,first,first_in_data_collection,last_in_data_collection,last,false,incremental' },
      defaultJson: '"false"',
    }),
    db: string,
    sequence: optional(string),
    ts_us: optional(int64),
    ts_ns: optional(int64),
    schema: string,
    table: string,
    txId: optional(int64),
    lsn: optional(int64),
    xmin: optional(int64),
    origin: optional(string),
    origin_lsn: optional(int64),
  },
  { name: 'io.debezium.connector.postgresql.Source', version: 1 },
);

export type SnapshotMarker =
  | 'true'
  | 'first'
  | 'first_in_data_collection'
  | 'last_in_data_collection'
  | 'last'
  | 'false'
  | 'incremental';

/** The parts of `source` that all events of a transaction, or all rows of a snapshot, share. */
export interface SourceFrame {
  /** Up to the value of `snapshot`. */
  readonly head: string;
  /** From there up to the position in `sequence`. */
  readonly sequence: string;
  /** From there up to the value of `schema`. */
  readonly times: string;
  /** From behind `table` up to the value of `lsn`. */
  readonly txId: string;
  /** From behind `lsn` to the end. */
  readonly tail: string;
}

export interface SourceFacts {
  readonly version: string;
  readonly prefix: string;
  readonly database: string;
  /** When the transaction was committed, or the row was read; microseconds since 1970. */
  readonly timeUs: bigint;
  /** Null of a message outside of a transaction. */
  readonly txId: number | null;
  /** The end of the transaction that the stream showed before; null at its beginning. */
  readonly lastCommit: bigint | null;
  readonly origin: { readonly name: string; readonly lsn: bigint } | undefined;
}

export function sourceFrame(facts: SourceFacts): SourceFrame {
  const { version, prefix, database, timeUs, txId, lastCommit, origin } = facts;
  const names = `"version":${quoteJson(version)},"connector":"postgresql","name":${quoteJson(prefix)}`;
  const last = lastCommit === null ? 'null' : `\\"${lastCommit}\\"`;
  const originName = origin === undefined ? 'null' : quoteJson(origin.name);
  return {
    head: `{${names},"ts_ms":${floorMillis(timeUs)},"snapshot":"`,
    sequence: `","db":${quoteJson(database)},"sequence":"[${last},\\"`,
    times: `\\"]","ts_us":${timeUs},"ts_ns":${timeUs * 1000n},"schema":`,
    txId: `,"txId":${txId},"lsn":`,
    tail: `,"xmin":null,"origin":${originName},"origin_lsn":${origin?.lsn ?? 'null'}}`,
  };
}

/** @param names `"public","table":"orders"`, see `sourceNames`. @param lsn decimal. */
export function renderSource(frame: SourceFrame, names: string, lsn: string, marker: SnapshotMarker = 'false'): string {
  return frame.head + marker + frame.sequence + lsn + frame.times + names + frame.txId + lsn + frame.tail;
}

export const sourceNames = (schema: string, table: string) => `${quoteJson(schema)},"table":${quoteJson(table)}`;

const floorMillis = (us: bigint) => (us >= 0n ? us / 1000n : (us - 999n) / 1000n);
