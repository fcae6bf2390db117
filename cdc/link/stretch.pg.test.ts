import { expect, inject, test } from 'vitest';
import type { BarrierMarker, OpenMarker } from '../control/marker.ts';
import { awaitBarrier } from './await-link-client.ts';
import { createStage, stageScope, type Stage } from './stage-client.ts';

const table = 'create table notes (id int primary key, text text not null);';
const schemas = { monolith: `${table} insert into notes values (1, 'copied');`, service: table };
const ref = { ...stageScope, epoch: 1, attempt: 4, leaseEpoch: 1 };
const barrier = (attempt: number): BarrierMarker => ({ kind: 'barrier', ...ref, attempt, direction: 'forward' });
const opening = (direction: 'forward' | 'reverse'): OpenMarker => ({ kind: 'open', ...ref, direction });

const open = () => createStage(inject('postgresUrl'), schemas, { 'public.notes': 'notes' });
const texts = async (stage: Stage) =>
  (await stage.serviceClient.query<{ text: string }>('select text from notes order by id')).rows.map((row) => row.text);

/** Makes the receiver's control row say which direction may write, as the flip does. */
async function setOpenDirection(stage: Stage, side: 'monolith' | 'service', direction: string): Promise<void> {
  const database = stage[side];
  const client = await database.connect(database.bridgeUrl);
  await client.query('update overgrow.control set open_direction = $1', [direction]);
}

test('a barrier ends the stretch, an opening marker begins the next, what lies between is a violation', async () => {
  await using stage = await open();
  const link = stage.link('forward');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  await stage.monolithClient.query(`insert into notes values (2, 'before')`);
  await stage.emit('monolith', barrier(4));
  await awaitBarrier(link, stage.service.bridgeUrl, ref, 'forward', AbortSignal.timeout(20_000));
  expect(await texts(stage)).toEqual(['copied', 'before']);

  await stage.monolithClient.query(`insert into notes values (3, 'between')`);
  await stage.caughtUp(link, 'forward');
  expect(link.status()).toMatchObject({ open: false, violations: 1 });

  await stage.emit('monolith', opening('forward'));
  await stage.monolithClient.query(`insert into notes values (4, 'after')`);
  await stage.caughtUp(link, 'forward');
  expect(await texts(stage)).toEqual(['copied', 'before', 'after']);
  expect(link.status()).toMatchObject({ open: true, violations: 1 });
});

test('a barrier arrives without other traffic, and is found after a restart', async () => {
  await using stage = await open();
  const first = stage.link('forward');
  await first.start(1);
  await stage.caughtUp(first, 'forward');
  await stage.emit('monolith', barrier(4));
  await awaitBarrier(first, stage.service.bridgeUrl, ref, 'forward', AbortSignal.timeout(20_000));
  await first.stop();
  await awaitBarrier(first, stage.service.bridgeUrl, ref, 'forward', AbortSignal.timeout(20_000));
  const second = stage.link('forward');
  await second.start(2);
  await awaitBarrier(second, stage.service.bridgeUrl, ref, 'forward', AbortSignal.timeout(20_000));
});

test('the barrier of another attempt ends no drain', async () => {
  await using stage = await open();
  const link = stage.link('forward');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  await stage.emit('monolith', barrier(3));
  await stage.caughtUp(link, 'forward');
  const deadline = new AbortController();
  const drained = awaitBarrier(link, stage.service.bridgeUrl, ref, 'forward', deadline.signal);
  deadline.abort(new Error('deadline'));
  await expect(drained).rejects.toThrow('deadline');
});

test('what the bridge wrote itself is an echo on the way back, also while the link is closed', async () => {
  await using stage = await open();
  const forward = stage.link('forward');
  const reverse = stage.link('reverse');
  await Promise.all([forward.start(1), reverse.start(1)]);
  await stage.monolithClient.query(`insert into notes values (2, 'mine')`);
  await stage.caughtUp(forward, 'forward');
  await stage.caughtUp(reverse, 'reverse');
  expect(reverse.status()).toMatchObject({ open: false, violations: 0, changesApplied: 0 });

  await stage.emit('monolith', barrier(4));
  await awaitBarrier(forward, stage.service.bridgeUrl, ref, 'forward', AbortSignal.timeout(20_000));
  await setOpenDirection(stage, 'service', 'reverse');
  await setOpenDirection(stage, 'monolith', 'reverse');
  await stage.emit('service', opening('reverse'));
  await stage.serviceClient.query(`update notes set text = 'theirs' where id = 2; delete from notes where id = 1`);
  await stage.caughtUp(reverse, 'reverse');
  await stage.caughtUp(forward, 'forward');
  const { rows } = await stage.monolithClient.query('select * from notes');
  expect(rows).toEqual([{ id: 2, text: 'theirs' }]);
  expect(forward.status()).toMatchObject({ open: false, violations: 0 });
});

