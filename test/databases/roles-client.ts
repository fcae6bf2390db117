import pg from 'pg';

/**
 * The roles that a managed database would give: `app` owns the tables and is what the application logs in as, `bridge` is
 * overgrow's own login with REPLICATION and membership in the owner, `reader` may only read. None is a superuser.
 */
export const rolePassword = 'overgrow-test';

export async function prepareRoles(superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(`
      CREATE ROLE app LOGIN PASSWORD '${rolePassword}';
      CREATE ROLE bridge LOGIN REPLICATION PASSWORD '${rolePassword}' IN ROLE app;
      CREATE ROLE reader LOGIN PASSWORD '${rolePassword}';
    `);
  } finally {
    await client.end();
  }
}
