import { createHash } from 'node:crypto';
import pg from 'pg';
import { isOvergrowError, OvergrowError } from '../errors/overgrow-error.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { noFaults, type FaultPoints } from '../runtime/fault-points.ts';
import { createListener } from './postgresql-listener-client.ts';
import { postgresqlMigrations } from './postgresql-migrations.ts';
import { newerSchema } from './schema-version.ts';
import {
  leaseLost,
  type JournalEntry,
  type Json,
  type Lease,
  type StateStore,
  type StoredValue,
} from './state-store.ts';
import { createWatchers } from './watchers.ts';

export interface PostgresqlStoreOptions {
  readonly url: string;
  /** For pauses between attempts to connect only: leases expire by the server's clock, whatever this one says. */
  readonly clock?: Clock;
  /** The store's own schema. */
  readonly schema?: string;
  /** Points: `state.before-commit`. */
  readonly faults?: FaultPoints;
}

const defaultSchema = 'overgrow_state';

/**
 * The state store in a schema of a PostgreSQL database, for proxies, bridges and orchestrators in separate processes.
 * Needs a role that may create the schema, once; no extension and no superuser. Resolves when it is migrated and listens.
 * @throws STATE_UNREACHABLE, STATE_UNREADABLE when the role may not use the schema, STATE_SCHEMA_NEWER.
 */
export async function createPostgresqlStore(options: PostgresqlStoreOptions): Promise<StateStore> {
  const { url, clock = systemClock, schema = defaultSchema, faults = noFaults } = options;
  const place = describePlace(url, schema);
  const name = pg.escapeIdentifier(schema);
  const pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'overgrow state' });
  // An idle connection that the server ends is replaced at the next query.
  pool.on('error', () => {});
  const watchers = createWatchers();

  const rows = <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> =>
    translate(place, async () => (await pool.query<T>(text, values)).rows);

  /** One effect in a transaction. Explicit, so that a crash test can end the process between statement and commit. */
  const effect = <T extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<T[]> =>
    translate(place, () =>
      withClient(pool, async (client) => {
        if (faults === noFaults) return (await client.query<T>(text, values)).rows;
        await client.query('BEGIN');
        const result = await client.query<T>(text, values);
        faults.reach('state.before-commit');
        await client.query('COMMIT');
        return result.rows;
      }),
    );

  const read = async (key: string): Promise<StoredValue | undefined> => {
    const [row] = await rows<ValueRow>(`SELECT key, value, version FROM ${name}.value WHERE key = $1`, [key]);
    return row && decodeValue(row);
  };

  let listener: AsyncDisposable;
  try {
    await translate(place, () =>
      withClient(pool, (client) => migratePostgresql(client, place, schema, postgresqlMigrations)),
    );
    const catchUp = async () => {
      const all = await rows<{ key: string }>(`SELECT key FROM ${name}.value`).catch(() => []);
      for (const { key } of all) watchers.changed(key);
    };
    listener = await translate(place, () =>
      createListener({
        url,
        clock,
        channel: channelOf(schema),
        onMessage: (key) => watchers.changed(key),
        onGap: () => void catchUp(),
      }),
    );
  } catch (error) {
    await pool.end();
    throw error;
  }

  let ended: Promise<void> | undefined;
  const end = async () => {
    await listener[Symbol.asyncDispose]();
    await pool.end();
  };

  return {
    read,
    list: async (prefix) => {
      const all = await rows<ValueRow>(
        `SELECT key, value, version FROM ${name}.value WHERE starts_with(key, $1) ORDER BY key`,
        [prefix],
      );
      return all.map(decodeValue);
    },

    compareAndSet: async (key, expected, value, { lease, journal = [] } = {}) => {
      const [row] = await effect<{ outcome: 'written' | 'conflict' | 'lease-lost' }>(
        `SELECT ${name}.compare_and_set($1, $2, $3, $4, $5, $6, $7, $8) AS outcome`,
        [
          key,
          expected,
          JSON.stringify(value),
          lease?.name ?? null,
          lease?.epoch ?? null,
          journal.map(({ context }) => context),
          journal.map(({ event }) => event),
          journal.map(({ data }) => JSON.stringify(data)),
        ],
      );
      if (row?.outcome === 'written') return { kind: 'written', version: expected + 1 };
      if (row?.outcome === 'lease-lost') return { kind: 'lease-lost' };
      return { kind: 'conflict', current: await read(key) };
    },

    append: async (context, event, data, lease) => {
      const [row] = await effect<{ sequence: string | null }>(`SELECT ${name}.append($1, $2, $3, $4, $5) AS sequence`, [
        context,
        event,
        JSON.stringify(data),
        lease?.name ?? null,
        lease?.epoch ?? null,
      ]);
      if (typeof row?.sequence === 'string') return Number(row.sequence);
      if (lease !== undefined) throw leaseLost(lease);
      throw new Error('the journal gave no sequence');
    },

    journal: async ({ context, afterSequence = 0, limit = 1000, newest = false } = {}) => {
      const found = await rows<EntryRow>(
        `SELECT sequence, at_ms, context, event, data FROM ${name}.journal
         WHERE sequence > $1 AND ($3::text IS NULL OR context = $3) ORDER BY sequence ${newest ? 'DESC' : 'ASC'} LIMIT $2`,
        [afterSequence, limit, context ?? null],
      );
      const entries = found.map(decodeEntry);
      return newest ? entries.toReversed() : entries;
    },

    acquireLease: async (leaseName, holder, ttlMs) => {
      // The condition is evaluated under the row's lock, by the clock of that moment.
      const [row] = await effect<LeaseRow>(
        `INSERT INTO ${name}.lease AS held (name, holder, epoch, expires_at_ms)
         VALUES ($1, $2, 1, ${name}.now_ms() + $3::bigint)
         ON CONFLICT (name) DO UPDATE SET holder = $2, epoch = held.epoch + 1, expires_at_ms = ${name}.now_ms() + $3::bigint
         WHERE held.holder = $2 OR held.expires_at_ms <= ${name}.now_ms()
         RETURNING name, holder, epoch, expires_at_ms`,
        [leaseName, holder, ttlMs],
      );
      return row && decodeLease(row);
    },

    renewLease: async (lease, ttlMs) => {
      const [row] = await effect<LeaseRow>(
        `UPDATE ${name}.lease SET expires_at_ms = ${name}.now_ms() + $3::bigint
         WHERE name = $1 AND epoch = $2 AND expires_at_ms > ${name}.now_ms() RETURNING name, holder, epoch, expires_at_ms`,
        [lease.name, lease.epoch, ttlMs],
      );
      return row && decodeLease(row);
    },

    releaseLease: async (lease) => {
      // The row stays: its epoch must never be given again.
      await effect(`UPDATE ${name}.lease SET expires_at_ms = 0 WHERE name = $1 AND epoch = $2`, [
        lease.name,
        lease.epoch,
      ]);
    },

    watch: (prefix, onChange) => watchers.add(prefix, onChange),

    [Symbol.asyncDispose]: () => (ended ??= end()),
  };
}

