import { describe, expect, inject, test } from 'vitest';
import type { TestDatabase } from '@overgrow/test';
import { lockForApply } from './control-client.ts';
import { attemptOne as ref, createControlStage, noStop as never } from './control-stage-client.ts';
import type { Control } from './control.ts';

const schema = `
  create table categories (id int generated always as identity primary key, name text not null);
  create table products (id serial primary key, category_id int not null references categories, stock int not null default 0);
  insert into categories (name) values ('tools');
  insert into products (category_id, stock) values (1, 5), (1, 7);`;

const createStage = () => createControlStage(inject('postgresUrl'), schema, ['categories', 'products']);

/** Everything about ownership that a database shows, so that two runs can be compared. */
async function readState(database: TestDatabase) {
  const client = await database.connect(database.superuserUrl);
  const { rows } = await client.query(`
    select (select json_agg(json_build_array(owner, epoch, attempt, abandoned, lease_epoch, open_direction)) from overgrow.control) as control,
      (select json_agg(json_build_array(tgrelid::regclass, tgname, tgenabled) order by tgrelid::regclass::text, tgname)
        from pg_trigger where tgname like 'overgrow%' and tgenabled <> 'D') as guards,
      (select json_agg(json_build_array(relname, reloptions) order by relname) from pg_class
        where relnamespace = 'public'::regnamespace and reloptions is not null) as options`);
  await client.end();
  return rows[0] as { control: unknown; guards: unknown; options: unknown };
}

