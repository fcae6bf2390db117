import { expect, test } from 'vitest';
import { compileTable } from '../envelope/table-encoder.ts';
import { parseProperties, type CaptureProperties } from './parse-properties.ts';

function parse(properties: Record<string, string>): CaptureProperties {
  const result = parseProperties(new Map(Object.entries({ 'topic.prefix': 'shop', ...properties })));
  if (result.kind === 'faults') throw new Error(result.faults.join('\n'));
  return result.properties;
}

const faultsOf = (properties: Record<string, string>) => {
  const result = parseProperties(new Map(Object.entries(properties)));
  return result.kind === 'faults' ? result.faults : [];
};

test('all faults are told at once: unknown names, what is not supported, values that do not exist', () => {
  expect(
    faultsOf({
      'decimal.handling.mod': 'string',
      transforms: 'unwrap',
      'time.precision.mode': 'microsecond',
      'tombstones.on.delete': 'yes',
      'table.include.list': 'public.(',
    }),
  ).toEqual([
    `Debezium's PostgreSQL connector has no property "decimal.handling.mod". Did you mean "decimal.handling.mode"?`,
    `Debezium's property "transforms" is known but not supported here.`,
    `"microsecond" is no value of time.precision.mode. Did you mean "microseconds"?`,
    '"yes" is no value of tombstones.on.delete. Known here: true, false.',
    '"public.(" of table.include.list is no list of regular expressions.',
  ]);
});

test('a connector as people have it is taken, with the database it names', () => {
  const { url, slot, snapshot, envelope } = parse({
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    'database.hostname': 'db',
    'database.port': '5433',
    'database.user': 'me',
    'database.password': 'p@ss',
    'database.dbname': 'shop',
    'plugin.name': 'pgoutput',
    'slot.name': 'debezium',
    'snapshot.mode': 'no_data',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    'max.batch.size': '2048',
    'skipped.operations': 'none',
  });
  expect({ url, slot, snapshot }).toEqual({
    url: 'postgres://me:p%40ss@db:5433/shop',
    slot: 'debezium',
    snapshot: 'never',
  });
  expect([...envelope.skipped]).toEqual([]);
});

test('tables and columns are chosen by patterns over their whole names', () => {
  const { includesTable } = parse({
    'schema.exclude.list': 'audit',
    'table.include.list': 'public\\..*,audit.log',
  }).envelope;
  expect(['public.a', 'xpublic.a', 'audit.log', 'pg_catalog.pg_class'].map(includesTable)).toEqual([
    true,
    false,
    false,
    false,
  ]);
  const { includesColumn } = parse({ 'column.exclude.list': 'public.users.pass.*' }).envelope;
  expect(['public.users.password', 'public.users.name'].map(includesColumn)).toEqual([false, true]);
});

test('columns are masked, hashed and cut; a mask hides nulls too; the key keeps its value', () => {
  const { envelope } = parse({
    'column.mask.with.3.chars': 'public.t.secret',
    'column.mask.hash.SHA-256.with.salt.pepper': 'public.t.mail',
    'column.mask.hash.v2.SHA-256.with.salt.pepper': 'public.t.mail2',
    'column.truncate.to.2.chars': 'public.t.long,public.t.id',
    'message.key.columns': 'public.t:name',
  });
  const text = { oid: 25, name: 'text', kind: 'base', labels: [], element: undefined } as const;
  const names = ['id', 'secret', 'mail', 'mail2', 'long', 'name'];
  const column = (name: string) =>
    ({ name, type: text, modifier: -1, optional: true, defaultExpression: undefined, declared: 'text' }) as const;
  const config = { ...envelope, database: 'd', version: 'v', runId: 'r' };
  const table = compileTable(
    { schema: 'public', name: 't', columns: names.map(column), key: ['id'] },
    config,
    'stream',
  );
  expect(JSON.parse(table.encodeRow(['12345', 's', 'a', 'a', 'abc', 'n']))).toEqual({
    id: '12',
    secret: '***',
    // Salt, and the value as java.io.ObjectOutputStream writes a string, or as it is.
    mail: '7c7fdcfb384969d9cecbe908e55eaa969fb1eef39d2cdf021bc20fd2ce9049c7',
    mail2: 'fb8da7c36f20f5b8ba6d0bc9a48de23ded12995435364e39efb226ed8e81cce6',
    long: 'ab',
    name: 'n',
  });
  expect(JSON.parse(table.encodeRow([null, null, null, null, null, null]))).toMatchObject({
    secret: '***',
    mail: null,
  });
  expect(table.encodeKey?.(['12345', 's', 'a', 'a', 'abc', 'n'])).toBe('{"name":"n"}');
});
