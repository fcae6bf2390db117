import type { TableDescription } from '../catalog/table-description.ts';
import type { TextRow } from '../mapping/table-map.ts';
import type { Lsn } from '../source/log-position.ts';
import type { RelationMessage } from '../source/pgoutput-message.ts';
import type { LogicalMessage, RowChange, SourceTransaction } from '../source/source-transaction.ts';
import { encodeValue } from './encode-value.ts';
import type { JsonValue } from './json.ts';

type JsonObject = Readonly<Record<string, JsonValue>>;

/** A record as Debezium hands it to Kafka. A null value is a tombstone. */
export interface ChangeEvent {
  /** `<prefix>.<schema>.<table>`. */
  readonly destination: string;
  readonly key: JsonObject | null;
  readonly value: JsonObject | null;
  readonly headers: JsonObject;
}

export interface EnvelopeContext {
  /** Debezium's `topic.prefix`. */
  readonly prefix: string;
  readonly database: string;
  readonly version: string;
  /** Describes a relation of the stream, with the types and primary key that the stream does not tell. */
  readonly describe: (relation: RelationMessage) => TableDescription | undefined;
  /** Truncates are left out unless asked for, as `skipped.operations=t` does. */
  readonly truncates: boolean;
  readonly nowMs: () => number;
}

/**
 * The change events of one transaction, in order: Debezium's envelope version 2 for PostgreSQL, as JSON values without
 * schemas. `previousCommit` is the end of the transaction before, null at the beginning of a slot.
 */
export function changeEvents(
  transaction: SourceTransaction,
  context: EnvelopeContext,
  previousCommit: Lsn | null,
): ChangeEvent[] {
  const events: ChangeEvent[] = [];
  const emit = (destination: string, key: JsonObject | null, value: JsonObject | null, headers: JsonObject = {}) => {
    events.push({
      destination: `${context.prefix}.${destination}`,
      key,
      value,
      headers: { ...contextHeaders(context), ...headers },
    });
  };
  for (const change of transaction.changes) {
    const block = (schema: string, table: string) =>
      sourceBlock(transaction, context, previousCommit, { schema, table, lsn: change.lsn });
    if (change.kind === 'message') {
      const value = { op: 'm', ...times(context), source: block('', ''), message: messageBlock(change) };
      emit('message', { prefix: change.prefix }, value);
    } else if (change.kind === 'truncate') {
      if (!context.truncates) continue;
      for (const { schema, name } of change.relations) {
        const value = { source: block(schema, name), transaction: null, op: 't', ...times(context) };
        emit(`${schema}.${name}`, null, value);
      }
    } else {
      const { schema, name } = change.relation;
      const table = context.describe(change.relation);
      if (table !== undefined)
        emitRow(change, table, context, block(schema, name), emit.bind(undefined, `${schema}.${name}`));
    }
  }
  return events;
}

type EmitRow = (key: JsonObject | null, value: JsonObject | null, headers?: JsonObject) => void;

function emitRow(
  change: RowChange,
  table: TableDescription,
  context: EnvelopeContext,
  source: JsonObject,
  emit: EmitRow,
): void {
  const envelope = (op: string, before: JsonObject | null, after: JsonObject | null): JsonObject => ({
    before,
    after,
    source,
    transaction: null,
    op,
    ...times(context),
  });
  const row = (values: TextRow) => encodeRow(values, table);
  // A key tuple says nothing of the other columns; Debezium shows them as null.
  const oldRow = (values: TextRow) => row({ ...nulls(table), ...values });
  switch (change.kind) {
    case 'insert':
      emit(encodeKey(change.row, table), envelope('c', null, row(change.row)));
      return;
    case 'delete': {
      const key = encodeKey(change.old.row, table);
      emit(key, envelope('d', oldRow(change.old.row), null));
      if (key !== null) emit(key, null);
      return;
    }
    case 'update': {
      const key = encodeKey(change.row, table);
      const before = change.old === undefined ? null : oldRow(change.old.row);
      const oldKey = change.old === undefined ? key : encodeKey(change.old.row, table);
      if (key === null || oldKey === null || sameKey(change.old?.row, change.row, table)) {
        emit(key, envelope('u', before, row(change.row)));
        return;
      }
      emit(oldKey, envelope('d', before, null), { '__debezium.newkey': key });
      emit(oldKey, null);
      emit(key, envelope('c', null, row(change.row)), { '__debezium.oldkey': oldKey });
    }
  }
}

const sameKey = (old: TextRow | undefined, row: TextRow, table: TableDescription) =>
  old === undefined || table.primaryKey.every((column) => old[column] === row[column]);

const nulls = (table: TableDescription): TextRow =>
  Object.fromEntries(table.columns.map((column) => [column.name, null]));

function encodeKey(row: TextRow, table: TableDescription): JsonObject | null {
  if (table.primaryKey.length === 0) return null;
  const columns = table.primaryKey.flatMap((key) => table.columns.find((column) => column.name === key) ?? []);
  return Object.fromEntries(
    columns.map((column) => [column.name, encodeValue(column.type, row[column.name] ?? null) ?? null]),
  );
}

/** Columns that the log does not carry are generated ones, which Debezium does not show either. */
function encodeRow(row: TextRow, table: TableDescription): JsonObject {
  const encoded: Record<string, JsonValue> = {};
  for (const column of table.columns) {
    if (column.generated !== 'no') continue;
    const value = encodeValue(column.type, row[column.name]);
    if (value !== undefined) encoded[column.name] = value;
  }
  return encoded;
}

interface Place {
  readonly schema: string;
  readonly table: string;
  readonly lsn: Lsn;
}

function sourceBlock(
  transaction: SourceTransaction,
  context: EnvelopeContext,
  previousCommit: Lsn | null,
  place: Place,
): JsonObject {
  const us = transaction.commitTimeUs;
  return {
    version: context.version,
    connector: 'postgresql',
    name: context.prefix,
    ts_ms: us / 1000n,
    snapshot: 'false',
    db: context.database,
    sequence: JSON.stringify([previousCommit === null ? null : previousCommit.toString(), place.lsn.toString()]),
    ts_us: us,
    ts_ns: us * 1000n,
    schema: place.schema,
    table: place.table,
    txId: transaction.xid,
    lsn: place.lsn,
    xmin: null,
    origin: transaction.origin?.name ?? null,
    origin_lsn: transaction.origin?.lsn ?? null,
  };
}

const messageBlock = (message: LogicalMessage): JsonObject => ({
  prefix: message.prefix,
  content: message.content.toString('base64'),
});

function times(context: EnvelopeContext): JsonObject {
  const ms = BigInt(context.nowMs());
  return { ts_ms: ms, ts_us: ms * 1000n, ts_ns: ms * 1_000_000n };
}

const contextHeaders = (context: EnvelopeContext): JsonObject => ({
  '__debezium.context.connectorLogicalName': context.prefix,
  '__debezium.context.taskId': '0',
  '__debezium.context.connectorName': 'postgresql',
});
