import { createTestDatabase } from '@overgrow/test';
import { expect, inject, test } from 'vitest';
import { systemClock } from '@overgrow/core';
import { openSession } from '../connection/session-client.ts';
import { createSlot, dropSlot } from '../source/slot-client.ts';
import { captureEvents } from './capture-source.ts';
import type { ChangeEvent } from './change-event.ts';
import { renderJson } from './json.ts';

const schema = `
  create type mood as enum ('glad', 'sad');
  create domain price as numeric(8,2);
  create table plain (id bigint primary key, name varchar(20), amount price, feeling mood, at timestamptz, big text);
  create table whole (id int primary key, note text, big text);
  alter table whole replica identity full;
  create table pair (b int, a text, v int, primary key (a, b));
  create table keyless (v int);
  create table zoo (
    id int primary key, b bool, s int2, f4 float4, f8 float8, n numeric, c char(4), y bytea, j jsonb, u uuid, d date,
    t time, t3 time(3), tz timetz, ts timestamp, ts3 timestamp(3), ia int[], ta text[], bits bit(10), iv interval);`;

/** Runs statements and gives the events of their transactions, with what differs from run to run left out. */
async function capture(
  statements: readonly string[],
  count: number,
): Promise<{ events: ChangeEvent[]; lines: string[] }> {
  await using database = await createTestDatabase(inject('postgresUrl'), schema);
  const client = await database.connect();
  await using owner = await openSession({ url: database.bridgeUrl, applicationName: 'test' });
  const slot = `capture_${database.name}`;
  await client.query('create publication everything for table plain, whole, pair, keyless, zoo');
  await createSlot(owner.client, slot);
  for (const statement of statements) await client.query(statement);
  const stop = new AbortController();
  const events: ChangeEvent[] = [];
  const stream = captureEvents({
    url: database.bridgeUrl,
    slot,
    publication: 'everything',
    prefix: 'shop',
    version: '0.1.0',
    truncates: true,
    clock: systemClock,
    startAt: 0n,
    signal: stop.signal,
  });
  for await (const some of stream) {
    events.push(...some);
    if (events.length >= count) break;
  }
  stop.abort();
  await dropSlot(owner.client, slot, 0, systemClock);
  return { events, lines: events.map((event) => renderJson(event.value)) };
}

const payload = (line: string | undefined) => JSON.parse(line ?? 'null') as Record<string, unknown>;

test('insert, update, delete, key change, unchanged TOAST and truncate are as Debezium writes them', async () => {
  const { events, lines } = await capture(
    [
      `insert into plain values (1, 'one', 1.5, 'sad', '2024-01-02 03:04:05+01', (select string_agg(md5(n::text), '') from generate_series(1, 500) n))`,
      `update plain set name = 'two' where id = 1`,
      `update plain set id = 9007199254740993 where id = 1`,
      `delete from plain`,
      `insert into whole values (1, 'a', (select string_agg(md5(n::text), '') from generate_series(1, 500) n))`,
      `update whole set note = 'b'`,
      `delete from whole`,
      `truncate plain`,
    ],
    12,
  );
  const short = events.map((event) => {
    const op = event.value === null ? 'tombstone' : JSON.stringify(event.value['op']);
    const extra = Object.keys(event.headers).filter((name) => !name.startsWith('__debezium.context'));
    return [event.destination, renderJson(event.key), op.replaceAll('"', ''), ...extra].join(' ');
  });
  expect(short).toEqual([
    'shop.public.plain {"id":1} c',
    'shop.public.plain {"id":1} u',
    'shop.public.plain {"id":1} d __debezium.newkey',
    'shop.public.plain {"id":1} tombstone',
    'shop.public.plain {"id":9007199254740993} c __debezium.oldkey',
    'shop.public.plain {"id":9007199254740993} d',
    'shop.public.plain {"id":9007199254740993} tombstone',
    'shop.public.whole {"id":1} c',
    'shop.public.whole {"id":1} u',
    'shop.public.whole {"id":1} d',
    'shop.public.whole {"id":1} tombstone',
    'shop.public.plain null t',
  ]);

  const insert = payload(lines[0]);
  expect(Object.keys(insert)).toEqual(['before', 'after', 'source', 'transaction', 'op', 'ts_ms', 'ts_us', 'ts_ns']);
  expect(insert).toMatchObject({
    before: null,
    after: { id: 1, name: 'one', amount: 'AJY=', feeling: 'sad', at: '2024-01-02T02:04:05.000000Z' },
    transaction: null,
  });
  expect(Object.keys(insert['source'] as object)).toEqual(
    'version connector name ts_ms snapshot db sequence ts_us ts_ns schema table txId lsn xmin origin origin_lsn'.split(
      ' ',
    ),
  );
  // The key is unchanged, so the log has no old row; the large value is not in the log either.
  expect(payload(lines[1])).toMatchObject({
    before: null,
    after: { name: 'two', big: '__debezium_unavailable_value' },
  });
  const keyOnly = { name: null, amount: null, feeling: null, at: null, big: null };
  expect(payload(lines[2])).toMatchObject({ before: { id: 1, ...keyOnly }, after: null });
  expect(lines[4]).toContain('"after":{"id":9007199254740993,"name":"two"');
  expect(payload(lines[4])).toMatchObject({ before: null, op: 'c' });
  expect(lines[5]).toContain('"before":{"id":9007199254740993,"name":null');
  // A full old row has the large value, which then stands in the new one too.
  const first = payload(lines[7])['after'] as { big: string };
  expect(first.big).toHaveLength(16_000);
  expect(payload(lines[8])).toMatchObject({ before: { note: 'a', ...first, id: 1 }, after: { ...first, note: 'b' } });
  expect(payload(lines[9])).toMatchObject({ before: { note: 'b', big: first.big }, after: null });
  expect(Object.keys(payload(lines[11]))).toEqual(['source', 'transaction', 'op', 'ts_ms', 'ts_us', 'ts_ns']);
});

