import { createTestDatabase, type TestDatabase } from '@overgrow/test';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { systemClock } from '@overgrow/core';
import { parseProperties } from '../debezium/parse-properties.ts';
import type { ChangeEvent } from '../envelope/change-event.ts';
import type { EventSink } from '../transport/event-sink.ts';
import { openFileSink } from '../transport/file-sink.ts';
import { capture, type CaptureOptions } from './capture-source.ts';

const schema = `
  create table plain (id bigint primary key, name varchar(20), big text);
  create table whole (id int primary key, note text, big text);
  alter table whole replica identity full;
  create table by_index (id int primary key, u int not null unique, t text);
  alter table by_index replica identity using index by_index_u_key;
  create table pair (b int, a text, v int, primary key (a, b));
  create table keyless (v int default 7);`;

interface Run {
  readonly lines: readonly ChangeEvent[];
  readonly end: string;
}

/** A sink in memory that counts what is committed. */
function memorySink(): EventSink & { readonly events: ChangeEvent[] } {
  const events: ChangeEvent[] = [];
  return {
    events,
    resumeAt: undefined,
    write: async (batch) => void events.push(...batch),
    commit: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

function optionsFor(
  database: TestDatabase,
  more: Partial<CaptureOptions> & { debezium?: Record<string, string> } = {},
) {
  const given = { 'topic.prefix': 'shop', 'table.include.list': 'public\\..*', ...more.debezium };
  const result = parseProperties(new Map(Object.entries(given)));
  if (result.kind === 'faults') throw new Error(result.faults.join('\n'));
  return {
    url: database.bridgeUrl,
    properties: result.properties,
    version: '3.6.1.Final',
    slot: undefined,
    publication: 'dbz_publication',
    snapshot: 'never',
    until: { caughtUp: true, events: undefined },
    openSink: async () => memorySink(),
    clock: systemClock,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...more,
  } satisfies CaptureOptions & { debezium?: unknown };
}

async function run(database: TestDatabase, more: Parameters<typeof optionsFor>[1] = {}): Promise<Run> {
  const sink = memorySink();
  const { end } = await capture(optionsFor(database, { openSink: async () => sink, ...more }));
  return { lines: sink.events, end };
}

/** A slot before the statements, the events after them. */
async function captured(
  statements: readonly string[],
  debezium: Record<string, string> = {},
): Promise<readonly ChangeEvent[]> {
  await using database = await createTestDatabase(inject('postgresUrl'), schema);
  const client = await database.connect();
  await using slot = await keptSlot(database);
  await run(database, { slot: slot.name, debezium });
  for (const statement of statements) await client.query(statement);
  return (await run(database, { slot: slot.name, debezium })).lines;
}

async function keptSlot(database: TestDatabase) {
  const client = await database.connect(database.superuserUrl);
  const name = `capture_${database.name}`;
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [
        name,
      ]);
    },
  };
}

interface Json {
  readonly [name: string]: unknown;
  readonly op?: string;
  readonly source?: {
    readonly txId?: number;
    readonly lsn?: number;
    readonly sequence?: string;
    readonly snapshot?: string;
  };
}
const valueOf = (event: ChangeEvent | undefined) => JSON.parse(event?.value ?? 'null') as Json;

function brief({ destination, key, value, headers }: ChangeEvent): string {
  const op = value === null ? 'tombstone' : (valueOf({ destination, key, value, headers }).op ?? '');
  const own = Object.keys(JSON.parse(headers) as object).filter((name) => !name.includes('context'));
  return [destination, key ?? '', op, ...own].join(' ');
}

