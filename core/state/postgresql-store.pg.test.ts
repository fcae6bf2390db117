import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/databases/test-database-client.ts';
import { systemClock } from '../runtime/clock.ts';
import { createManualClock } from '../runtime/manual-clock.ts';
import { postgresqlMigrations } from './postgresql-migrations.ts';
import { createPostgresqlStore, migratePostgresql } from './postgresql-store.ts';
import { describeStateStore } from './state-store-contract.ts';

describeStateStore('PostgreSQL', async () => {
  const database = await createTestDatabase(inject('postgresUrl'));
  const admin = await database.connect(database.bridgeUrl);
  return {
    open: () => createPostgresqlStore({ url: database.bridgeUrl }),
    spec: { store: 'postgresql', url: database.bridgeUrl },
    // The server's clock can't be moved; moving every expiry into the past is the same to the store.
    passTime: async (ms) => {
      await admin.query('UPDATE overgrow_state.lease SET expires_at_ms = expires_at_ms - $1', [ms]);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
});

describe('a PostgreSQL store', () => {
  let database: TestDatabase;
  let schemas = 0;
  const freshSchema = () => `state "${(schemas += 1)}`;
  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
  });
  afterAll(() => database.drop());

  test('expires leases by the server, whatever the clock of the process says', async () => {
    const schema = freshSchema();
    await using store = await createPostgresqlStore({ url: database.bridgeUrl, schema });
    const early = createManualClock(systemClock.nowMs() + 86_400_000);
    await using other = await createPostgresqlStore({ url: database.bridgeUrl, schema, clock: early });
    const lease = await store.acquireLease('orchestrator', 'one', 60_000);
    expect(await other.acquireLease('orchestrator', 'two', 60_000)).toBeUndefined();
    expect(await other.compareAndSet('a', 0, 1, { lease: { name: 'orchestrator', epoch: 1 } })).toEqual({
      kind: 'written',
      version: 1,
    });
    expect(lease?.epoch).toBe(1);
  });

  test('holds a takeover back until a write under the lease has ended', async () => {
    const schema = 'held_back';
    await using store = await createPostgresqlStore({ url: database.bridgeUrl, schema });
    await store.acquireLease('orchestrator', 'one', 60_000);
    const writer = await database.connect(database.bridgeUrl);
    await writer.query('BEGIN');
    await writer.query(`SELECT held_back.compare_and_set('flip', 0, '1', 'orchestrator', 1)`);
    const expire = await database.connect(database.bridgeUrl);
    const expired = expire.query('UPDATE held_back.lease SET expires_at_ms = 0');
    const takeover = expired.then(() => store.acquireLease('orchestrator', 'two', 60_000));
    await waitForBlocked(database, 'UPDATE held_back.lease%');
    await writer.query('COMMIT');
    expect((await takeover)?.epoch).toBe(2);
    expect(await store.read('flip')).toEqual({ key: 'flip', value: 1, version: 1 });
  });

  test('several of one schema may be opened at the same moment', async () => {
    const schema = freshSchema();
    const stores = await Promise.all([1, 2, 3].map(() => createPostgresqlStore({ url: database.bridgeUrl, schema })));
    expect(await Promise.all(stores.map((store) => store.append('-', 'opened', null)))).toHaveLength(3);
    for (const store of stores) await store[Symbol.asyncDispose]();
  });

  test('hears of changes made while its connection was lost', async () => {
    const schema = freshSchema();
    await using watching = await createPostgresqlStore({ url: database.bridgeUrl, schema });
    await using writing = await createPostgresqlStore({ url: database.bridgeUrl, schema });
    const admin = await database.connect(database.superuserUrl);
    const heard = new Promise<string>((resolve) => {
      watching.watch('a/', resolve);
    });
    // The call waits until the listener's session is gone; only then the value is written.
    await admin.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE application_name = 'overgrow state watch' AND datname = current_database()`,
    );
    await writing.compareAndSet('a/1', 0, 'written');
    expect(await heard).toBe('a/1');
  });

  test.each(postgresqlMigrations.map((_, version) => version))(
    'of schema version %i is migrated, with its data',
    async (version) => {
      const schema = `old_${version}`;
      const client = await database.connect(database.bridgeUrl);
      await migratePostgresql(client, 'test', schema, postgresqlMigrations.slice(0, version));
      if (version > 0) await client.query(`INSERT INTO ${schema}.value VALUES ('kept', '"from before"', 7)`);
      await using store = await createPostgresqlStore({ url: database.bridgeUrl, schema });
      expect((await store.read('kept'))?.version).toBe(version > 0 ? 7 : undefined);
      expect(await store.append('-', 'migrated', null)).toBe(1);
      const { rows } = await client.query(`SELECT version FROM ${schema}.schema_version`);
      expect(rows).toEqual([{ version: postgresqlMigrations.length }]);
    },
  );

  test('of a newer release is refused, and left as it is', async () => {
    const client = await database.connect(database.bridgeUrl);
    const steps = [...postgresqlMigrations, 'CREATE TABLE {schema}.of_the_future (id int)'];
    await migratePostgresql(client, 'test', 'newer', steps);
    await expect(createPostgresqlStore({ url: database.bridgeUrl, schema: 'newer' })).rejects.toMatchObject({
      code: 'STATE_SCHEMA_NEWER',
    });
    const { rows } = await client.query('SELECT version FROM newer.schema_version');
    expect(rows).toEqual([{ version: steps.length }]);
  });

  test('leaves nothing of a migration that fails', async () => {
    const client = await database.connect(database.bridgeUrl);
    const steps = [...postgresqlMigrations, 'SELECT 1/0'];
    await expect(migratePostgresql(client, 'test', 'failed', steps)).rejects.toThrow('division by zero');
    const { rowCount } = await client.query(`SELECT FROM pg_namespace WHERE nspname = 'failed'`);
    expect(rowCount).toBe(0);
  });

  test('says what is wrong without the password: no right, no server, wrong password', async () => {
    await expect(createPostgresqlStore({ url: database.readerUrl })).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
    });
    const nobody = new URL(database.bridgeUrl);
    nobody.port = '1';
    nobody.password = 'hunter2-hunter2';
    const error = await createPostgresqlStore({ url: nobody.href }).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'STATE_UNREACHABLE' });
    expect(JSON.stringify(error) + (error as Error).message).not.toContain('hunter2');
  });
});

async function waitForBlocked(database: TestDatabase, query: string): Promise<void> {
  const client = await database.connect(database.superuserUrl);
  for (;;) {
    const { rowCount } = await client.query(
      `SELECT FROM pg_stat_activity WHERE query LIKE $1 AND cardinality(pg_blocking_pids(pid)) > 0`,
      [query],
    );
    if (rowCount === 1) return;
  }
}
