import { describe, expect, inject, test } from 'vitest';
import type { OvergrowError, ReplicationSpec } from '@overgrow/core';
import { createTestDatabase, rolePassword, type TestDatabase } from '@overgrow/test';
import { preflight } from './preflight-client.ts';

const table = 'create table reviews (id int primary key, rating int not null);';
const spec = (change: Partial<ReplicationSpec> = {}): ReplicationSpec => ({
  context: 'reviews',
  tables: { 'public.reviews': 'reviews' },
  triggers: {},
  foreignKeys: {},
  ...change,
});

async function open(schema = table) {
  const monolith = await createTestDatabase(inject('postgresUrl'), schema);
  const service = await createTestDatabase(inject('postgresUrl'), table);
  return {
    monolith,
    service,
    check: (
      change: Partial<ReplicationSpec> = {},
      urls: { monolithUrl?: string; serviceUrl?: string } = {},
      old = 60_000,
    ) =>
      preflight({
        context: 'reviews',
        spec: spec(change),
        monolithUrl: monolith.bridgeUrl,
        serviceUrl: service.bridgeUrl,
        oldTransactionMs: old,
        ...urls,
      }),
    [Symbol.asyncDispose]: async () => {
      await monolith.drop();
      await service.drop();
    },
  };
}

const codes = (faults: readonly OvergrowError[]) => faults.map((fault) => fault.code);
const asRole = (database: TestDatabase, role: string, password = rolePassword) =>
  Object.assign(new URL(database.bridgeUrl), { username: role, password }).href;