test('an open link waits while the receiver says that its direction is closed', async () => {
  await using stage = await open();
  const link = stage.link('forward');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  await setOpenDirection(stage, 'service', 'reverse');
  await stage.monolithClient.query(`insert into notes values (2, 'waits')`);
  await link.changed(150, AbortSignal.timeout(20_000));
  expect(await texts(stage)).toEqual(['copied']);
  await setOpenDirection(stage, 'service', 'forward');
  await stage.caughtUp(link, 'forward');
  expect(await texts(stage)).toEqual(['copied', 'waits']);
});

test('a bridge under an older lease epoch stays away from the slot of a newer one', async () => {
  await using stage = await open();
  const newer = stage.link('forward');
  await newer.start(2);
  const client = await stage.service.connect(stage.service.bridgeUrl);
  await client.query('update overgrow.control set lease_epoch = 2');
  const older = stage.link('forward');
  await older.start(1);
  expect(older.status().state.kind).toBe('reconnecting');
  await older.stop();
  await stage.monolithClient.query(`insert into notes values (2, 'once')`);
  await stage.caughtUp(newer, 'forward');
  expect(newer.status().state.kind).toBe('streaming');
  expect(await texts(stage)).toEqual(['copied', 'once']);
});

test('a newer bridge takes the slot over, and a database without traffic lets the slot go on', async () => {
  await using stage = await open();
  const old = stage.link('forward');
  await old.start(1);
  const newer = stage.link('forward');
  await newer.start(2);
  await stage.caughtUp(newer, 'forward');
  await stage.monolithClient.query(`create table elsewhere as select n from generate_series(1, 1000) n`);
  await stage.caughtUp(newer, 'forward');
  const client = await stage.monolith.connect();
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  await expect
    .poll(
      async () => {
        const slots = await client.query<{ reached: boolean }>(
          `select confirmed_flush_lsn >= $1::pg_lsn as reached from pg_replication_slots where database = current_database()`,
          [rows[0]?.lsn],
        );
        return slots.rows[0]?.reached;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
});

test('while the giver is away the lag grows, and the link goes on by itself when it is back', async () => {
  await using stage = await open();
  const link = stage.link('forward');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  const superuser = await stage.monolith.connect(stage.monolith.superuserUrl);
  await superuser.query(`alter database ${stage.monolith.name} connection limit 0`);
  try {
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'bridge'`,
    );
    await expect.poll(() => link.status().lagMs, { timeout: 20_000 }).toBeGreaterThan(0);
    await expect
      .poll(() => link.status().state, { timeout: 20_000 })
      .toMatchObject({ kind: 'reconnecting', error: { message: expect.stringContaining('connections') } });
    await stage.monolithClient.query(`insert into notes values (2, 'meanwhile')`);
  } finally {
    await superuser.query(`alter database ${stage.monolith.name} connection limit -1`);
  }
  await stage.caughtUp(link, 'forward');
  expect(await texts(stage)).toEqual(['copied', 'meanwhile']);
  await expect.poll(() => link.status().lagMs, { timeout: 20_000 }).toBe(0);
});

test('a stop does not wait for a transaction that keeps the first copy from its slot', async () => {
  await using stage = await open();
  const writer = await stage.monolith.connect();
  await writer.query(`begin; insert into notes values (5, 'open')`);
  const link = stage.link('forward');
  await link.start(1);
  await link.changed(200, AbortSignal.timeout(20_000));
  expect(link.status().state.kind).toBe('copying');
  await link.stop();
  expect(link.status().state.kind).toBe('stopped');
  await writer.query('commit');
  const again = stage.link('forward');
  await again.start(2);
  await stage.caughtUp(again, 'forward');
  expect(await texts(stage)).toEqual(['copied', 'open']);
});