test('source names transaction and place: positions rise, and the sequence carries the commit before', async () => {
  const { lines } = await capture(
    [
      `insert into keyless values (1), (2)`,
      `insert into keyless values (3)`,
      `delete from pair`,
      `insert into pair values (1, 'x', 2)`,
    ],
    4,
  );
  const sources = lines.map(
    (line) => payload(line)['source'] as { lsn: number; sequence: string; txId: number; ts_us: number },
  );
  const [a, b, c, d] = sources.map((source) => ({
    ...source,
    sequence: JSON.parse(source.sequence) as (string | null)[],
  }));
  expect([a!.txId === b!.txId, b!.txId === c!.txId]).toEqual([true, false]);
  expect(a!.sequence).toEqual([null, String(a!.lsn)]);
  expect(b!.sequence).toEqual([null, String(b!.lsn)]);
  expect(Number(c!.sequence[0])).toBeGreaterThan(b!.lsn);
  expect(c!.sequence[1]).toBe(String(c!.lsn));
  expect(Number(c!.sequence[0])).toBeLessThan(d!.lsn);
  expect(a!.ts_us).toBeLessThanOrEqual(d!.ts_us);
});

test('the key has its columns in key order; without a key there is none, and no tombstone', async () => {
  const { events } = await capture([`insert into pair values (1, 'x', 2)`, `insert into keyless values (1)`], 2);
  expect(events.map((event) => renderJson(event.key))).toEqual(['{"a":"x","b":1}', 'null']);
});

test('common types', async () => {
  const { lines } = await capture(
    [
      `insert into zoo values (1, true, -2, 1.5, 'NaN', 10.1111, 'ab', '\\x010203', '{"a": 1}',
        '00000000-0000-0000-0000-000000000001', '2016-11-04', '13:51:30.123456', '13:51:30.123', '13:51:30.123789+02',
        '2016-11-04 13:51:30.123456', 'infinity', '{1,null,3}', '{"a,b",NULL,""}', B'1000000001', '1 year 2 mons 3 days 04:05:06.78')`,
    ],
    1,
  );
  expect(payload(lines[0])['after']).toEqual({
    id: 1,
    b: true,
    s: -2,
    f4: 1.5,
    f8: 'NaN',
    n: { scale: 4, value: 'AYr3' },
    c: 'ab  ',
    y: 'AQID',
    j: '{"a": 1}',
    u: '00000000-0000-0000-0000-000000000001',
    d: 17109,
    t: 49890123456,
    t3: 49890123,
    tz: '11:51:30.123789Z',
    ts: 1478267490123456,
    ts3: 9223372036825200,
    ia: [1, null, 3],
    ta: ['a,b', null, ''],
    bits: 'AQI=',
    iv: 37091106780000,
  });
});
