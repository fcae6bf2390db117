import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { rolePassword } from './roles-client.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** As the application: owner of its tables, no superuser. */
  readonly appUrl: string;
  /** As overgrow's bridge: LOGIN REPLICATION, member of the owner, CREATE on the database; no superuser. */
  readonly bridgeUrl: string;
  readonly readerUrl: string;
  /** As the superuser: for what only a test does (ending sessions, looking at slots). */
  readonly superuserUrl: string;
  /** A connected client that ends with the database. */
  connect(url?: string): Promise<pg.Client>;
  drop(): Promise<void>;
}

const templates = new Map<string, Promise<string>>();

/**
 * A database of its own in the run's server. `schema` (SQL, run as the application's role) is run once per text and worker:
 * a template database is made of it and copied, which takes milliseconds.
 * Dropping it fails when the test left a slot behind: a slot holds the log of a whole server.
 */
export async function createTestDatabase(postgresUrl: string, schema = ''): Promise<TestDatabase> {
  const template = await (templates.get(schema) ?? remember(postgresUrl, schema));
  const name = `test_${randomBytes(6).toString('hex')}`;
  await superuser(postgresUrl, async (client) => {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER app`);
    await client.query(`GRANT CREATE ON DATABASE ${name} TO bridge`);
  });
  const as = (role: string) => {
    const url = new URL(postgresUrl);
    url.username = role;
    url.password = rolePassword;
    url.pathname = `/${name}`;
    return url.href;
  };
  const superuserUrl = Object.assign(new URL(postgresUrl), { pathname: `/${name}` }).href;
  const clients: pg.Client[] = [];
  const drop = async () => {
    await Promise.all(clients.splice(0).map((client) => client.end().catch(() => {})));
    const slots = await dropDatabase(postgresUrl, name);
    if (slots.length > 0) throw new Error(`leak: the test left replication slots behind: ${slots.join(', ')}`);
  };
  return {
    name,
    appUrl: as('app'),
    bridgeUrl: as('bridge'),
    readerUrl: as('reader'),
    superuserUrl,
    connect: async (url = as('app')) => {
      const client = new pg.Client({ connectionString: url });
      // A test may end this session from the server's side; the test then sees it at its next query.
      client.on('error', () => {});
      await client.connect();
      clients.push(client);
      return client;
    },
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

function remember(postgresUrl: string, schema: string): Promise<string> {
  const made = createTemplate(postgresUrl, schema);
  templates.set(schema, made);
  return made;
}

async function createTemplate(postgresUrl: string, schema: string): Promise<string> {
  const name = `template_${randomBytes(6).toString('hex')}`;
  await superuser(postgresUrl, (client) => client.query(`CREATE DATABASE ${name} OWNER app`));
  const url = new URL(postgresUrl);
  url.username = 'app';
  url.password = rolePassword;
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    if (schema !== '') await client.query(schema);
  } finally {
    await client.end();
  }
  return name;
}

/** Removes the database with its slots and sessions; returns the names of the slots that were left. */
async function dropDatabase(postgresUrl: string, name: string): Promise<string[]> {
  return superuser(postgresUrl, async (client) => {
    const left = await client.query<{ slot_name: string; active_pid: number | null }>(
      'SELECT slot_name, active_pid FROM pg_replication_slots WHERE database = $1',
      [name],
    );
    for (const { slot_name, active_pid } of left.rows) {
      if (active_pid !== null) await client.query('SELECT pg_terminate_backend($1, 5000)', [active_pid]);
      await client.query('SELECT pg_drop_replication_slot($1)', [slot_name]);
    }
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    return left.rows.map((row) => row.slot_name);
  });
}

async function superuser<T>(postgresUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
