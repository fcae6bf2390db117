import { describe, expect, inject, test } from 'vitest';
import { createTestDatabase } from './test-database-client.ts';

describe('a test database', () => {
  const schema = 'CREATE TABLE notes (id int PRIMARY KEY, text text NOT NULL)';

  test('starts from its template and is given as unprivileged roles', async () => {
    await using database = await createTestDatabase(inject('postgresUrl'), schema);
    const app = await database.connect();
    await app.query(`INSERT INTO notes VALUES (1, 'mine')`);
    const bridge = await database.connect(database.bridgeUrl);
    const { rows } = await bridge.query(
      `SELECT (SELECT count(*)::int FROM notes) AS notes, rolsuper, rolreplication FROM pg_roles WHERE rolname = session_user`,
    );
    expect(rows).toEqual([{ notes: 1, rolsuper: false, rolreplication: true }]);
  });

  test('tells of a slot that a test left behind, and removes it', async () => {
    const database = await createTestDatabase(inject('postgresUrl'), schema);
    const bridge = await database.connect(database.bridgeUrl);
    await bridge.query(`SELECT pg_create_logical_replication_slot('left_behind', 'pgoutput')`);
    await expect(database.drop()).rejects.toThrow('left_behind');
  });
});
