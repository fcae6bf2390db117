import { applyRule } from './column-rules.ts';
import { named, optional, struct, type ConnectField, type ConnectSchema } from './connect-schema.ts';
import type { EnvelopeConfig } from './envelope-config.ts';
import { quoteJson } from './json-text.ts';
import { adjustFieldName, adjustSchemaName, topicName } from './name-rules.ts';
import { sourceNames, sourceSchema } from './source-block.ts';
import type { EventColumn, Phase, ValueConverter } from './types/column-type.ts';
import { parseDefault } from './types/parse-default.ts';
import { resolveConverter } from './types/resolve-converter.ts';

/** PostgreSQL's text of each column of a row, in the order of the table's columns; undefined: unchanged and not logged. */
export type TextTuple = readonly (string | null | undefined)[];

/** What is said of a table, in the order in which its rows' values come. */
export interface EventTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly EventColumn[];
  /** Names of the primary key's columns, else of the first unique index; in the key's order. */
  readonly key: readonly string[];
}

/** A table's rows as JSON text, compiled once for all of its events. */
export interface TableEncoder {
  readonly table: EventTable;
  readonly destination: string;
  /** Schema and table for `source`. */
  readonly sourceNames: string;
  /** Undefined when the table has no key. */
  readonly encodeKey: ((row: TextTuple) => string) | undefined;
  readonly encodeRow: (row: TextTuple) => string;
  readonly keySchema: ConnectSchema | undefined;
  readonly envelopeSchema: ConnectSchema;
}

interface CompiledColumn {
  readonly index: number;
  /** Comma, name and colon. */
  readonly start: string;
  readonly field: ConnectField;
  readonly encode: (text: string) => string;
  readonly ofNull: string;
  readonly unavailable: string;
}

export function compileTable(table: EventTable, config: EnvelopeConfig, phase: Phase): TableEncoder {
  const { schema, name } = table;
  const destination = topicName(config.prefix, schema, name).replaceAll('.', config.topics.delimiter);
  const schemaName = (suffix: string) => adjustSchemaName(`${destination}.${suffix}`, config.adjustment.schema);
  const compile = (column: EventColumn, index: number, ruled: boolean) =>
    compileColumn(column, index, config, phase, ruled ? `${schema}.${name}.${column.name}` : undefined);
  const indexed = table.columns.map((column, index) => ({ column, index }));
  const shown = indexed.filter(({ column }) => config.includesColumn(`${schema}.${name}.${column.name}`));
  const columns = shown.flatMap(({ column, index }) => compile(column, index, true) ?? []);
  const keys = keyColumns(table, config).flatMap((key) => {
    const found = indexed.find(({ column }) => column.name === key);
    return (found && compile(found.column, found.index, false)) ?? [];
  });
  const rowSchema = fieldsSchema(columns, { optional: true, name: schemaName('Value') });
  return {
    table,
    destination,
    sourceNames: sourceNames(schema, name),
    encodeKey: keys.length === 0 ? undefined : encoderOf(keys),
    encodeRow: encoderOf(columns),
    keySchema: keys.length === 0 ? undefined : fieldsSchema(keys, { name: schemaName('Key') }),
    envelopeSchema: envelopeSchema(rowSchema, schemaName('Envelope')),
  };
}

function keyColumns(table: EventTable, config: EnvelopeConfig): readonly string[] {
  const chosen = config.keyColumns.flatMap((matches) =>
    table.columns.map(({ name }) => name).filter((column) => matches(`${table.schema}.${table.name}.${column}`)),
  );
  return chosen.length > 0 ? chosen : table.key;
}

function compileColumn(
  column: EventColumn,
  index: number,
  config: EnvelopeConfig,
  phase: Phase,
  ruledName: string | undefined,
): CompiledColumn | undefined {
  const converter = resolveConverter(column, config.modes, phase);
  if (converter === undefined) return undefined;
  const rule = ruledName === undefined ? undefined : config.columnRules.find(({ matches }) => matches(ruledName));
  const defaultJson = encodeDefault(column, converter);
  const ruled = rule === undefined ? converter : applyRule(column, converter, rule);
  const ofNull = ruled.ofNull ?? defaultJson ?? (column.optional ? 'null' : ruled.fallback);
  const { encode } = ruled;
  const schema = { ...ruled.schema, ...(column.optional ? { optional: true } : {}), defaultJson };
  const name = adjustFieldName(column.name, config.adjustment.field);
  return {
    index,
    start: `,${quoteJson(name)}:`,
    field: { name, schema },
    // A value that its schema cannot hold is null, and Kafka's converter shows a default for every null.
    encode: ofNull === 'null' ? encode : (text) => orDefault(encode(text), ofNull),
    ofNull,
    unavailable: orDefault(ruled.unavailable, ofNull),
  };
}

const orDefault = (json: string, ofNull: string) => (json === 'null' ? ofNull : json);

/** Structures cannot be defaults in Kafka Connect (KAFKA-12694). */
function encodeDefault(column: EventColumn, converter: ValueConverter): string | undefined {
  const text = parseDefault(column);
  if (text === undefined || converter.schema.type === 'struct') return undefined;
  const json = converter.encode(text);
  return json === 'null' ? undefined : json;
}

/** The loop through which every value of every event goes. */
function encoderOf(columns: readonly CompiledColumn[]): (row: TextTuple) => string {
  if (columns.length === 0) return () => '{}';
  return (row) => {
    let json = '';
    for (const column of columns) {
      const text = row[column.index];
      if (typeof text === 'string') json += column.start + column.encode(text);
      else json += column.start + (text === null ? column.ofNull : column.unavailable);
    }
    return `{${json.slice(1)}}`;
  };
}

const fieldsSchema = (columns: readonly CompiledColumn[], more: Partial<ConnectSchema>): ConnectSchema => ({
  type: 'struct',
  fields: columns.map(({ field }) => field),
  ...more,
});

export const transactionBlockSchema: ConnectSchema = struct(
  { id: { type: 'string' }, total_order: { type: 'int64' }, data_collection_order: { type: 'int64' } },
  { name: 'event.block', version: 1 },
);

const envelopeSchema = (row: ConnectSchema, name: string): ConnectSchema => {
  const time = optional({ type: 'int64' });
  return {
    ...named('struct', name, { version: 2 }),
    ...struct({
      before: row,
      after: row,
      source: sourceSchema,
      transaction: optional(transactionBlockSchema),
      op: { type: 'string' },
      ts_ms: time,
      ts_us: time,
      ts_ns: time,
    }),
  };
};
