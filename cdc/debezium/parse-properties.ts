import { createHash } from 'node:crypto';
import { didYouMean } from '@overgrow/core';
import { parsePatterns, type ColumnRule, type NamePattern } from '../envelope/column-rules.ts';
import type { EnvelopeConfig } from '../envelope/envelope-config.ts';
import { topicName, type Adjustment } from '../envelope/name-rules.ts';
import { createPropertyReader, type PropertyReader } from './property-reader.ts';
import { columnProperties, idleProperties, refusedProperties, usedProperties } from './property-names.ts';

/** What Debezium's properties ask for, besides how events look. */
export interface CaptureProperties {
  readonly envelope: Omit<EnvelopeConfig, 'database' | 'version' | 'runId'>;
  readonly slot: string | undefined;
  readonly publication: string | undefined;
  readonly createPublication: 'filtered' | 'all_tables' | 'disabled';
  readonly publishViaRoot: boolean;
  readonly snapshot: 'initial' | 'never' | 'only' | undefined;
  readonly heartbeatMs: number;
  /** Where a connector's properties say so. */
  readonly url: string | undefined;
}

export type PropertiesResult =
  | { readonly kind: 'valid'; readonly properties: CaptureProperties }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** Reads properties under Debezium's names. @returns all faults at once: unknown names, values outside of their choices. */
export function parseProperties(given: ReadonlyMap<string, string>): PropertiesResult {
  const faults = [...given.keys()].flatMap((name) => nameFault(name) ?? []);
  const reader = createPropertyReader(given, faults);
  const properties = compile(reader, given);
  return faults.length === 0 ? { kind: 'valid', properties } : { kind: 'faults', faults };
}

function nameFault(name: string): string | undefined {
  if ((usedProperties as readonly string[]).includes(name)) return undefined;
  if (Object.values(columnProperties).some((pattern) => pattern.test(name))) return undefined;
  if (idleProperties.some((pattern) => pattern.test(name))) return undefined;
  if (refusedProperties.some((pattern) => pattern.test(name))) {
    return `Debezium's property "${name}" is known but not supported here.`;
  }
  const near = didYouMean(name, [...usedProperties, 'column.mask.with.12.chars', 'column.truncate.to.20.chars']);
  return `Debezium's PostgreSQL connector has no property "${name}".${near === undefined ? '' : ` ${near}`}`;
}

const adjustments = ['none', 'avro', 'avro_unicode'] as const satisfies readonly Adjustment[];

function compile(reader: PropertyReader, given: ReadonlyMap<string, string>): CaptureProperties {
  const { text, flag, whole, choice } = reader;
  const prefix = text('topic.prefix') ?? '';
  const delimiter = text('topic.delimiter') ?? '.';
  const schemas = flag('converter.schemas.enable', false);
  const heartbeatPrefix = text('topic.heartbeat.prefix') ?? text('heartbeat.topics.prefix') ?? '__debezium-heartbeat';
  return {
    envelope: {
      prefix,
      modes: {
        decimal: choice('decimal.handling.mode', ['precise', 'double', 'string']),
        time: choice('time.precision.mode', [
          'adaptive',
          'adaptive_time_microseconds',
          'connect',
          'isostring',
          'microseconds',
          'nanoseconds',
        ]),
        binary: choice('binary.handling.mode', ['bytes', 'base64', 'base64-url-safe', 'hex']),
        hstore: choice('hstore.handling.mode', ['json', 'map']),
        interval: choice('interval.handling.mode', ['numeric', 'string']),
        moneyFractionDigits: whole('money.fraction.digits', 2),
        includeUnknown: flag('include.unknown.datatypes', false),
        placeholder: placeholder(text('unavailable.value.placeholder')),
      },
      schemas: {
        key: flag('key.converter.schemas.enable', schemas),
        value: flag('value.converter.schemas.enable', schemas),
        headers: flag('header.converter.schemas.enable', schemas),
      },
      tombstones: flag('tombstones.on.delete', true),
      contextHeaders: flag('extended.headers.enabled', true),
      transactionMetadata: flag('provide.transaction.metadata', false),
      skipped: skippedOperations(text('skipped.operations'), reader),
      skipUnchanged: flag('skip.messages.without.change', false),
      topics: {
        delimiter,
        transaction: text('topic.transaction') ?? 'transaction',
        heartbeat: text('topic.heartbeat.name') ?? topicName(`${heartbeatPrefix}${delimiter}${prefix}`),
      },
      adjustment: {
        schema: choice('schema.name.adjustment.mode', adjustments),
        field: choice('field.name.adjustment.mode', adjustments),
      },
      includesTable: includesTable(reader),
      includesColumn: listed(reader, 'column.include.list', 'column.exclude.list'),
      includesMessage: listed(reader, 'message.prefix.include.list', 'message.prefix.exclude.list'),
      columnRules: columnRules(given, reader),
      keyColumns: keyColumns(text('message.key.columns'), reader),
    },
    slot: text('slot.name'),
    publication: text('publication.name'),
    createPublication: choice('publication.autocreate.mode', ['filtered', 'all_tables', 'disabled']),
    publishViaRoot: flag('publish.via.partition.root', false),
    snapshot: snapshotMode(reader),
    heartbeatMs: whole('heartbeat.interval.ms', 0),
    url: connectionUrl(reader),
  };
}

