import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface StageDatabase {
  /** As the application that owns the tables. */
  readonly ownerUrl: string;
  /** As overgrow. */
  readonly bridgeUrl: string;
  readonly superuserUrl: string;
}

export interface StageDatabases {
  readonly shop: StageDatabase;
  readonly reviews: StageDatabase;
  /** Drops both databases with their slots, and the roles. */
  drop(): Promise<void>;
}

/**
 * Two databases in one server, as two teams would have them: each with an owner of its own, and one bridge role that may
 * replicate and is a member of both owners. No superuser but the given one, which only makes and drops them.
 */
export async function createStageDatabases(serverUrl: string): Promise<StageDatabases> {
  const run = randomBytes(3).toString('hex');
  const names = { shop: `shop_${run}`, reviews: `reviews_${run}`, bridge: `overgrow_bridge_${run}` };
  const password = randomBytes(9).toString('hex');
  const as = (role: string | null, database: string) => {
    const url = new URL(serverUrl);
    if (role !== null) {
      url.username = role;
      url.password = password;
    }
    url.pathname = `/${database}`;
    return url.href;
  };
  await superuser(serverUrl, async (client) => {
    for (const owner of [names.shop, names.reviews]) {
      await client.query(`CREATE ROLE ${owner} LOGIN PASSWORD '${password}'`);
      await client.query(`CREATE DATABASE ${owner} OWNER ${owner}`);
    }
    await client.query(
      `CREATE ROLE ${names.bridge} LOGIN REPLICATION PASSWORD '${password}' IN ROLE ${names.shop}, ${names.reviews}`,
    );
    for (const database of [names.shop, names.reviews])
      await client.query(`GRANT CREATE ON DATABASE ${database} TO ${names.bridge}`);
  });
  const database = (name: string): StageDatabase => ({
    ownerUrl: as(name, name),
    bridgeUrl: as(names.bridge, name),
    superuserUrl: as(null, name),
  });
  return {
    shop: database(names.shop),
    reviews: database(names.reviews),
    drop: () =>
      superuser(serverUrl, async (client) => {
        const slots = await client.query<{ slot_name: string; active_pid: number | null }>(
          'SELECT slot_name, active_pid FROM pg_replication_slots WHERE database = ANY ($1)',
          [[names.shop, names.reviews]],
        );
        for (const { slot_name, active_pid } of slots.rows) {
          if (active_pid !== null) await client.query('SELECT pg_terminate_backend($1, 5000)', [active_pid]);
          await client.query('SELECT pg_drop_replication_slot($1)', [slot_name]);
        }
        for (const name of [names.shop, names.reviews])
          await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        for (const role of [names.bridge, names.shop, names.reviews]) await client.query(`DROP ROLE IF EXISTS ${role}`);
      }),
  };
}

async function superuser(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
