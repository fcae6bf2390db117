import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { createManualClock } from '../runtime/manual-clock.ts';
import { openStateStore } from './open-state-store.ts';
import { sqliteMigrations } from './sqlite-migrations.ts';
import { createSqliteStore, migrateSqlite } from './sqlite-store.ts';
import { describeStateStore } from './state-store-contract.ts';

async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'overgrow-state-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

describeStateStore('SQLite', async () => {
  const place = await temporaryFolder();
  const file = path.join(place.folder, 'state.db');
  const clock = createManualClock();
  return {
    open: async () => createSqliteStore({ file, clock }),
    spec: { store: 'sqlite', file },
    passTime: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
});

describe('a SQLite store', () => {
  test('in memory works and belongs to one handle', async () => {
    const clock = createManualClock();
    await using store = createSqliteStore({ file: ':memory:', clock });
    await using other = createSqliteStore({ file: ':memory:', clock });
    const heard: string[] = [];
    store.watch('', (key) => heard.push(key));
    expect(await store.compareAndSet('a', 0, 1)).toEqual({ kind: 'written', version: 1 });
    await clock.advance(0);
    expect(heard).toEqual(['a']);
    expect(await other.read('a')).toBeUndefined();
  });

  test('makes the folder that the manifest names, from the manifest', async () => {
    await using place = await temporaryFolder();
    const options = { clock: createManualClock(), baseFolder: place.folder };
    await using store = await openStateStore({ store: 'sqlite', file: '.overgrow/state.db' }, options);
    await store.append('-', 'started', null);
    await using again = createSqliteStore({
      file: path.join(place.folder, '.overgrow/state.db'),
      clock: options.clock,
    });
    expect(await again.journal()).toHaveLength(1);
  });

  test.each(sqliteMigrations.map((_, version) => version))(
    'of schema version %i is migrated, with its data',
    async (version) => {
      await using place = await temporaryFolder();
      const file = path.join(place.folder, 'state.db');
      const old = new DatabaseSync(file);
      migrateSqlite(old, file, sqliteMigrations.slice(0, version));
      if (version > 0) old.exec(`INSERT INTO value VALUES ('kept', '"from before"', 7, 9)`);
      old.close();
      await using store = createSqliteStore({ file, clock: createManualClock() });
      expect((await store.read('kept'))?.value).toBe(version > 0 ? 'from before' : undefined);
      expect(await store.append('-', 'migrated', null)).toBe(1);
      const check = new DatabaseSync(file);
      expect(check.prepare('PRAGMA user_version').get()).toEqual({ user_version: sqliteMigrations.length });
      check.close();
    },
  );

  test('of a newer release is refused, and left as it is', async () => {
    await using place = await temporaryFolder();
    const file = path.join(place.folder, 'state.db');
    const newer = new DatabaseSync(file);
    migrateSqlite(newer, file, [...sqliteMigrations, 'CREATE TABLE of_the_future (id INTEGER)']);
    newer.close();
    const open = () => createSqliteStore({ file, clock: createManualClock() });
    expect(open).toThrow(expect.objectContaining({ code: 'STATE_SCHEMA_NEWER' }));
    const check = new DatabaseSync(file);
    expect(check.prepare('PRAGMA user_version').get()).toEqual({ user_version: sqliteMigrations.length + 1 });
    check.close();
  });

  test('says when the file is something else, or cannot be opened', async () => {
    await using place = await temporaryFolder();
    const file = path.join(place.folder, 'notes.txt');
    await writeFile(file, 'these are my notes, not a database\n'.repeat(200));
    const clock = createManualClock();
    expect(() => createSqliteStore({ file, clock })).toThrow(expect.objectContaining({ code: 'STATE_UNREADABLE' }));
    const inside = path.join(file, 'state.db');
    expect(() => createSqliteStore({ file: inside, clock })).toThrow(
      expect.objectContaining({ code: 'STATE_UNREACHABLE' }),
    );
    expect(() => createSqliteStore({ file: place.folder, clock })).toThrow(
      expect.objectContaining({ code: 'STATE_UNREACHABLE' }),
    );
  });

  test('leaves nothing of a migration that fails', async () => {
    const database = new DatabaseSync(':memory:');
    const steps = [...sqliteMigrations, 'CREATE TABLE half (id INTEGER); CREATE TABLE half (id INTEGER)'];
    expect(() => migrateSqlite(database, ':memory:', steps)).toThrow(/half/);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 0 });
    expect(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()).toEqual({ tables: 0 });
    database.close();
  });
});
