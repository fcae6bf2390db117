import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const folder = fileURLToPath(new URL('./migrations/', import.meta.url));

/** Makes the service's tables, empty: overgrow's bridge fills them. Returns the names of what it ran. */
export async function migrateReviews(databaseUrl: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'reviews-migrate' });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('reviews-migrations'))`);
    await client.query('CREATE SCHEMA IF NOT EXISTS reviews');
    await client.query(
      'CREATE TABLE IF NOT EXISTS reviews.migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await client.query<{ name: string }>('SELECT name FROM reviews.migration');
    const names = (await readdir(folder)).toSorted().filter((name) => !rows.some((row) => row.name === name));
    for (const name of names) {
      await client.query(await readFile(path.join(folder, name), 'utf8'));
      await client.query('INSERT INTO reviews.migration (name) VALUES ($1)', [name]);
    }
    await client.query('COMMIT');
    return names;
  } finally {
    await client.end();
  }
}
