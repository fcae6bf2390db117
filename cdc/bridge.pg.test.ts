import { createTestDatabase, type TestDatabase } from '@overgrow/test';
import { expect, inject, test } from 'vitest';
import {
  noFaults,
  silentLogger,
  systemClock,
  type AttemptRef,
  type BridgePort,
  type Direction,
  type ReplicationSpec,
} from '@overgrow/core';
import { createBridge } from './bridge.ts';

const monolithSchema = `
  create table reviews (id serial primary key, product int not null, stars int not null, body text, internal text default 'none');
  insert into reviews (product, stars, body) select n % 5, n % 5 + 1, 'review ' || n from generate_series(1, 500) n;`;
const serviceSchema = `create table reviews (id serial primary key, product_id int not null, stars int not null, body text);`;

const spec: ReplicationSpec = {
  context: 'reviews',
  tables: {
    'public.reviews': { to: 'reviews', columns: { id: 'id', product_id: 'product', stars: 'stars', body: 'body' } },
  },
  triggers: {},
  foreignKeys: {},
};

const bridgeOf = (monolith: TestDatabase, service: TestDatabase) =>
  createBridge({
    context: 'reviews',
    spec,
    monolithUrl: monolith.bridgeUrl,
    serviceUrl: service.bridgeUrl,
    clock: systemClock,
    logger: silentLogger,
    faults: noFaults,
  });

const deadline = () => AbortSignal.timeout(20_000);

/** Steps 2 to 7, as the orchestrator asks for them. */
async function flip(bridge: BridgePort, ref: AttemptRef, direction: Direction): Promise<void> {
  await bridge.arm(ref, direction);
  await bridge.barrier(ref, direction, deadline());
  await bridge.drain(ref, direction, deadline());
  expect(await bridge.check(ref, direction, deadline())).toMatchObject({ clean: true, samples: [] });
  await bridge.moveSequences(ref, direction, deadline());
  await bridge.openReceiver(ref, direction, ref.epoch + 1);
  await bridge.closeGiver(ref, direction, ref.epoch + 1);
  await bridge.disarm(ref);
}

async function caughtUp(bridge: BridgePort, direction: Direction): Promise<void> {
  await expect
    .poll(async () => (await bridge.status())[direction], { timeout: 20_000 })
    .toMatchObject({ state: { kind: 'streaming' }, lagBytes: 0 });
}

test('moves a context forward, back and forward again, and leaves nothing behind', async () => {
  await using monolith = await createTestDatabase(inject('postgresUrl'), monolithSchema);
  await using service = await createTestDatabase(inject('postgresUrl'), serviceSchema);
  await using bridge = bridgeOf(monolith, service);
  const app = await monolith.connect();
  const reviews = await service.connect();
  const both = async () => {
    const left = await app.query(`select id, product as product_id, stars, body from reviews order by id`);
    const right = await reviews.query(`select id, product_id, stars, body from reviews order by id`);
    expect(right.rows).toEqual(left.rows);
    return left.rows.length;
  };

  expect(await bridge.preflight()).toEqual([]);
  await bridge.prepare(1);
  await bridge.start(1);
  await app.query(`insert into reviews (product, stars) values (9, 1)`);
  await caughtUp(bridge, 'forward');
  expect(await both()).toBe(501);
  expect(await bridge.verify('forward')).toMatchObject({ kind: 'full', clean: true, rowsCompared: 501 });
  await expect(reviews.query(`delete from reviews`)).rejects.toMatchObject({ code: 'OG001' });

  const ref = { context: 'reviews', scope: '*', leaseEpoch: 1 };
  await flip(bridge, { ...ref, epoch: 1, attempt: 1 }, 'forward');
  await expect(app.query(`delete from reviews`)).rejects.toMatchObject({ code: 'OG001' });
  await reviews.query(`insert into reviews (product_id, stars, body) values (9, 2, 'theirs')`);
  await reviews.query(`update reviews set stars = 5 where product_id = 1; delete from reviews where product_id = 2`);
  await caughtUp(bridge, 'reverse');
  expect(await both()).toBe(402);

  await flip(bridge, { ...ref, epoch: 2, attempt: 2 }, 'reverse');
  await expect(reviews.query(`delete from reviews`)).rejects.toMatchObject({ code: 'OG001' });
  await app.query(
    `update reviews set body = null where product = 3; insert into reviews (product, stars) values (7, 7)`,
  );
  await caughtUp(bridge, 'forward');
  expect(await both()).toBe(403);

  // A new process with a new lease finds everything made, and goes on.
  await bridge.stop();
  await bridge.prepare(2);
  await bridge.start(2);
  await flip(bridge, { ...ref, leaseEpoch: 2, epoch: 3, attempt: 3 }, 'forward');
  await reviews.query(`delete from reviews where product_id = 7`);
  await caughtUp(bridge, 'reverse');
  expect(await both()).toBe(402);
  const { forward, reverse } = await bridge.status();
  expect([forward.violations, reverse.violations]).toEqual([0, 0]);
  expect((await app.query(`select distinct internal from reviews`)).rows).toEqual([{ internal: 'none' }]);

  await bridge.stop();
  expect((await bridge.inventory()).map((object) => `${object.side} ${object.kind}`)).toEqual(
    expect.arrayContaining(['monolith slot', 'service slot', 'monolith publication', 'service publication']),
  );
  await bridge.uninstall();
  expect(await bridge.inventory()).toEqual([]);
});

