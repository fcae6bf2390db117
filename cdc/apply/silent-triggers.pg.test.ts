import { randomBytes } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { noFaults, silentLogger, systemClock, type ReplicationSpec } from '@overgrow/core';
import { createTestDatabase, rolePassword, type TestDatabase } from '@overgrow/test';
import { createBridge } from '../bridge.ts';

const schema = `
  create table counts (op text);
  create table notes (id int primary key, text text not null);
  create function count_it() returns trigger language plpgsql as
    $$ begin insert into public.counts values (tg_op); return null; end $$;
  create trigger counted after insert or update or delete or truncate on notes for each statement execute function count_it();
  create table tags (id int primary key);
  create trigger counted after insert on tags for each row execute function count_it();`;

const spec: ReplicationSpec = {
  context: 'notes',
  tables: { 'public.notes': 'notes', 'public.tags': 'tags' },
  triggers: { 'public.notes.counted': 'suppress', 'public.tags.counted': 'fire' },
  foreignKeys: {},
};

/** A bridge's role of its own: what is granted to the shared one would be seen by every test of the server. */
async function createRole(superuserUrl: TestDatabase, databases: readonly TestDatabase[], maySilence: boolean) {
  const name = `silent_${randomBytes(4).toString('hex')}`;
  const root = await superuserUrl.connect(superuserUrl.superuserUrl);
  await root.query(`create role ${name} login replication password '${rolePassword}' in role app`);
  if (maySilence) await root.query(`grant set on parameter session_replication_role to ${name}`);
  for (const database of databases) await root.query(`grant create on database ${database.name} to ${name}`);
  return {
    name,
    urlOf: (database: TestDatabase) => Object.assign(new URL(database.bridgeUrl), { username: name }).href,
    [Symbol.asyncDispose]: async () => {
      for (const database of databases) {
        const client = await database.connect(database.superuserUrl);
        await client.query(`drop owned by ${name} cascade`);
      }
      await root.query(`drop role ${name}`);
    },
  };
}

async function open(maySilence: boolean, triggers: ReplicationSpec['triggers'] = spec.triggers) {
  const monolith = await createTestDatabase(inject('postgresUrl'), `${schema} insert into notes values (1, 'copied');`);
  const service = await createTestDatabase(inject('postgresUrl'), schema);
  const role = await createRole(monolith, [monolith, service], maySilence);
  const bridge = createBridge({
    context: 'notes',
    spec: { ...spec, triggers },
    monolithUrl: role.urlOf(monolith),
    serviceUrl: role.urlOf(service),
    clock: systemClock,
    logger: silentLogger,
    faults: noFaults,
  });
  return {
    monolith,
    service,
    role,
    bridge,
    [Symbol.asyncDispose]: async () => {
      await bridge.uninstall();
      await role[Symbol.asyncDispose]();
      await monolith.drop();
      await service.drop();
    },
  };
}

test.each(['suppress', 'replaced'] as const)(
  'a trigger declared %s is silent, its neighbour fires',
  async (declared) => {
    await using stage = await open(true, { ...spec.triggers, 'public.notes.counted': declared });
    const { bridge } = stage;
    expect(await bridge.preflight()).toEqual([]);
    await bridge.prepare(1);
    await bridge.start(1);
    const app = await stage.monolith.connect();
    await app.query(`begin; insert into tags values (1); insert into notes values (2, 'b'); insert into tags values (2);
    update notes set text = 'a' where id = 1; delete from notes where id = 2; insert into tags values (3); commit`);
    await app.query('truncate notes');
    await app.query(`insert into notes values (7, 'last')`);
    const target = await stage.service.connect();
    await expect
      .poll(async () => (await target.query('select * from notes')).rows, { timeout: 20_000 })
      .toEqual([{ id: 7, text: 'last' }]);
    expect((await target.query('select op from counts')).rows).toEqual(Array(3).fill({ op: 'INSERT' }));
    expect((await app.query(`select op from counts where op <> 'INSERT' order by op`)).rows).toEqual([
      { op: 'DELETE' },
      { op: 'TRUNCATE' },
      { op: 'UPDATE' },
    ]);
  },
);

test('without the right, nothing begins, and the statement that grants it is named', async () => {
  await using stage = await open(false);
  const hint = expect.stringContaining(`GRANT SET ON PARAMETER session_replication_role TO "${stage.role.name}"`);
  const faults = await stage.bridge.preflight();
  expect(faults).toHaveLength(2);
  for (const fault of faults) expect(fault).toMatchObject({ code: 'CDC_NOT_ALLOWED', hint });
  await expect(stage.bridge.prepare(1)).rejects.toMatchObject({ code: 'CDC_NOT_ALLOWED', hint });
});
