import { expect, inject, test } from 'vitest';
import { createStage } from './stage-client.ts';

const schemas = {
  monolith: `
    create table categories (id int primary key, name text not null);
    create table products (
      id int generated always as identity primary key, name text not null, price numeric(10,2), note text, seen timestamptz,
      category int references categories);
    insert into categories values (1, 'tea'), (2, 'coffee');
    insert into products (name, price, note, seen, category) values
      ('Assam', 4.50, E'tab\\there, back\\\\slash, line\\nend', '2024-05-06 07:08:09.123456+02', 1),
      ('Moka', 19.90, null, 'infinity', 2);`,
  service: `
    create table categories (id int primary key, name text not null);
    create table items (
      id int primary key, title text not null, price_cents bigint, note text, seen timestamptz, category int references categories);`,
};

const tables = {
  'public.products': {
    to: 'items',
    columns: {
      id: 'id',
      title: 'name',
      price_cents: {
        expression: 'shiftDecimal(row.price, 2)',
        inverse: { price: 'shiftDecimal(row.price_cents, -2)' },
      },
      note: 'note',
      seen: 'seen',
      category: 'category',
    },
  },
  'public.categories': 'categories',
};

const items = 'select id, title, price_cents::text, note, seen::text, category from items order by id';
const asItems = `select id, name as title, (price * 100)::bigint::text as price_cents, note, seen::text, category from products order by id`;

test('copies, then follows inserts, updates, deletes, key changes and truncates', async () => {
  await using stage = await createStage(inject('postgresUrl'), schemas, tables);
  const link = stage.link('forward');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  const same = async () => {
    const target = await stage.serviceClient.query(items);
    expect(target.rows).toEqual((await stage.monolithClient.query(asItems)).rows);
    return target.rows.length;
  };
  expect(await same()).toBe(2);

  const big = 'x'.repeat(100_000);
  await stage.monolithClient.query(`
    insert into categories values (3, 'mate');
    insert into products (name, price, note, category) select 'p' || n, n, case when n = 7 then '${big}' end, 3 from generate_series(1, 3000) n;
    update products set price = price * 2 where id % 3 = 0;
    update products set name = 'big' where note = '${big}';
    delete from products where id % 7 = 1;
    update categories set id = 9 where id = 4;`);
  await stage.monolithClient.query(`begin; update products set category = null where category = 2;
    update categories set id = 20 where id = 2; update products set category = 20 where id = 2; commit`);
  await stage.caughtUp(link, 'forward');
  expect(await same()).toBeGreaterThan(2000);
  expect(link.status()).toMatchObject({ open: true, violations: 0, lagMs: 0, state: { kind: 'streaming' } });
  expect(link.facts().missingRows).toBe(0);

  await stage.monolithClient.query('truncate products, categories');
  await stage.caughtUp(link, 'forward');
  expect(await same()).toBe(0);
});

test('leaves of a partitioned table arrive as the table, also a row that moves between them', async () => {
  const partitioned = {
    monolith: `
      create table visits (id int, day date, note text, primary key (id, day)) partition by range (day);
      create table visits_a partition of visits for values from ('2024-01-01') to ('2024-02-01');
      create table visits_b partition of visits for values from ('2024-02-01') to ('2024-03-01');
      insert into visits values (1, '2024-01-05', 'a'), (2, '2024-02-05', 'b');`,
    service: 'create table visits (id int, day date, note text, primary key (id, day));',
  };
  await using stage = await createStage(inject('postgresUrl'), partitioned, { 'public.visits': 'visits' });
  const link = stage.link('forward');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  await stage.monolithClient.query(`
    insert into visits_b values (3, '2024-02-06', 'leaf');
    update visits set day = '2024-02-07' where id = 1;
    create table visits_c partition of visits for values from ('2024-03-01') to ('2024-04-01');
    insert into visits values (4, '2024-03-05', 'new leaf');
    truncate visits_a;
    delete from visits where id = 2;`);
  await stage.caughtUp(link, 'forward');
  const rows = 'select id, day::text, note from visits order by id';
  const target = await stage.serviceClient.query(rows);
  expect(target.rows).toEqual((await stage.monolithClient.query(rows)).rows);
  expect(target.rowCount).toBe(3);
});

test('a row that the receiver refuses halts the link with its place, and it goes on once that is mended', async () => {
  const narrow = {
    monolith: 'create table notes (id int primary key, text text);',
    service: 'create table notes (id int primary key, text varchar(3));',
  };
  await using stage = await createStage(inject('postgresUrl'), narrow, { 'public.notes': 'notes' });
  const link = stage.link('forward');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  await stage.monolithClient.query(`insert into notes values (1, 'abc'); insert into notes values (2, 'too long')`);
  await expect
    .poll(() => link.status().state, { timeout: 20_000 })
    .toMatchObject({ kind: 'halted', error: { code: 'CDC_APPLY_REFUSED' } });
  await stage.serviceClient.query('alter table notes alter text type text');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  expect((await stage.serviceClient.query('select * from notes order by id')).rows).toEqual([
    { id: 1, text: 'abc' },
    { id: 2, text: 'too long' },
  ]);
});

test('a row whose parent is missing waits for it, says so by its key, and loses nothing', async () => {
  const crossing = {
    monolith: 'create table notes (id int primary key, author int);',
    service: `create table authors (id int primary key);
      create table notes (id int primary key, author int constraint notes_author references authors);`,
  };
  await using stage = await createStage(inject('postgresUrl'), crossing, { 'public.notes': 'notes' });
  await stage.monolithClient.query('insert into notes values (1, 1)');
  const link = stage.link('forward');
  await link.start(1);
  const waits = (kind: 'reconnecting' | 'waiting') => () => {
    const { state } = link.status();
    return state.kind === kind && state.error.code === 'CDC_PARENT_MISSING' && state.error.message;
  };
  // The first copy as a whole is made anew until the parents are there.
  await expect.poll(waits('reconnecting'), { timeout: 20_000 }).toContain('public.notes.notes_author');
  await stage.serviceClient.query('insert into authors values (1)');
  await stage.caughtUp(link, 'forward');

  await stage.monolithClient.query('insert into notes values (2, 2); insert into notes values (3, 1)');
  await expect.poll(waits('waiting'), { timeout: 20_000 }).toContain('public.notes.notes_author');
  expect((await stage.serviceClient.query('select id from notes')).rows).toEqual([{ id: 1 }]);
  await stage.serviceClient.query('insert into authors values (2)');
  await stage.caughtUp(link, 'forward');
  expect((await stage.serviceClient.query('select id from notes order by id')).rows).toEqual([
    { id: 1 },
    { id: 2 },
    { id: 3 },
  ]);
  expect(link.status().state.kind).toBe('streaming');
});

test('a status counts the rows that the giver changed and the receiver does not have', async () => {
  const notes = 'create table notes (id int primary key, text text);';
  await using stage = await createStage(
    inject('postgresUrl'),
    { monolith: notes, service: notes },
    {
      'public.notes': 'notes',
    },
  );
  await stage.monolithClient.query(`insert into notes values (1, 'a'), (2, 'b')`);
  const link = stage.link('forward');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  await stage.serviceClient.query('delete from notes where id = 1');
  await stage.monolithClient.query(`update notes set text = 'c'`);
  await stage.caughtUp(link, 'forward');
  expect(link.status().missingRows).toBe(1);
});
