import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectAlone } from './database.ts';

const folder = fileURLToPath(new URL('../migrations/', import.meta.url));

/** Runs the migrations that this database has not seen, each in a transaction. Returns their names. */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  const client = await connectAlone(databaseUrl, 'shop-migrate');
  try {
    // Two deployments at once: the second waits and finds nothing left to do.
    await client.query(`SELECT pg_advisory_lock(hashtext('shop-migrations'))`);
    await client.query(
      'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await client.query<{ name: string }>('SELECT name FROM schema_migrations');
    const known = new Set(rows.map((row) => row.name));
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql') && !known.has(name)).toSorted();
    for (const name of names) {
      const sql = await readFile(path.join(folder, name), 'utf8');
      try {
        await client.query('BEGIN');
        await client.query(sql);
        await client.query('INSERT INTO schema_migrations (name) VALUES ($1)', [name]);
        await client.query('COMMIT');
      } catch (error) {
        throw new Error(`The migration ${name} failed.`, { cause: error });
      }
    }
    return names;
  } finally {
    await client.end();
  }
}