test('an abandoned attempt leaves the giver the owner, and replication goes on', async () => {
  await using monolith = await createTestDatabase(inject('postgresUrl'), monolithSchema);
  await using service = await createTestDatabase(inject('postgresUrl'), serviceSchema);
  await using bridge = bridgeOf(monolith, service);
  const app = await monolith.connect();
  await bridge.prepare(1);
  await bridge.start(1);
  await caughtUp(bridge, 'forward');
  const ref = { context: 'reviews', scope: '*', leaseEpoch: 1, epoch: 1, attempt: 1 };
  await bridge.arm(ref, 'forward');
  await bridge.barrier(ref, 'forward', deadline());
  await bridge.drain(ref, 'forward', deadline());
  await bridge.abandon(ref, 'forward');
  await bridge.disarm(ref);
  await app.query(`insert into reviews (product, stars) values (9, 1)`);
  await caughtUp(bridge, 'forward');
  const reviews = await service.connect();
  expect((await reviews.query(`select count(*)::int as n from reviews`)).rows).toEqual([{ n: 501 }]);
  await bridge.stop();
  await bridge.uninstall();
});

test('a guard that somebody opened is told by the status and the preflight, and closed by the next start', async () => {
  await using monolith = await createTestDatabase(inject('postgresUrl'), monolithSchema);
  await using service = await createTestDatabase(inject('postgresUrl'), serviceSchema);
  await using bridge = bridgeOf(monolith, service);
  const fine = { kind: 'known', faults: [] };
  expect((await bridge.status()).guards).toEqual(fine);
  await bridge.prepare(1);
  await bridge.start(1);
  const reviews = await service.connect();
  await reviews.query('alter table reviews disable trigger overgrow_guard');
  const opened = { kind: 'known', faults: [{ side: 'service', table: 'public.reviews', kind: 'open' }] };
  await expect.poll(async () => (await bridge.status()).guards, { timeout: 20_000 }).toEqual(opened);
  expect(await bridge.preflight()).toMatchObject([{ code: 'CDC_GUARD_CHANGED' }]);
  await bridge.stop();
  await bridge.prepare(2);
  expect(await bridge.preflight()).toEqual([]);
  await expect.poll(async () => (await bridge.status()).guards, { timeout: 20_000 }).toEqual(fine);
  await bridge.uninstall();
});

test('a start under a newer lease raises both control rows, also without prepare; an older one is refused', async () => {
  await using monolith = await createTestDatabase(inject('postgresUrl'), monolithSchema);
  await using service = await createTestDatabase(inject('postgresUrl'), serviceSchema);
  await using old = bridgeOf(monolith, service);
  await using newer = bridgeOf(monolith, service);
  await old.prepare(1);
  await old.start(1);
  await newer.start(2);
  for (const database of [monolith, service]) {
    const client = await database.connect(database.bridgeUrl);
    const { rows } = await client.query('select lease_epoch::int as lease from overgrow.control');
    expect(rows).toEqual([{ lease: 2 }]);
  }
  const ref = { context: 'reviews', scope: '*', leaseEpoch: 1, epoch: 1, attempt: 1 };
  await expect(old.arm(ref, 'forward')).rejects.toMatchObject({ code: 'CDC_CONTROL_STALE' });
  await expect(old.start(1)).rejects.toMatchObject({ code: 'CDC_CONTROL_STALE' });
  await old.stop();
  await caughtUp(newer, 'forward');
  await newer.uninstall();
});