/** Brings the schema to the version of `steps` in one transaction; processes that start together queue for its lock. */
export async function migratePostgresql(
  client: pg.ClientBase,
  place: string,
  schema: string,
  steps: readonly string[],
): Promise<void> {
  const name = pg.escapeIdentifier(schema);
  const channel = pg.escapeLiteral(channelOf(schema));
  await client.query('BEGIN');
  try {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('overgrow state ' || $1, 0))`, [schema]);
    // IF NOT EXISTS would ask for the right to create schemas even where the schema is there.
    const { rowCount } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
    if (rowCount === 0) await client.query(`CREATE SCHEMA ${name}`);
    await client.query(`CREATE TABLE IF NOT EXISTS ${name}.schema_version (version int NOT NULL)`);
    const { rows } = await client.query<{ version: number }>(`SELECT version FROM ${name}.schema_version`);
    const version = rows[0]?.version ?? 0;
    if (version > steps.length) throw newerSchema(place, version, steps.length);
    for (const step of steps.slice(version)) {
      await client.query(step.replaceAll('{schema}', () => name).replaceAll('{channel}', () => channel));
    }
    if (rows.length === 0) await client.query(`INSERT INTO ${name}.schema_version VALUES ($1)`, [steps.length]);
    else if (version < steps.length)
      await client.query(`UPDATE ${name}.schema_version SET version = $1`, [steps.length]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

interface ValueRow {
  readonly key: string;
  readonly value: string;
  readonly version: string;
}

interface EntryRow {
  readonly sequence: string;
  readonly at_ms: string;
  readonly context: string;
  readonly event: string;
  readonly data: string;
}

interface LeaseRow {
  readonly name: string;
  readonly holder: string;
  readonly epoch: string;
  readonly expires_at_ms: string;
}

const decodeValue = (row: ValueRow): StoredValue => ({
  key: row.key,
  value: JSON.parse(row.value) as Json,
  version: Number(row.version),
});

const decodeEntry = (row: EntryRow): JournalEntry => ({
  sequence: Number(row.sequence),
  atMs: Number(row.at_ms),
  context: row.context,
  event: row.event,
  data: JSON.parse(row.data) as Json,
});

const decodeLease = (row: LeaseRow): Lease => ({
  name: row.name,
  holder: row.holder,
  epoch: Number(row.epoch),
  expiresAtMs: Number(row.expires_at_ms),
});

/** A name of at most 63 bytes, which is what an identifier may have. */
function channelOf(schema: string): string {
  return `overgrow_${createHash('sha256').update(schema).digest('hex').slice(0, 16)}`;
}

/** Host, port, database and schema: what a reader needs to find the place, and never the password. */
function describePlace(url: string, schema: string): string {
  const { host, pathname } = URL.canParse(url) ? new URL(url) : { host: '', pathname: '' };
  return `${host}${pathname} (schema ${schema})`;
}

async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failed: Error | undefined;
  try {
    return await work(client);
  } catch (error) {
    failed = error as Error;
    throw error;
  } finally {
    // After a failure the connection may be in a transaction or half dead: it is not used again.
    client.release(failed);
  }
}

/** SQLSTATE 42501 and 3F000: rights and schema; 42P01, 42703, 42883: the schema is not what this release has made. */
async function translate<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isOvergrowError(error)) throw error;
    const { code, message: text } = error as Error & { code?: string };
    // A refused connection to a name with several addresses is an AggregateError without a text.
    const message = text === '' ? 'no connection' : text;
    const state = code === undefined ? '' : ` (${code})`;
    if (code !== undefined && ['42501', '3F000', '42P01', '42P07', '42703', '42883'].includes(code)) {
      throw new OvergrowError('STATE_UNREADABLE', `The state store at ${place} cannot be used: ${message}${state}.`, {
        hint: `Give the role the right to create the schema, or let it own a schema that only overgrow uses.`,
        cause: error,
      });
    }
    throw new OvergrowError('STATE_UNREACHABLE', `The state store at ${place} cannot be reached: ${message}${state}.`, {
      hint: 'Check state.url in the manifest, and that the database runs and lets this role in.',
      details: code === undefined ? {} : { code },
      cause: error,
    });
  }
}