test('insert, update, delete, key change, unchanged TOAST, identities and truncate are as Debezium says them', async () => {
  const big = `(select string_agg(md5(n::text), '') from generate_series(1, 500) n)`;
  const events = await captured(
    [
      `insert into plain values (1, 'one', ${big})`,
      `update plain set name = 'two' where id = 1`,
      `update plain set id = 9007199254740993 where id = 1`,
      `delete from plain`,
      `insert into whole values (1, 'a', ${big})`,
      `update whole set note = 'b'`,
      `delete from whole`,
      `insert into by_index values (1, 10, 'a')`,
      `delete from by_index`,
      `insert into pair values (1, 'x', 2)`,
      `insert into keyless values (null)`,
      `truncate plain, pair`,
    ],
    { 'skipped.operations': 'none' },
  );
  expect(events.map(brief)).toEqual([
    'shop.public.plain {"id":1} c',
    'shop.public.plain {"id":1} u',
    'shop.public.plain {"id":1} d __debezium.newkey',
    'shop.public.plain {"id":1} tombstone __debezium.newkey',
    'shop.public.plain {"id":9007199254740993} c __debezium.oldkey',
    'shop.public.plain {"id":9007199254740993} d',
    'shop.public.plain {"id":9007199254740993} tombstone',
    'shop.public.whole {"id":1} c',
    'shop.public.whole {"id":1} u',
    'shop.public.whole {"id":1} d',
    'shop.public.whole {"id":1} tombstone',
    'shop.public.by_index {"id":1} c',
    // The log has the index's column only; Debezium fills what must not be null.
    'shop.public.by_index {"id":0} d',
    'shop.public.by_index {"id":0} tombstone',
    'shop.public.pair {"a":"x","b":1} c',
    'shop.public.keyless  c',
    'shop.public.plain  t',
    'shop.public.pair  t',
  ]);
  const values = events.map(valueOf);
  expect(Object.keys(values[0] ?? {}).join(' ')).toBe('before after source transaction op ts_ms ts_us ts_ns');
  expect(Object.keys(values[0]?.source ?? {}).join(' ')).toBe(
    'version connector name ts_ms snapshot db sequence ts_us ts_ns schema table txId lsn xmin origin origin_lsn',
  );
  expect(values[1]).toMatchObject({ before: null, after: { name: 'two', big: '__debezium_unavailable_value' } });
  expect(values[2]).toMatchObject({ before: { id: 1, name: null, big: null }, after: null });
  expect(events[4]?.value).toContain('"after":{"id":9007199254740993,"name":"two"');
  const large = (values[7]?.['after'] as { big?: string } | undefined)?.big;
  expect(large).toHaveLength(16_000);
  expect(values[8]).toMatchObject({ before: { note: 'a', big: large }, after: { note: 'b', big: large } });
  // A null where the column has a default is shown as the default, as Kafka's converter does.
  expect(values[15]).toMatchObject({ after: { v: 7 } });
  expect(JSON.parse(events[0]?.headers ?? '')).toMatchObject({
    '__debezium.context.connectorLogicalName': 'shop',
    '__debezium.context.connectorName': 'postgresql',
  });
});

test('transactions and messages: ids, counts, order, and the commit before in the sequence', async () => {
  const events = await captured(
    [
      `begin; insert into plain values (1), (2); insert into keyless values (1);
       select pg_logical_emit_message(true, 'in', 'side'); commit`,
      `select pg_logical_emit_message(false, 'out', 'side')`,
      `insert into plain values (3)`,
    ],
    { 'provide.transaction.metadata': 'true' },
  );
  const values = events.map(valueOf);
  expect(events.map(({ destination }) => destination.slice(5))).toEqual([
    'transaction',
    'public.plain',
    'public.plain',
    'public.keyless',
    'message',
    'transaction',
    'message',
    'transaction',
    'public.plain',
    'transaction',
  ]);
  const xid = values[1]?.source?.txId;
  const lsns = values.slice(1, 5).map(({ source }) => source?.lsn);
  expect(values.slice(1, 5).map((value) => value['transaction'])).toEqual([
    { id: `${xid}:${lsns[0]}`, total_order: 1, data_collection_order: 1 },
    { id: `${xid}:${lsns[1]}`, total_order: 2, data_collection_order: 2 },
    { id: `${xid}:${lsns[2]}`, total_order: 3, data_collection_order: 1 },
    { id: `${xid}:${lsns[3]}`, total_order: 4, data_collection_order: 1 },
  ]);
  expect(values[5]).toMatchObject({ status: 'END', event_count: 4 });
  expect(values[4]).toMatchObject({ op: 'm', message: { prefix: 'in', content: 'c2lkZQ==' }, source: { txId: xid } });
  expect(values[6]).toMatchObject({ op: 'm', transaction: null, source: { txId: null, schema: '', table: '' } });
  // A message outside of a transaction is its own commit, for itself too.
  const { lsn, sequence = '' } = values[6]?.source ?? {};
  expect(JSON.parse(sequence)).toEqual([String(lsn), String(lsn)]);
  expect(JSON.parse(values[8]?.source?.sequence ?? '')).toEqual([String(lsn), String(values[8]?.source?.lsn)]);
});

test('the snapshot marks first and last rows and goes over into the stream, without a gap and without doubles', async () => {
  await using database = await createTestDatabase(inject('postgresUrl'), schema);
  const client = await database.connect();
  await client.query(`
    insert into keyless values (1); insert into pair values (1, 'a', 1), (2, 'b', 2);
    insert into plain select n, 'row ' || n from generate_series(1, 500) n`);
  const sink = memorySink();
  let meanwhile: Promise<unknown> | undefined;
  const stop = new AbortController();
  const running = capture(
    optionsFor(database, {
      snapshot: 'initial',
      signal: stop.signal,
      until: { caughtUp: false, events: 506 },
      openSink: async () => sink,
      // What is written while the snapshot is read comes once, from the stream.
      onProgress: () => {
        meanwhile ??= client.query(
          `update plain set name = 'late' where id = 500; insert into plain values (501); delete from plain where id = 1`,
        );
      },
    }),
  );
  expect(await running).toEqual({ end: 'enough', events: 506 });
  await meanwhile;
  const marks = sink.events.map((event) => `${event.destination.slice(12)} ${valueOf(event).source?.snapshot}`);
  expect(marks.slice(0, 4)).toEqual([
    'keyless last_in_data_collection',
    'pair first_in_data_collection',
    'pair last_in_data_collection',
    'plain first_in_data_collection',
  ]);
  expect(marks[502]).toBe('plain last');
  expect(sink.events.slice(503).map(brief)).toEqual([
    'shop.public.plain {"id":500} u',
    'shop.public.plain {"id":501} c',
    'shop.public.plain {"id":1} d',
  ]);
});

