import type pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { attemptOne, createControlStage, noStop } from './control-stage-client.ts';
import { decodeMarker } from './marker.ts';

const schema = `
  create table owners (id int primary key);
  create table items (id int primary key, owner_id int references owners on delete cascade, text text not null default '');
  create table events (id int, day int, primary key (id, day)) partition by range (day);
  create table events_old partition of events for values from (0) to (10) partition by range (id);
  create table events_old_low partition of events_old for values from (0) to (100);
  create table events_new partition of events for values from (10) to (20);
  insert into owners values (1);
  insert into items values (1, 1);
  insert into events values (1, 1), (1, 11);
  create function add_item(n int) returns void language sql security definer as
    $$ insert into items (id) values (n) $$;`;

const open = () => createControlStage(inject('postgresUrl'), schema, ['items', 'events']);
const refused = { code: 'OG001' };

describe('a closed guard', () => {
  const writes: readonly [string, string][] = [
    ['an insert', 'insert into items (id) values (7)'],
    ['an update, even of no row', 'update items set id = 1 where false'],
    ['a delete', 'delete from items'],
    ['a merge', `merge into items i using (values (1)) v(id) on i.id = v.id when matched then delete`],
    ['TRUNCATE', 'truncate items'],
    ['TRUNCATE of a partition', 'truncate events_new'],
    ['a write through a partitioned parent', 'insert into events values (2, 12)'],
    ['a write addressed to a leaf', 'insert into events_new values (2, 12)'],
    ['a write addressed to a middle level', 'update events_old set day = 2'],
    ['a leaf below a middle level', 'delete from events_old_low'],
    ['a cascade, which runs as the owner of the table', 'delete from owners'],
    ['a SECURITY DEFINER function', 'select add_item(8)'],
    ['a write in a function block that swallows errors', `do $$ begin insert into items (id) values (9); end $$`],
  ];

  test('refuses every way to write', async () => {
    await using stage = await open();
    const control = await stage.control();
    await control.prepare(1);
    await control.arm(attemptOne, 'forward');
    await control.barrier(attemptOne, 'forward', noStop);
    const app = await stage.monolith.connect();
    for (const [what, sql] of writes) await expect(app.query(sql), what).rejects.toMatchObject(refused);
    const root = await stage.monolith.connect(stage.monolith.superuserUrl);
    await root.query('set session_replication_role = replica');
    for (const [what, sql] of writes.filter(([, text]) => !text.includes('owners'))) {
      await expect(root.query(sql), `${what}, as a replica`).rejects.toMatchObject(refused);
    }
    expect((await app.query('select id, owner_id from items')).rows).toEqual([{ id: 1, owner_id: 1 }]);
  });

  test("lets the bridge pass, also through the application's own functions", async () => {
    await using stage = await open();
    const control = await stage.control();
    await control.prepare(1);
    await stage.switchOver(control);
    const bridge = await stage.monolith.connect(stage.monolith.bridgeUrl);
    for (const sql of [
      'insert into items (id) values (7)',
      'insert into events values (2, 12)',
      'select add_item(8)',
    ]) {
      await bridge.query(sql);
    }
    await bridge.query('update events_new set day = 13 where id = 2');
    await bridge.query('delete from events where id = 2');
    await bridge.query('truncate items');
    expect((await bridge.query('select count(*)::int from events')).rows).toEqual([{ count: 2 }]);
  });

  test('is there on a leaf that is made later', async () => {
    await using stage = await open();
    const control = await stage.control();
    await control.prepare(1);
    await stage.switchOver(control);
    const app = await stage.monolith.connect();
    await app.query('create table events_next partition of events for values from (20) to (30)');
    await expect(app.query('insert into events_next values (1, 21)')).rejects.toMatchObject(refused);
    await expect(app.query('insert into events values (1, 21)')).rejects.toMatchObject(refused);
    // Only TRUNCATE of the new leaf needs the next prepare.
    expect(await control.guardFaults()).toEqual([{ side: 'monolith', table: 'public.events_next', kind: 'open' }]);
    await control.prepare(1);
    await expect(app.query('truncate events_next')).rejects.toMatchObject(refused);
    expect(await control.guardFaults()).toEqual([]);
  });

  test('reports a refusal in the log, although the transaction rolled back', async () => {
    await using stage = await open();
    const control = await stage.control();
    await control.prepare(1);
    const bridge = await stage.service.connect(stage.service.bridgeUrl);
    await bridge.query(`select pg_create_logical_replication_slot('refusals_${stage.service.name}', 'pgoutput', true)`);
    await bridge.query('create publication refusals for table items');
    const app = await stage.service.connect();
    await app.query(`set application_name = 'shop worker'`);
    await app.query('begin');
    await expect(app.query('update items set id = 2')).rejects.toMatchObject({ ...refused, table: 'items' });
    await app.query('rollback');
    const markers = (await readMessages(bridge, `refusals_${stage.service.name}`, 'refusals')).map(decodeMarker);
    expect(markers).toEqual([
      {
        kind: 'refused',
        context: 'catalog',
        scope: '*',
        table: 'public.items',
        operation: 'UPDATE',
        role: 'app',
        applicationName: 'shop worker',
      },
    ]);
  });
});