/** `hex:` in front of it says that the placeholder is written in hexadecimal. */
const placeholder = (value = '__debezium_unavailable_value') =>
  value.startsWith('hex:') ? Buffer.from(value.slice(4), 'hex').toString() : value;

function skippedOperations(
  value: string | undefined,
  reader: PropertyReader,
): ReadonlySet<'c' | 'u' | 'd' | 't' | 'm'> {
  const skipped = new Set<'c' | 'u' | 'd' | 't' | 'm'>();
  for (const operation of (value ?? 't').split(',').map((part) => part.trim().toLowerCase())) {
    if (operation === 'c' || operation === 'u' || operation === 'd' || operation === 't' || operation === 'm') {
      skipped.add(operation);
    } else if (operation !== 'none' && operation !== 'r') {
      reader.refuse('skipped.operations', operation, ['c', 'u', 'd', 't', 'none']);
    }
  }
  return skipped;
}

const everything: NamePattern = () => true;

function listed(
  reader: PropertyReader,
  include: 'column.include.list' | 'message.prefix.include.list' | 'table.include.list' | 'schema.include.list',
  exclude: 'column.exclude.list' | 'message.prefix.exclude.list' | 'table.exclude.list' | 'schema.exclude.list',
): NamePattern {
  const included = reader.patterns(include);
  if (included !== undefined) return included;
  const excluded = reader.patterns(exclude);
  return excluded === undefined ? everything : (name) => !excluded(name);
}

/** By schema and by `schema.table`; the server's own schemas never. */
function includesTable(reader: PropertyReader): NamePattern {
  const bySchema = listed(reader, 'schema.include.list', 'schema.exclude.list');
  const byName = listed(reader, 'table.include.list', 'table.exclude.list');
  return (name) => {
    const schema = name.slice(0, name.indexOf('.'));
    return !/^(pg_|information_schema$)/.test(schema) && bySchema(schema) && byName(name);
  };
}

function keyColumns(value: string | undefined, reader: PropertyReader): readonly NamePattern[] {
  return (value ?? '')
    .split(';')
    .filter((part) => part.trim() !== '')
    .flatMap((part) => {
      const colon = part.indexOf(':');
      if (colon < 1) reader.refuse('message.key.columns', part, ['schema.table:column,column;…']);
      const table = part.slice(0, colon).trim();
      return part
        .slice(colon + 1)
        .split(',')
        .map((column) => parsePatterns(`${table}.${column.trim()}`));
    });
}

function columnRules(given: ReadonlyMap<string, string>, reader: PropertyReader): readonly ColumnRule[] {
  const rules = (['truncate', 'mask', 'hash'] as const).flatMap((kind) =>
    [...given].flatMap(([name, columns]) => {
      const match = columnProperties[kind].exec(name);
      return match === null ? [] : [columnRule(kind, match, reader.compile(name, columns), reader, name)];
    }),
  );
  return rules;
}

function columnRule(
  kind: 'truncate' | 'mask' | 'hash',
  match: RegExpExecArray,
  matches: NamePattern,
  reader: PropertyReader,
  name: string,
): ColumnRule {
  if (kind !== 'hash') return { kind, matches, characters: Number(match[1]) };
  const algorithm = match[2] ?? '';
  try {
    createHash(algorithm.replace('-', '').toLowerCase());
  } catch {
    reader.refuse(name, algorithm, ['SHA-256', 'SHA-512', 'MD5']);
  }
  return { kind, matches, algorithm, salt: match[3] ?? '', version: match[1] === undefined ? 1 : 2 };
}

/** Debezium's words and ours. */
const snapshotModes: Readonly<Record<string, 'initial' | 'never' | 'only'>> = {
  initial: 'initial',
  always: 'initial',
  when_needed: 'initial',
  never: 'never',
  no_data: 'never',
  schema_only: 'never',
  only: 'only',
  initial_only: 'only',
};

function snapshotMode(reader: PropertyReader): 'initial' | 'never' | 'only' | undefined {
  const mode = reader.text('snapshot.mode');
  if (mode === undefined) return undefined;
  const known = snapshotModes[mode.toLowerCase()];
  if (known === undefined) reader.refuse('snapshot.mode', mode, Object.keys(snapshotModes));
  return known;
}

function connectionUrl({ text }: PropertyReader): string | undefined {
  const host = text('database.hostname');
  if (host === undefined) return undefined;
  const url = new URL(`postgres://${host}:${text('database.port') ?? '5432'}/`);
  url.username = text('database.user') ?? '';
  url.password = text('database.password') ?? '';
  url.pathname = `/${encodeURIComponent(text('database.dbname') ?? '')}`;
  return url.href;
}
