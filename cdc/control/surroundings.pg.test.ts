import { createTestDatabase, type TestDatabase } from '@overgrow/test';
import { describe, expect, inject, test } from 'vitest';
import { noFaults, silentLogger, systemClock, type BridgePort, type Direction } from '@overgrow/core';
import { createBridge } from '../bridge.ts';

/** What surrounds the tables: a trigger that writes outside of them, a slot's patience, the bridge's rights. */
const monolithSchema = `
  create table products (id int primary key, rating numeric(3, 2), rated int not null default 0);
  create table reviews (id serial primary key, product_id int not null, stars int not null);
  insert into products select generate_series(1, 3);
  create function rate() returns trigger language plpgsql as $$
    begin
      update products set rated = rated + 1,
        rating = (select avg(stars) from reviews where product_id = new.product_id) where id = new.product_id;
      return null;
    end $$;
  create trigger rate after insert or update on reviews for each row execute function rate();
  insert into reviews (product_id, stars) values (1, 4), (2, 2);`;
const serviceSchema = 'create table reviews (id serial primary key, product_id int not null, stars int not null);';

const deadline = () => AbortSignal.timeout(30_000);

function open(monolith: TestDatabase, service: TestDatabase) {
  return createBridge({
    context: 'reviews',
    spec: {
      context: 'reviews',
      tables: { 'public.reviews': 'reviews' },
      triggers: { 'public.reviews.rate': 'fire' },
      foreignKeys: {},
    },
    monolithUrl: monolith.bridgeUrl,
    serviceUrl: service.bridgeUrl,
    clock: systemClock,
    logger: silentLogger,
    faults: noFaults,
  });
}

async function flip(bridge: BridgePort, epoch: number, attempt: number, direction: Direction): Promise<void> {
  const ref = { context: 'reviews', scope: '*', leaseEpoch: 1, epoch, attempt };
  await bridge.arm(ref, direction);
  await bridge.barrier(ref, direction, deadline());
  await bridge.drain(ref, direction, deadline());
  expect((await bridge.check(ref, direction, deadline())).samples).toEqual([]);
  await bridge.openReceiver(ref, direction, epoch + 1);
  await bridge.closeGiver(ref, direction, epoch + 1);
  await bridge.disarm(ref);
}

const caughtUp = (bridge: BridgePort, direction: Direction) =>
  expect
    .poll(async () => (await bridge.status())[direction], { timeout: 30_000 })
    .toMatchObject({ state: { kind: 'streaming' }, lagBytes: 0 });

describe('a trigger that writes a table of the monolith', () => {
  test('has its effect once for each change, in both directions', async () => {
    await using monolith = await createTestDatabase(inject('postgresUrl'), monolithSchema);
    await using service = await createTestDatabase(inject('postgresUrl'), serviceSchema);
    await using bridge = open(monolith, service);
    const shop = await monolith.connect();
    const reviews = await service.connect();
    const ratings = async () => (await shop.query('select rated, rating::text from products order by id')).rows;
    expect(await bridge.preflight()).toEqual([]);
    await bridge.prepare(1);
    await bridge.start(1);
    await shop.query('insert into reviews (product_id, stars) values (1, 2)');
    await caughtUp(bridge, 'forward');
    await flip(bridge, 1, 1, 'forward');
    expect(await ratings()).toEqual([
      { rated: 2, rating: '3.00' },
      { rated: 1, rating: '2.00' },
      { rated: 0, rating: null },
    ]);

    // Now the bridge writes the monolith's reviews: the trigger fires, and the guard lets both pass.
    await reviews.query('insert into reviews (id, product_id, stars) values (100, 3, 5)');
    await reviews.query('update reviews set stars = 5 where product_id = 1');
    await caughtUp(bridge, 'reverse');
    const after = [
      { rated: 4, rating: '5.00' },
      { rated: 1, rating: '2.00' },
      { rated: 1, rating: '5.00' },
    ];
    expect(await ratings()).toEqual(after);
    await shop.query('update products set rating = rating');
    await expect(shop.query('delete from reviews')).rejects.toMatchObject({ code: 'OG001' });

    // The effects of the trigger are the monolith's own writes: none comes back, and the way back is clean.
    await flip(bridge, 2, 2, 'reverse');
    expect(await ratings()).toEqual(after);
    expect(await bridge.status()).toMatchObject({ forward: { violations: 0 }, reverse: { violations: 0 } });
    await bridge.stop();
    await bridge.uninstall();
  });
});

describe('the creation of a slot', () => {
  test('waits for every transaction that is open, which is why it never happens inside a fence', async () => {
    await using monolith = await createTestDatabase(inject('postgresUrl'), monolithSchema);
    await using service = await createTestDatabase(inject('postgresUrl'), serviceSchema);
    const shop = await monolith.connect();
    await shop.query(`begin; insert into reviews (product_id, stars) values (1, 2)`);
    const bridge = await monolith.connect(monolith.bridgeUrl);
    const slot = `waits_${monolith.name}`;
    const made = bridge.query(`select pg_create_logical_replication_slot('${slot}', 'pgoutput', true)`);
    const watcher = await service.connect(service.superuserUrl);
    for (let waits = 0; waits === 0;) {
      const { rowCount } = await watcher.query(
        `select from pg_stat_activity where datname = '${monolith.name}' and usename = 'bridge' and wait_event = 'transactionid'`,
      );
      waits = rowCount ?? 0;
    }
    await shop.query('commit');
    await made;
  });
});

test('the role of the bridge may neither silence triggers nor name an origin, and needs neither', async () => {
  await using database = await createTestDatabase(inject('postgresUrl'), serviceSchema);
  const bridge = await database.connect(database.bridgeUrl);
  for (const sql of [
    'set session_replication_role = replica',
    `select pg_replication_origin_session_setup('overgrow')`,
    `select pg_replication_origin_create('overgrow')`,
  ]) {
    await expect(bridge.query(sql), sql).rejects.toMatchObject({ code: '42501' });
  }
});
