import pg from 'pg';
import { databaseError } from './database-error.ts';

/**
 * Settings under which a value's text is exact and the same on both sides, whatever role, database or server say. The log
 * is printed by the walsender, so its session has them too.
 */
const exactText = [
  'datestyle=ISO,YMD',
  'intervalstyle=postgres',
  'timezone=UTC',
  'extra_float_digits=3',
  'bytea_output=hex',
  'xmloption=content',
  'statement_timeout=0',
  'idle_in_transaction_session_timeout=0',
];

/** A session that the bridge opened, and its end. */
export interface Session extends AsyncDisposable {
  readonly client: pg.Client;
  /** Aborts when the server or the network ended it. */
  readonly lost: AbortSignal;
  end(): Promise<void>;
}

/** @throws CDC_CONNECTION_LOST (retry) or CDC_CONNECTION_REFUSED when the database does not let us in. */
export async function openSession(options: {
  readonly url: string;
  readonly applicationName: string;
  readonly replication?: boolean;
}): Promise<Session> {
  const config: pg.ClientConfig & { replication?: string } = {
    connectionString: options.url,
    application_name: options.applicationName,
    keepAlive: true,
    options: exactText.map((setting) => `-c ${setting}`).join(' '),
    ...(options.replication === true ? { replication: 'database' } : {}),
  };
  const client = new pg.Client(config);
  const lost = new AbortController();
  client.on('error', (error) => lost.abort(databaseError(error)));
  try {
    await client.connect();
  } catch (error) {
    throw databaseError(error);
  }
  const end = () => client.end().catch(() => {});
  return { client, lost: lost.signal, end, [Symbol.asyncDispose]: end };
}

/** Runs in one transaction; any failure rolls back. */
export async function inTransaction<T>(client: pg.ClientBase, work: () => Promise<T>, begin = 'BEGIN'): Promise<T> {
  await client.query(begin);
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
