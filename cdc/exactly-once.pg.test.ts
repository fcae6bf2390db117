import { createTestDatabase, type TestDatabase } from '@overgrow/test';
import type pg from 'pg';
import { expect, inject, test } from 'vitest';
import {
  silentLogger,
  systemClock,
  type AttemptRef,
  type BridgePort,
  type Direction,
  type FaultPoints,
  type ReplicationSpec,
} from '@overgrow/core';
import { createBridge } from './bridge.ts';

/**
 * Random writes by the owner while the bridge's sessions are ended and the bridge itself is thrown over at its fault points.
 * Triggers on both sides write down every row change with the role that made it: what the application did on one side, the
 * bridge must have done on the other, each once.
 */
const audit = `
  create table audit (who text not null default session_user, op text, old_id int, new_id int);
  create function write_down() returns trigger language plpgsql as $$ begin
    insert into audit (op, old_id, new_id) values (tg_op,
      case when tg_op <> 'INSERT' then old.id end, case when tg_op <> 'DELETE' then new.id end);
    return null;
  end $$;`;
const schemas = {
  monolith: `${audit}
    create table notes (id int primary key, title text not null unique, body text, amount numeric(12,2));
    create trigger written after insert or update or delete on notes for each row execute function write_down();
    insert into notes select n, 'start ' || n, null, n from generate_series(1, 20) n;`,
  service: `${audit}
    create table messages (id int primary key, heading text not null unique, body text, cents bigint);
    create trigger written after insert or update or delete on messages for each row execute function write_down();`,
};
const spec: ReplicationSpec = {
  context: 'notes',
  tables: {
    'public.notes': {
      to: 'messages',
      columns: {
        id: 'id',
        heading: 'title',
        body: 'body',
        cents: { expression: 'shiftDecimal(row.amount, 2)', inverse: { amount: 'shiftDecimal(row.cents, -2)' } },
      },
    },
  },
  triggers: { 'public.notes.written': 'fire', 'public.messages.written': 'fire' },
  foreignKeys: {},
};

/** A small generator with a seed, so that a failing run can be repeated. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

class Thrown extends Error {}

interface Scene {
  readonly monolith: TestDatabase;
  readonly service: TestDatabase;
  readonly random: (below: number) => number;
  bridge: BridgePort & AsyncDisposable;
  leaseEpoch: number;
  /** One reach of a fault point in this many throws; 0 for none. */
  throwOneIn: number;
}

function makeBridge(scene: Omit<Scene, 'bridge'>): BridgePort & AsyncDisposable {
  const faults: FaultPoints = {
    reach: (point) => {
      if (!point.startsWith('cdc.apply') || scene.throwOneIn === 0 || scene.random(scene.throwOneIn) > 0) return;
      throw new Thrown(point);
    },
  };
  const urls = { monolithUrl: scene.monolith.bridgeUrl, serviceUrl: scene.service.bridgeUrl };
  return createBridge({ context: 'notes', spec, ...urls, clock: systemClock, logger: silentLogger, faults });
}

const sides = {
  monolith: { table: 'notes', title: 'title', amount: 'amount', unit: 1 },
  service: { table: 'messages', title: 'heading', amount: 'cents', unit: 100 },
} as const;

/** One transaction of the application. A clash is the application's own matter, and rolls back. */
async function writeOnce(client: pg.Client, side: keyof typeof sides, random: Scene['random']): Promise<void> {
  const { table, title, amount, unit } = sides[side];
  const id = () => random(60);
  await client.query('begin');
  try {
    for (let left = 1 + random(5); left > 0; left -= 1) {
      switch (random(6)) {
        case 0:
        case 1:
          await client.query(`insert into ${table} values ($1, $2, $3, $4)`, [
            id(),
            `title ${random(1_000_000)}`,
            random(3) === 0 ? 'x'.repeat(9000) : null,
            random(1000) * unit,
          ]);
          break;
        case 2:
          await client.query(`update ${table} set ${amount} = ${amount} + $2 where id = $1`, [id(), unit]);
          break;
        case 3:
          await client.query(`update ${table} set id = $2 where id = $1 and $1 <> $2`, [id(), id()]);
          break;
        case 4:
          await client.query(`delete from ${table} where id = $1`, [id()]);
          break;
        default: {
          // A unique value handed from row to row.
          const [a, b] = [id(), id()];
          await client.query(`update ${table} set ${title} = 'moving' where id = $1`, [a]);
          await client.query(`update ${table} set ${title} = 'was ' || $2 || ' ' || $3::text where id = $1`, [
            b,
            a,
            random(1e6),
          ]);
          await client.query(`update ${table} set ${title} = 'now ' || $2::text where id = $1`, [a, random(1e6)]);
        }
      }
    }
    await client.query(random(8) === 0 ? 'rollback' : 'commit');
  } catch {
    await client.query('rollback');
  }
}

