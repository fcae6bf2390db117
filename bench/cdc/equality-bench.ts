import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startPostgres } from '@overgrow/test';
import pg from 'pg';
import type { Comparison } from '../comparison.ts';
import { buildPeer, startPeer } from './debezium-peer-process.ts';
import { compareEvents, isSnapshot, parseEvent, type EqualityResult, type EventJson } from './equal-events.ts';
import { createRandom, randomChanges } from './random-changes.ts';

const run = promisify(execFile);

interface Case {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly tables: readonly string[];
  readonly changes: readonly string[];
}

/** What is different on purpose; each with its reason. The comparison leaves out what it names. */
export const deviations: readonly string[] = [
  'dates before Christ and infinite dates in snapshots and arrays: upstream reads them with its driver, which loses the era; ours are what the stream says',
  'the name under which messages of a transaction are counted: upstream prints a Java object with its address',
  'snapshot reads: the place in the log and the transaction are those of each side’s own slot',
];

/**
 * The same server, two slots, the same changes: Debezium's engine and `overgrow cdc capture`, event by event. Only times, the
 * version and the id of the run are left out.
 */
export async function runEqualityBench(
  options: { readonly changes?: number; readonly seed?: number; readonly onProgress?: (line: string) => void } = {},
): Promise<Comparison> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'overgrow-equality-'));
  const seed = options.seed ?? 20_261_125;
  try {
    const classPath = await buildPeer(process.env['OVERGROW_DEBEZIUM'] ?? path.join(folder, 'peer'));
    await using server = await startPostgres();
    const results: { readonly name: string; readonly result: EqualityResult }[] = [];
    for (const one of await cases(seed, options.changes ?? 2000)) {
      const result = await compareCase(one, server.url(), folder, classPath);
      options.onProgress?.(`${one.name}: ${result.equal} of ${result.events}`);
      results.push({ name: one.name, result });
    }
    const total = (pick: (result: EqualityResult) => number) =>
      results.reduce((sum, { result }) => sum + pick(result), 0);
    return {
      title: `Change events equal to Debezium 3.6.1: ${total(({ equal }) => equal)} of ${total(({ events }) => events)} (seed ${seed})`,
      baseline: '',
      rows: results.map(({ name, result }) => ({ name, figures: { events: result.events, equal: result.equal } })),
      notes: [
        ...deviations.map((deviation) => `left out on purpose: ${deviation}`),
        ...results.flatMap(({ name, result }) =>
          result.differences
            .slice(0, 10)
            .map(({ index, path: at, debezium, ours }) => `${name} #${index} ${at}: ${debezium} / ours ${ours}`),
        ),
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function cases(seed: number, changes: number): Promise<readonly Case[]> {
  const read = async (name: string) =>
    (await readFile(path.join(import.meta.dirname, name), 'utf8'))
      .split(/;\n/)
      .filter((statement) => statement.trim() !== '');
  const zoo = { tables: await read('zoo-tables.sql'), changes: await read('zoo-changes.sql') };
  const random = randomChanges(createRandom(seed), changes);
  const wild = { tables: [...random.tables, 'create table zz_end (id int primary key)'], changes: random.transactions };
  const schemas = { 'converter.schemas.enable': 'true' };
  return [
    { name: 'types, as they are by default', properties: {}, ...zoo },
    {
      name: 'types: string, connect, hex, map, unknown, all operations, transactions',
      properties: {
        'decimal.handling.mode': 'string',
        'time.precision.mode': 'connect',
        'binary.handling.mode': 'hex',
        'hstore.handling.mode': 'map',
        'interval.handling.mode': 'string',
        'include.unknown.datatypes': 'true',
        'provide.transaction.metadata': 'true',
        'skipped.operations': 'none',
      },
      ...zoo,
    },
    {
      name: 'types: double, isostring, base64, no tombstones, no context headers',
      properties: {
        'decimal.handling.mode': 'double',
        'time.precision.mode': 'isostring',
        'binary.handling.mode': 'base64',
        'tombstones.on.delete': 'false',
        'extended.headers.enabled': 'false',
      },
      ...zoo,
    },
    {
      name: 'types: microseconds, base64 for URLs, Avro names, messages left out',
      properties: {
        'time.precision.mode': 'microseconds',
        'binary.handling.mode': 'base64-url-safe',
        'include.unknown.datatypes': 'true',
        'schema.name.adjustment.mode': 'avro',
        'field.name.adjustment.mode': 'avro',
        'message.prefix.exclude.list': 'non.*',
      },
      ...zoo,
    },
    {
      name: 'types: nanoseconds, own placeholder, inserts and deletes skipped',
      properties: {
        'time.precision.mode': 'nanoseconds',
        'unavailable.value.placeholder': 'nope',
        'skipped.operations': 'c,d,t',
      },
      ...zoo,
    },
    {
      name: 'types: microseconds of times, unchanged rows skipped, columns masked, hashed, cut, left out, other keys',
      properties: {
        'time.precision.mode': 'adaptive_time_microseconds',
        'skip.messages.without.change': 'true',
        'column.mask.with.5.chars': 'public.texts.v,public.texts.e,public.plain.name',
        'column.mask.hash.SHA-256.with.salt.pepper': 'public.texts.t,public.texts.c',
        'column.mask.hash.v2.SHA-256.with.salt.pepper': 'public.texts.v0',
        'column.truncate.to.3.chars': 'public.texts.y,public.texts.j,public.pair.a',
        'column.exclude.list': 'public.arrays.t.*',
        'message.key.columns': 'public.keyless:v;public.pair:b',
      },
      ...zoo,
    },
    { name: 'types with schemas', properties: { ...schemas, 'provide.transaction.metadata': 'true' }, ...zoo },
    {
      name: 'types with schemas in other modes',
      properties: {
        ...schemas,
        'decimal.handling.mode': 'string',
        'time.precision.mode': 'isostring',
        'binary.handling.mode': 'hex',
        'hstore.handling.mode': 'map',
        'interval.handling.mode': 'string',
        'include.unknown.datatypes': 'true',
        'column.mask.with.5.chars': 'public.texts.v',
      },
      ...zoo,
    },
    { name: 'random changes of random tables', properties: { 'provide.transaction.metadata': 'true' }, ...wild },
    { name: 'random changes with schemas', properties: schemas, ...wild },
  ];
}

let databases = 0;

async function compareCase(one: Case, serverUrl: string, folder: string, classPath: string): Promise<EqualityResult> {
  const database = `equality_${(databases += 1)}`;
  await query(serverUrl, [`create database ${database}`]);
  const url = Object.assign(new URL(serverUrl), { pathname: `/${database}` }).href;
  await query(url, [...one.tables, 'create publication dbz_publication for tables in schema public']);
  const output = path.join(folder, `${database}.ndjson`);
  const ours = (extra: readonly string[], file: string) =>
    captureOurs(url, one.properties, extra, path.join(folder, file));
  const properties = {
    'topic.prefix': 'shop',
    'schema.include.list': 'public',
    'publication.autocreate.mode': 'disabled',
    'converter.schemas.enable': 'false',
    ...one.properties,
    ...schemasOfAllConverters(one.properties),
  };
  const peer = await startPeer({ classPath, folder, url, slot: `peer_${database}`, properties, output });
  try {
    await waitFor(() => found(url, `select from pg_replication_slots where slot_name = 'peer_${database}' and active`));
    const snapshot = await ours(['--snapshot', 'only'], `${database}-snapshot.ndjson`);
    await query(url, [
      `select pg_create_logical_replication_slot('ours_${database}', 'pgoutput')`,
      ...one.changes,
      'insert into zz_end values (1)',
    ]);
    const complete = one.properties['skipped.operations']?.includes('c') === true ? undefined : 'shop.public.zz_end';
    await waitFor(async () =>
      complete === undefined ? settled(output) : (await readFile(output, 'utf8').catch(() => '')).includes(complete),
    );
    const stream = await ours(['--snapshot', 'never', '--slot', `ours_${database}`], `${database}-stream.ndjson`);
    await peer.stop();
    const theirs = await parseLines(output);
    return compareEvents(
      [...theirs.filter(isSnapshot), ...theirs.filter((event) => !isSnapshot(event))],
      [...snapshot, ...stream],
    );
  } finally {
    await peer.stop();
    await query(url, [
      `select pg_terminate_backend(active_pid) from pg_replication_slots where database = '${database}' and active_pid is not null`,
      `select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '${database}' and active_pid is null`,
    ]);
  }
}

/** The engine has a converter each for keys, values and headers. */
function schemasOfAllConverters(properties: Readonly<Record<string, string>>): Record<string, string> {
  const enabled = properties['converter.schemas.enable'] ?? 'false';
  return Object.fromEntries(['key', 'value', 'header'].map((part) => [`${part}.converter.schemas.enable`, enabled]));
}

async function captureOurs(
  url: string,
  properties: Readonly<Record<string, string>>,
  extra: readonly string[],
  file: string,
): Promise<EventJson[]> {
  const cli = path.join(import.meta.dirname, '../../cli/main.ts');
  const given = Object.entries(properties).flatMap(([name, value]) => ['--debezium', `${name}=${value}`]);
  const args = ['cdc', 'capture', '--source', url, '--tables', 'public.*', '--prefix', 'shop', '--to', `file:${file}`];
  await run(process.execPath, ['--conditions=overgrow-source', cli, ...args, ...given, ...extra, '--until-caught-up']);
  return parseLines(file);
}

const parseLines = async (file: string) =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map(parseEvent);

async function query(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function found(url: string, statement: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return ((await client.query(statement)).rowCount ?? 0) > 0;
  } finally {
    await client.end();
  }
}

const pauseMs = 200;
const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs));

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1500; tries += 1) {
    if (await condition()) return;
    await pause();
  }
  throw new Error('the peer did not come to the end within five minutes');
}

/** Nothing new for three seconds. */
async function settled(file: string): Promise<boolean> {
  const before = (await readFile(file)).length;
  for (let tries = 0; tries < 15; tries += 1) await pause();
  return (await readFile(file)).length === before;
}