describe('the preflight', () => {
  test('finds nothing where all is well, and creates nothing', async () => {
    await using stage = await open();
    expect(await stage.check()).toEqual([]);
    const client = await stage.monolith.connect();
    const { rows } = await client.query(
      `select to_regnamespace('overgrow') as schema, (select count(*)::int from pg_publication) as publications`,
    );
    expect(rows).toEqual([{ schema: null, publications: 0 }]);
  });

  test('names a table of the service that has rows before the first copy, and only then', async () => {
    await using stage = await open();
    const service = await stage.service.connect();
    await service.query('insert into reviews values (1, 5)');
    const faults = await stage.check();
    expect(codes(faults)).toEqual(['CDC_TARGET_NOT_EMPTY']);
    expect(faults[0]?.hint).toContain('TRUNCATE');
    const bridge = await stage.service.connect(stage.service.bridgeUrl);
    await bridge.query(`create schema overgrow; create table overgrow.progress (context text, direction text);
      insert into overgrow.progress values ('reviews', 'forward')`);
    expect(await stage.check()).toEqual([]);
  });

  test('names a database that does not answer, and goes on with the other', async () => {
    await using stage = await open(`create table reviews (id int, rating int)`);
    const serviceUrl = 'postgres://bridge@127.0.0.1:1/nothing';
    expect(codes(await stage.check({}, { serviceUrl }))).toEqual(['CDC_DATABASE_UNREACHABLE', 'CDC_TABLE_WITHOUT_KEY']);
  });

  test('names a table without a key once', async () => {
    await using stage = await open(`create table reviews (id int, rating int)`);
    const faults = await stage.check();
    expect(codes(faults)).toContain('CDC_TABLE_WITHOUT_KEY');
    expect(faults.filter((fault) => /no primary key|without a key/.test(fault.message))).toHaveLength(1);
  });

  test('gives the statement for each missing right', async () => {
    await using stage = await open();
    const faults = await stage.check({}, { monolithUrl: asRole(stage.monolith, 'reader') });
    const hints = faults.filter((fault) => fault.code === 'CDC_NOT_ALLOWED').map((fault) => fault.hint);
    expect(hints).toEqual([
      'Run ALTER ROLE "reader" REPLICATION;',
      `Run GRANT CREATE ON DATABASE "${stage.monolith.name}" TO "reader";`,
      'Run GRANT "app" TO "reader";',
    ]);
  });

  test('refuses a bridge that logs in as the owner of the tables', async () => {
    await using stage = await open();
    const faults = await stage.check({}, { monolithUrl: stage.monolith.appUrl });
    expect(faults.map((fault) => fault.message).join('\\n')).toContain('could not tell it from the application');
  });

  test('refuses one database for both sides', async () => {
    await using stage = await open();
    expect(codes(await stage.check({}, { serviceUrl: stage.monolith.bridgeUrl }))).toContain('CDC_SAME_DATABASE');
  });

  test('names a transaction that a slot would wait for', async () => {
    await using stage = await open();
    const app = await stage.monolith.connect();
    const { rows } = await app
      .query<{ pid: number }>(`begin; insert into reviews values (1, 5)`)
      .then(() => app.query<{ pid: number }>('select pg_backend_pid() as pid'));
    const faults = await stage.check({}, {}, 0);
    const ours = faults.filter((fault) => fault.details['pid'] === rows[0]?.pid);
    expect(codes(ours)).toEqual(['CDC_OPEN_TRANSACTION', 'CDC_OPEN_TRANSACTION']);
    expect(ours[0]?.hint).toContain(`pg_terminate_backend(${rows[0]?.pid})`);
    await app.query('rollback');
  });

  test('asks for a decision on each trigger, and refuses one that cannot hold', async () => {
    const triggers = `
      create table products (id int primary key, rating int);
      create table counts (n int);
      create function rate() returns trigger language plpgsql as
        $$ begin update products set rating = new.rating where id = new.id; return new; end $$;
      create function twice() returns trigger language plpgsql as
        $$ begin insert into public.reviews values (new.id + 1, 1); return new; end $$;
      create trigger rate after insert on reviews for each row execute function rate();
      create trigger twice after insert on reviews for each row execute function twice();`;
    await using stage = await open(table + triggers);
    expect(codes(await stage.check())).toEqual(['CDC_TRIGGER_UNDECIDED', 'CDC_TRIGGER_UNDECIDED']);
    const fire = { 'public.reviews.rate': 'fire', 'public.reviews.twice': 'fire' } as const;
    const [writes, ...others] = await stage.check({ triggers: fire });
    expect(others).toEqual([]);
    expect(writes?.message).toContain('public.reviews');
    const [right] = await stage.check({ triggers: { ...fire, 'public.reviews.twice': 'suppress' } });
    expect(right?.hint).toContain('GRANT SET ON PARAMETER session_replication_role TO "bridge"');
  });

  test('asks for a decision on each key that crosses the cut', async () => {
    const keys = `
      create table users (id int primary key);
      alter table reviews add user_id int references users on delete cascade;
      create table votes (id int primary key, review_id int references reviews);`;
    await using stage = await open(table + keys);
    const columns = { 'public.reviews': { to: 'reviews', columns: { id: 'id', rating: 'rating' } } };
    expect(codes(await stage.check({ tables: columns }))).toEqual([
      'CDC_FOREIGN_KEY_UNDECIDED',
      'CDC_FOREIGN_KEY_UNDECIDED',
    ]);
    const declared = { 'reviews.user_id': 'wait', 'public.votes.review_id': 'wait' } as const;
    const [cascade, ...others] = await stage.check({ tables: columns, foreignKeys: declared });
    expect(others).toEqual([]);
    expect(cascade?.message).toContain('cascades');
    expect(cascade?.hint).toContain('NO ACTION');
    const app = await stage.monolith.connect();
    await app.query(`alter table reviews drop constraint reviews_user_id_fkey`);
    expect(await stage.check({ tables: columns, foreignKeys: declared })).toEqual([]);
  });

  test('reports every fault of the mapping', async () => {
    await using stage = await open();
    const faults = await stage.check({ tables: { 'public.reviews': 'review', 'public.nothing': 'reviews' } });
    expect(codes(faults)).toEqual(['CDC_MAPPING_INVALID', 'CDC_MAPPING_INVALID']);
  });
});