test('a table that changes its columns in the stream is shown as it was at each row', async () => {
  const events = await captured([
    `insert into plain values (1, 'a')`,
    `alter table plain add column extra int default 5`,
    `insert into plain values (2, 'b')`,
    `alter table plain drop column name`,
    `insert into plain values (3)`,
  ]);
  expect(events.map((event) => Object.keys(valueOf(event)['after'] as object).join())).toEqual([
    'id,name,big',
    'id,name,big,extra',
    'id,big,extra',
  ]);
});

test('any interleaving of transactions, stopped at any event and gone on from: each event once, in order', async () => {
  await using database = await createTestDatabase(inject('postgresUrl'), schema);
  const folder = await mkdtemp(join(tmpdir(), 'overgrow-capture-'));
  const path = join(folder, 'events.ndjson');
  const superuser = await database.connect(database.superuserUrl);
  const name = `capture_${database.name}`;
  const whole = `whole_${database.name}`;
  const openSink = (source: string | undefined) => openFileSink(path, source);
  try {
    await capture(optionsFor(database, { slot: name, openSink }));
    await superuser.query(`select pg_copy_logical_replication_slot($1, $2)`, [name, whole]);
    const random = seeded(Number(process.env['OVERGROW_SEED'] ?? Date.now()));
    const clients = await Promise.all([1, 2, 3].map(() => database.connect()));
    for (let round = 0; round < 4; round += 1) {
      await interleave(clients, random, round);
      // Stops in the middle of whatever is next; what lies behind the last commit to the file is cut off, as after a crash.
      const stop = 1 + random(9);
      await capture(optionsFor(database, { slot: name, openSink, until: { caughtUp: true, events: stop } }));
      await crashBehind(path, random);
    }
    await capture(optionsFor(database, { slot: name, openSink }));
    const { lines } = await run(database, { slot: whole });
    const place = (event: { key: unknown; value: Json | null }) => [
      event.key,
      event.value?.op,
      event.value?.source?.lsn,
    ];
    const got = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: unknown; value: Json | null });
    const expected = lines.map(({ key, value }) => ({
      key: JSON.parse(key ?? 'null') as unknown,
      value: JSON.parse(value ?? 'null') as Json | null,
    }));
    expect(got.map(place)).toEqual(expected.map(place));
    expect(got.length).toBeGreaterThan(20);
  } finally {
    await superuser.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database()',
    );
    await rm(folder, { recursive: true });
  }
}, 240_000);

/** Transactions that begin, write several rows by one statement, and end in any order. */
async function interleave(
  clients: Awaited<ReturnType<TestDatabase['connect']>>[],
  random: (below: number) => number,
  round: number,
) {
  const open = new Set<number>();
  for (let step = 0; step < 14; step += 1) {
    const at = random(clients.length);
    const client = clients[at];
    if (client === undefined) continue;
    if (!open.has(at)) await client.query('begin');
    open.add(at);
    const id = round * 1000 + step * 10;
    await client.query(`insert into plain select ${id} + n, 'r' from generate_series(1, ${1 + random(3)}) n`);
    if (random(3) > 0) continue;
    await client.query(random(4) === 0 ? 'rollback' : 'commit');
    open.delete(at);
  }
  for (const at of open) await clients[at]?.query('commit');
}

/** Bytes behind the committed position, such as a killed process leaves. */
async function crashBehind(path: string, random: (below: number) => number): Promise<void> {
  if (random(2) === 0) return;
  await appendFile(path, '{"destination":"half a li');
}

const seeded = (seed: number) => {
  let state = seed % 2_147_483_647 || 1;
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
};

test('a slot that is missing its publication or tables says so; an unknown sink position is refused', async () => {
  await using database = await createTestDatabase(inject('postgresUrl'), schema);
  await expect(run(database, { debezium: { 'table.include.list': 'public.nothing' } })).rejects.toMatchObject({
    code: 'CDC_NOT_PREPARED',
  });
});

test('heartbeats come at once, and a signal ends a run that waits', async () => {
  await using database = await createTestDatabase(inject('postgresUrl'), schema);
  const stop = new AbortController();
  const sink = memorySink();
  const running = capture(
    optionsFor(database, {
      debezium: { 'heartbeat.interval.ms': '60000' },
      until: { caughtUp: false, events: undefined },
      openSink: async () => sink,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    }),
  );
  expect(await running).toEqual({ end: 'stopped', events: 1 });
  expect(sink.events.map(({ destination, key }) => [destination, key])).toEqual([
    ['__debezium-heartbeat.shop', '{"serverName":"shop"}'],
  ]);
});