describe('an opened guard', () => {
  test('is gone after the switch, so that ENABLE TRIGGER ALL closes nothing', async () => {
    await using stage = await open();
    const control = await stage.control();
    await control.prepare(1);
    await stage.switchOver(control);
    const app = await stage.service.connect();
    await app.query('alter table items enable trigger user; alter table events enable trigger user');
    await app.query('insert into items (id) values (7); insert into events values (2, 12)');
    expect(await control.guardFaults()).toEqual([]);
  });

  test('that could not be dropped is told, then dropped when the reader has gone', async () => {
    await using stage = await open();
    const control = await stage.control();
    await control.prepare(1);
    const reader = await stage.service.connect(stage.service.readerUrl);
    const app = await stage.service.connect();
    await app.query('grant select on items to reader');
    await reader.query('begin; select * from items');
    await stage.switchOver(control);
    await app.query('insert into items (id) values (7)');
    expect(await control.guardFaults()).toEqual([{ side: 'service', table: 'public.items', kind: 'leftover' }]);
    await app
      .query('alter table items enable trigger all')
      .catch(() => app.query('alter table items enable trigger user'));
    expect(await control.guardFaults()).toEqual([{ side: 'service', table: 'public.items', kind: 'closed' }]);
    await app.query('alter table items disable trigger overgrow_guard');
    await reader.query('commit');
    await control.disarm(attemptOne);
    expect(await control.guardFaults()).toEqual([]);
  });

  test('that someone switched on again is an alarm, and so is a closed one that someone weakened', async () => {
    await using stage = await open();
    const control = await stage.control();
    await control.prepare(1);
    const service = await stage.service.connect();
    await service.query('alter table items enable trigger overgrow_guard');
    const root = await stage.service.connect(stage.service.superuserUrl);
    await root.query('set session_replication_role = replica');
    await root.query('insert into items (id) values (99)');
    expect(await control.guardFaults()).toEqual([{ side: 'service', table: 'public.items', kind: 'open' }]);
    await control.prepare(1);
    await expect(root.query('delete from items')).rejects.toMatchObject(refused);
    expect(await control.guardFaults()).toEqual([]);
  });
});

/** Contents of the logical messages of a slot, without taking them from it. */
async function readMessages(client: pg.Client, slot: string, publication: string): Promise<string[]> {
  const { rows } = await client.query<{ data: Buffer }>(
    `select data from pg_logical_slot_peek_binary_changes($1, null, null,
       'proto_version', '1', 'publication_names', $2, 'messages', 'true')`,
    [slot, publication],
  );
  return (
    rows
      .map((row) => row.data)
      .filter((data) => data.toString('latin1', 0, 1) === 'M')
      // Type, flags, position (8 bytes), prefix with its end, length, content.
      .map((data) => data.toString('utf8', data.indexOf(0, 10) + 5))
  );
}
