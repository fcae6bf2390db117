import pg from 'pg';
import { logError } from '../utils/log.ts';

const int8 = 20;
const numeric = 1700;

/** Ids and averages are far below 2^53, so they are numbers and not texts. Only for our connections, not for all of pg. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 || oid === numeric ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** What a query can be asked of: the pool, or the client of a transaction. */
export interface Queryable {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string | pg.QueryConfig,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<Row>>;
}

let pool: pg.Pool | undefined;

export function openDatabase(url: string): pg.Pool {
  if (pool !== undefined) throw new Error('The database is already open.');
  pool = new pg.Pool({ connectionString: url, max: 10, types, application_name: 'shop' });
  // An idle connection that the server ended. The pool opens another one when it needs it.
  pool.on('error', (error) => logError('database-connection-lost', error));
  // One that is ended in the middle of a transaction fails the query, and then tells the client: unheard, that would end us.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

export async function closeDatabase(): Promise<void> {
  const closing = pool;
  pool = undefined;
  await closing?.end();
}

function opened(): pg.Pool {
  if (pool === undefined) throw new Error('The database is not open.');
  return pool;
}

/** The shop's database. One statement, outside of a transaction. */
export const db: Queryable = {
  query: (text, values) => opened().query(text, values === undefined ? undefined : [...values]),
};

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function withTransaction<T>(work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await opened().connect();
  let broken = false;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A connection of its own, for what outlives a request: LISTEN, migrations, seed, jobs. */
export async function connectAlone(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, types, application_name: name });
  client.on('error', (error) => logError('database-connection-lost', error));
  await client.connect();
  return client;
}