describe('control', () => {
  test('takes a context to the service and back', async () => {
    await using stage = await createStage();
    const control = await stage.control();
    await control.prepare(1);
    const app = await stage.monolith.connect();
    const serviceApp = await stage.service.connect();
    await expect(serviceApp.query('update products set stock = 1')).rejects.toMatchObject({ code: 'OG001' });
    await app.query('update products set stock = 6 where id = 1');

    await control.arm(ref, 'forward');
    const barrier = await control.barrier(ref, 'forward', never);
    expect(barrier.tries).toBe(1);
    await expect(app.query('update products set stock = 1')).rejects.toMatchObject({ code: 'OG001' });
    await expect(serviceApp.query('update products set stock = 1')).rejects.toMatchObject({ code: 'OG001' });
    await control.openReceiver(ref, 'forward', 2);
    await control.closeGiver(ref, 'forward', 2);
    await control.disarm(ref);
    await serviceApp.query('update products set stock = 6 where id = 1');
    await expect(app.query('update products set stock = 1')).rejects.toMatchObject({ code: 'OG001' });
    expect(await control.guardFaults()).toEqual([]);

    const back = { ...ref, epoch: 2, attempt: 2 };
    await control.arm(back, 'reverse');
    await control.barrier(back, 'reverse', never);
    await control.openReceiver(back, 'reverse', 3);
    await control.closeGiver(back, 'reverse', 3);
    await control.disarm(back);
    await app.query('update products set stock = 8 where id = 1');
    await expect(serviceApp.query('update products set stock = 1')).rejects.toMatchObject({ code: 'OG001' });
    expect(await control.guardFaults()).toEqual([]);
  });

  test(
    'repeats each step after a fault before any of its statements, and ends in the same state',
    { timeout: 240_000 },
    async () => {
      await using plain = await createStage();
      const steps = (control: Control) => [
        () => control.prepare(1),
        () => control.arm(ref, 'forward'),
        () => control.barrier(ref, 'forward', never),
        () => control.abandon(ref, 'forward'),
        () => control.disarm(ref),
        () => control.arm({ ...ref, attempt: 2 }, 'forward'),
        () => control.barrier({ ...ref, attempt: 2 }, 'forward', never),
        () => control.moveSequences({ ...ref, attempt: 2 }, 'forward', never),
        () => control.openReceiver({ ...ref, attempt: 2 }, 'forward', 2),
        () => control.closeGiver({ ...ref, attempt: 2 }, 'forward', 2),
        () => control.disarm({ ...ref, attempt: 2 }),
      ];
      await (
        await plain.monolith.connect()
      ).query('alter table categories set (autovacuum_enabled = true, fillfactor = 90)');
      const expected: unknown[] = [];
      for (const step of steps(await plain.control())) {
        await step();
        expected.push([await readState(plain.monolith), await readState(plain.service)]);
      }

      await using broken = await createStage();
      await (
        await broken.monolith.connect()
      ).query('alter table categories set (autovacuum_enabled = true, fillfactor = 90)');
      let left = 0;
      let faults = 0;
      const control = await broken.control({
        reach: () => {
          if (--left === 0) {
            faults += 1;
            throw new Error('a planted fault');
          }
        },
      });
      for (const [index, step] of steps(control).entries()) {
        for (let at = 1, done = false; !done; at++) {
          left = at;
          done = await step().then(
            () => left > 0,
            (error: unknown) => {
              if (!String(error).includes('planted')) throw error;
              return false;
            },
          );
        }
        expect([await readState(broken.monolith), await readState(broken.service)]).toEqual(expected[index]);
      }
      expect(faults).toBeGreaterThan(100);
    },
  );

  test('refuses what carries a lower lease epoch, and an attempt that was abandoned', async () => {
    await using stage = await createStage();
    const control = await stage.control();
    await control.prepare(1);
    await control.arm(ref, 'forward');
    await control.abandon(ref, 'forward');
    await expect(control.barrier(ref, 'forward', never)).rejects.toMatchObject({ code: 'CDC_CONTROL_STALE' });
    await control.prepare(2);
    await expect(control.arm({ ...ref, attempt: 2 }, 'forward')).rejects.toMatchObject({ code: 'CDC_CONTROL_STALE' });
    const bridge = await stage.service.connect(stage.service.bridgeUrl);
    const link = { context: 'catalog', scope: '*', direction: 'forward', leaseEpoch: 1 } as const;
    await expect(lockForApply(bridge, link)).rejects.toMatchObject({ code: 'CDC_CONTROL_STALE' });
    await lockForApply(bridge, { ...link, leaseEpoch: 2 });
    await expect(lockForApply(bridge, { ...link, leaseEpoch: 2, direction: 'reverse' })).rejects.toMatchObject({
      code: 'CDC_DIRECTION_CLOSED',
    });
    await expect(lockForApply(bridge, { ...link, context: 'unknown' })).rejects.toMatchObject({
      code: 'CDC_NOT_PREPARED',
    });
  });

  test('a late abandon changes nothing after the flip', async () => {
    await using stage = await createStage();
    const control = await stage.control();
    await control.prepare(1);
    await control.arm(ref, 'forward');
    await control.barrier(ref, 'forward', never);
    await control.openReceiver(ref, 'forward', 2);
    await control.closeGiver(ref, 'forward', 2);
    const before = [await readState(stage.monolith), await readState(stage.service)];
    await expect(control.abandon(ref, 'forward')).rejects.toMatchObject({ code: 'CDC_CONTROL_STALE' });
    await expect(control.barrier(ref, 'forward', never)).rejects.toMatchObject({ code: 'CDC_CONTROL_STALE' });
    expect([await readState(stage.monolith), await readState(stage.service)]).toEqual(before);
  });

  test('moves the sequences of the receiver past those of the giver', async () => {
    await using stage = await createStage();
    const control = await stage.control();
    await control.prepare(1);
    await (await stage.monolith.connect()).query(`select setval('products_id_seq', 4000)`);
    await control.arm(ref, 'forward');
    await control.barrier(ref, 'forward', never);
    const moved = await control.moveSequences(ref, 'forward', never);
    expect(Number(moved['products_id_seq'])).toBeGreaterThan(4000);
    expect(await control.moveSequences(ref, 'forward', never)).toEqual(moved);
    await control.openReceiver(ref, 'forward', 2);
    const { rows } = await (
      await stage.service.connect()
    ).query(`insert into products (category_id) values (1) returning id`);
    expect(rows[0]).toEqual({ id: Number(moved['products_id_seq']) });
  });

  test('tells the application who owns a context, and holds it to that until its commit', async () => {
    await using stage = await createStage();
    const control = await stage.control();
    await control.prepare(1);
    await control.arm(ref, 'forward');
    const reader = await stage.monolith.connect(stage.monolith.readerUrl);
    await reader.query('begin');
    expect((await reader.query(`select overgrow.owner('catalog')`)).rows).toEqual([{ owner: 'monolith' }]);
    const barrier = control.barrier(ref, 'forward', never);
    const watcher = await stage.monolith.connect(stage.monolith.superuserUrl);
    // The barrier is tried until the reader ends; a waiting try shows that it does not pass.
    for (;;) {
      const { rowCount } = await watcher.query(
        `select 1 from pg_stat_activity where application_name like 'overgrow catalog%' and wait_event_type = 'Lock'`,
      );
      if (rowCount !== 0) break;
    }
    expect((await watcher.query('select owner from overgrow.control')).rows).toEqual([{ owner: 'monolith' }]);
    await reader.query('commit');
    await barrier;
    expect((await reader.query(`select overgrow.owner('catalog')`)).rows).toEqual([{ owner: 'none' }]);
    await expect(reader.query(`select overgrow.owner('catalogue')`)).rejects.toMatchObject({ code: 'OG002' });
    await expect(reader.query('select * from overgrow.control')).rejects.toMatchObject({ code: '42501' });
  });

  test('is removed without a trace', async () => {
    await using stage = await createStage();
    const control = await stage.control();
    await control.prepare(1);
    await control.arm(ref, 'forward');
    await control.barrier(ref, 'forward', never);
    const removed = await control.uninstall();
    expect(removed.map((object) => object.kind)).toContain('trigger');
    for (const database of [stage.monolith, stage.service]) {
      const client = await database.connect(database.superuserUrl);
      const { rows } = await client.query(`
        select to_regnamespace('overgrow') as schema, (select count(*)::int from pg_trigger where tgname like 'overgrow%') as triggers,
          (select count(*)::int from pg_class where reloptions is not null and relnamespace = 'public'::regnamespace) as options`);
      expect(rows).toEqual([{ schema: null, triggers: 0, options: 0 }]);
    }
    expect(await control.uninstall()).toEqual([]);
  });
});