/** Ends one of the bridge's sessions somewhere, from the server's side. */
async function endSession(scene: Scene): Promise<void> {
  const database = scene.random(2) === 0 ? scene.monolith : scene.service;
  const client = await database.connect(database.superuserUrl);
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'overgrow notes % lease=%'
     and datname = current_database() order by md5(pid::text || $1) limit 1`,
    [String(scene.random(1000))],
  );
  await client.end();
}

/** A bridge that a fault point threw over is replaced by a new one, as after a crash. */
async function revive(scene: Scene): Promise<void> {
  const { forward, reverse } = await scene.bridge.status();
  if (forward.state.kind !== 'halted' && reverse.state.kind !== 'halted') return;
  await scene.bridge.stop();
  scene.leaseEpoch += 1;
  scene.bridge = makeBridge(scene);
  await scene.bridge.start(scene.leaseEpoch).catch(() => {});
}

async function writeUnderFire(scene: Scene, side: keyof typeof sides): Promise<void> {
  const client = await scene[side].connect();
  scene.throwOneIn = 8;
  for (let n = 0; n < 40; n += 1) {
    await writeOnce(client, side, scene.random);
    if (scene.random(8) === 0) await endSession(scene);
    await revive(scene);
  }
  scene.throwOneIn = 0;
}

async function settle(scene: Scene, direction: Direction): Promise<void> {
  await expect
    .poll(
      async () => {
        await revive(scene);
        return (await scene.bridge.status())[direction];
      },
      { timeout: 30_000 },
    )
    .toMatchObject({ state: { kind: 'streaming' }, lagBytes: 0, lagMs: 0 });
}

async function expectEqual(scene: Scene): Promise<void> {
  const monolith = await scene.monolith.connect();
  const service = await scene.service.connect();
  const left = await monolith.query(
    `select id, title, body, (amount * 100)::bigint::text as cents from notes order by id`,
  );
  const right = await service.query(`select id, heading as title, body, cents::text from messages order by id`);
  expect(right.rows).toEqual(left.rows);
  const effects = (who: string) =>
    `select op, old_id, new_id, count(*)::int as times from audit where who = '${who}' group by 1, 2, 3 order by 1, 2, 3`;
  expect((await service.query(effects('bridge'))).rows).toEqual((await monolith.query(effects('app'))).rows);
  expect((await monolith.query(effects('bridge'))).rows).toEqual((await service.query(effects('app'))).rows);
}

async function flip(scene: Scene, attempt: number, direction: Direction): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  const ref: AttemptRef = { context: 'notes', scope: '*', epoch: attempt, attempt, leaseEpoch: scene.leaseEpoch };
  const { bridge } = scene;
  await bridge.arm(ref, direction);
  await bridge.barrier(ref, direction, signal);
  await endSession(scene);
  await bridge.drain(ref, direction, signal);
  await bridge.openReceiver(ref, direction, ref.epoch + 1);
  await endSession(scene);
  await bridge.closeGiver(ref, direction, ref.epoch + 1);
  await bridge.disarm(ref);
}

test.each([1, 2])('every effect once: forward, reverse, forward (seed %i)', { timeout: 120_000 }, async (seed) => {
  await using monolith = await createTestDatabase(inject('postgresUrl'), schemas.monolith);
  await using service = await createTestDatabase(inject('postgresUrl'), schemas.service);
  const parts = { monolith, service, random: createRandom(seed), leaseEpoch: 1, throwOneIn: 0 };
  const scene: Scene = Object.assign(parts, { bridge: makeBridge(parts) });
  try {
    await scene.bridge.prepare(1);
    await scene.bridge.start(1);
    await settle(scene, 'forward');
    await writeUnderFire(scene, 'monolith');
    await settle(scene, 'forward');
    await expectEqual(scene);
    await flip(scene, 1, 'forward');
    await writeUnderFire(scene, 'service');
    await settle(scene, 'reverse');
    await expectEqual(scene);
    await flip(scene, 2, 'reverse');
    await writeUnderFire(scene, 'monolith');
    await settle(scene, 'forward');
    await expectEqual(scene);
    const { forward, reverse } = await scene.bridge.status();
    expect([forward.violations, reverse.violations]).toEqual([0, 0]);
  } finally {
    await scene.bridge.uninstall();
  }
});
