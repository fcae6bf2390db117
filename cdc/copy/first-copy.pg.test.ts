import { expect, inject, test } from 'vitest';
import type { FaultPoints } from '@overgrow/core';
import { createStage } from '../link/stage-client.ts';

const schemas = {
  monolith: `
    create table owners (id int primary key, name text);
    create table pets (id int primary key, owner int references owners, born date, kinds text[], raw bytea, big text);
    insert into owners select n, 'o' || n from generate_series(1, 50) n;
    insert into pets select n, n % 50 + 1, '2020-01-01'::date + n, array['a,b', null, 'c"d' || n], decode(md5(n::text), 'hex'),
      repeat(chr(9) || chr(10) || '\\', n % 50) from generate_series(1, 3000) n;`,
  service: `
    create table owners (id int primary key, name text);
    create table pets (id int primary key, owner int references owners, born date, kinds text[], raw bytea, big text);`,
};
// The child stands first, so that the order has to come from the foreign key.
const tables = { 'public.pets': 'pets', 'public.owners': 'owners' };
const open = () => createStage(inject('postgresUrl'), schemas, tables);
const rows = `select p::text, o::text from pets p join owners o on o.id = p.owner order by p.id`;

test.each(['cdc.copy.prepared', 'cdc.copy.slot-created', 'cdc.copy.in-table', 'cdc.copy.before-done'])(
  'a copy that ends at %s is begun anew, with what was written meanwhile',
  async (place) => {
    await using stage = await open();
    let reached = 0;
    // The second time in a table: one is complete then, and has to be emptied.
    const due = place === 'cdc.copy.in-table' ? 2 : 1;
    const faults: FaultPoints = {
      reach: (point) => {
        if (point === place && ++reached === due) throw new Error(`thrown at ${point}`);
      },
    };
    const first = stage.link('forward', faults);
    await first.start(1);
    await expect
      .poll(() => first.status().state, { timeout: 20_000 })
      .toMatchObject({
        kind: 'halted',
        error: { message: expect.stringContaining(place) as string },
      });
    await stage.monolithClient.query(`delete from pets where id % 2 = 0; update pets set owner = 1 where id < 100`);
    const second = stage.link('forward');
    await second.start(2);
    await stage.caughtUp(second, 'forward');
    const target = await stage.serviceClient.query(rows);
    expect(target.rows).toEqual((await stage.monolithClient.query(rows)).rows);
    expect(target.rowCount).toBe(1500);
  },
);

test('rows that change while the copy runs are in the target once', async () => {
  await using stage = await open();
  const faults: FaultPoints = { reach: (point) => void (point === 'cdc.copy.slot-created' && started()) };
  let started = () => {};
  const running = new Promise<void>((resolve) => {
    started = resolve;
  });
  const link = stage.link('forward', faults);
  const begun = link.start(1);
  await running;
  await stage.monolithClient.query(
    `update pets set id = id + 10000 where id % 3 = 0; insert into owners values (99, 'late')`,
  );
  await begun;
  await stage.caughtUp(link, 'forward');
  const target = await stage.serviceClient.query(rows);
  expect(target.rows).toEqual((await stage.monolithClient.query(rows)).rows);
  expect(target.rowCount).toBe(3000);
});

test('a target that has rows of its own is refused, and stays as it is', async () => {
  await using stage = await open();
  await stage.serviceClient.query(`insert into owners values (1, 'theirs')`);
  const link = stage.link('forward');
  await link.start(1);
  await expect
    .poll(() => link.status().state, { timeout: 20_000 })
    .toMatchObject({ kind: 'halted', error: { code: 'CDC_TARGET_NOT_EMPTY' } });
  expect((await stage.serviceClient.query('select * from owners')).rows).toEqual([{ id: 1, name: 'theirs' }]);
});

test('a reading session that is ended in the middle only costs a new beginning', async () => {
  await using stage = await open();
  const superuser = await stage.monolith.connect(stage.monolith.superuserUrl);
  let ended: Promise<unknown> | undefined;
  const faults: FaultPoints = {
    reach: (point) => {
      if (point !== 'cdc.copy.in-table' || ended !== undefined) return;
      ended = superuser.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'overgrow catalog forward%'`,
      );
    },
  };
  const link = stage.link('forward', faults);
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  await ended;
  await stage.caughtUp(link, 'forward');
  expect((await stage.serviceClient.query(rows)).rows).toEqual((await stage.monolithClient.query(rows)).rows);
});
