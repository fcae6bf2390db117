import { renderSchema, type ConnectSchema } from './connect-schema.ts';
import type { EnvelopeConfig } from './envelope-config.ts';
import { quoteJson } from './json-text.ts';
import type { TableEncoder, TextTuple } from './table-encoder.ts';

/** A record as Debezium's engine hands it over. Key, value and headers are JSON text; a null value is a tombstone. */
export interface ChangeEvent {
  readonly destination: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: string;
}

/** `{"destination":…,"key":…,"value":…,"headers":…}`, without a line end. */
export function renderEventLine({ destination, key, value, headers }: ChangeEvent): string {
  return `{"destination":${quoteJson(destination)},"key":${key},"value":${value},"headers":${headers}}`;
}

/** What the envelope of one change needs besides the row. */
export interface ChangeFrame {
  readonly source: string;
  /** The `transaction` block of the next event of this change, which is counted with it. */
  readonly transaction: () => string;
  /** `"ts_ms":…,"ts_us":…,"ts_ns":…` */
  readonly times: string;
}

/** The events of changes of one table. */
export interface TableEvents {
  readonly encoder: TableEncoder;
  read(row: TextTuple, frame: ChangeFrame): ChangeEvent;
  insert(row: TextTuple, frame: ChangeFrame): readonly ChangeEvent[];
  /** `old` is what the log has of the row before: its key columns, the rest null, or all of it. */
  update(old: TextTuple | undefined, row: TextTuple, frame: ChangeFrame): readonly ChangeEvent[];
  delete(old: TextTuple, frame: ChangeFrame): readonly ChangeEvent[];
  truncate(frame: ChangeFrame): readonly ChangeEvent[];
}

export function createTableEvents(encoder: TableEncoder, config: EnvelopeConfig): TableEvents {
  const { destination, encodeKey, encodeRow, keySchema } = encoder;
  const { skipped, tombstones } = config;
  const wrapKey = wrapper(keySchema, config.schemas.key);
  const wrapValue = wrapper(encoder.envelopeSchema, config.schemas.value);
  const wrapHeader = wrapper(keySchema, config.schemas.headers);
  const context = contextHeaders(config);
  const plainHeaders = `{${context}}`;
  const headersWith = (name: string, key: string) =>
    `{"__debezium.${name}":${wrapHeader(key)}${context === '' ? '' : ','}${context}}`;

  const keyOf = (row: TextTuple) => (encodeKey === undefined ? null : wrapKey(encodeKey(row)));
  const event = (
    op: string,
    key: string | null,
    before: string,
    after: string,
    frame: ChangeFrame,
    headers = plainHeaders,
  ): ChangeEvent => ({
    destination,
    key,
    value: wrapValue(
      `{"before":${before},"after":${after},"source":${frame.source},"transaction":${frame.transaction()},"op":"${op}",${frame.times}}`,
    ),
    headers,
  });
  const deleted = (key: string | null, before: string, frame: ChangeFrame, headers?: string): ChangeEvent[] => {
    const first = event('d', key, before, 'null', frame, headers);
    return tombstones ? [first, { ...first, value: null }] : [first];
  };

  return {
    encoder,
    read: (row, frame) => event('r', keyOf(row), 'null', encodeRow(row), frame),
    insert: (row, frame) => (skipped.has('c') ? [] : [event('c', keyOf(row), 'null', encodeRow(row), frame)]),
    update: (old, logged, frame) => {
      const row = old === undefined ? logged : fillUnchanged(logged, old);
      const after = encodeRow(row);
      const before = old === undefined ? 'null' : encodeRow(old);
      if (config.skipUnchanged && before === after) return [];
      const newKey = encodeKey?.(row);
      const oldKey = old === undefined ? undefined : encodeKey?.(old);
      if (oldKey === undefined || newKey === undefined || oldKey === newKey) {
        return skipped.has('u')
          ? []
          : [event('u', newKey === undefined ? null : wrapKey(newKey), before, after, frame)];
      }
      // A change of the key moves a row to another partition: it ends under the old key and begins under the new one.
      return [
        ...(skipped.has('d') ? [] : deleted(wrapKey(oldKey), before, frame, headersWith('newkey', newKey))),
        ...(skipped.has('c') ? [] : [event('c', wrapKey(newKey), 'null', after, frame, headersWith('oldkey', oldKey))]),
      ];
    },
    delete: (old, frame) => (skipped.has('d') ? [] : deleted(keyOf(old), encodeRow(old), frame)),
    truncate: (frame) => (skipped.has('t') ? [] : [event('t', null, 'null', 'null', frame)]),
  };
}

/** A large value that did not change stands in the old row, when the log has all of that. */
function fillUnchanged(row: TextTuple, old: TextTuple): TextTuple {
  return row.includes(undefined)
    ? row.map((text, index) => (text === undefined ? (old[index] ?? undefined) : text))
    : row;
}

/** Puts a payload beside its schema, where schemas are enabled. */
export function wrapper(schema: ConnectSchema | undefined, enabled: boolean): (payload: string) => string {
  if (!enabled || schema === undefined) return (payload) => payload;
  const head = `{"schema":${renderSchema(schema)},"payload":`;
  return (payload) => `${head}${payload}}`;
}

/** The headers that say where an event comes from (`extended.headers.enabled`), without braces. */
function contextHeaders({ contextHeaders: enabled, prefix, runId, schemas }: EnvelopeConfig): string {
  if (!enabled) return '';
  const wrap = wrapper({ type: 'string' }, schemas.headers);
  return Object.entries({ connectorLogicalName: prefix, taskId: '0', connectorName: 'postgresql', runId })
    .map(([name, value]) => `"__debezium.context.${name}":${wrap(quoteJson(value))}`)
    .join(',');
}
