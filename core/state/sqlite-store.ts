import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OvergrowError, isOvergrowError } from '../errors/overgrow-error.ts';
import type { Clock } from '../runtime/clock.ts';
import { noFaults, type FaultPoints } from '../runtime/fault-points.ts';
import { sqliteMigrations } from './sqlite-migrations.ts';
import { newerSchema } from './schema-version.ts';
import type {
  CasOutcome,
  JournalEntry,
  Json,
  Lease,
  NewEntry,
  StateStore,
  StoredValue,
  UnderLease,
} from './state-store.ts';
import { leaseLost } from './state-store.ts';
import { createWatchers } from './watchers.ts';

export interface SqliteStoreOptions {
  /** Path of the file, made with its folder when absent; `:memory:` for a store of this process alone. */
  readonly file: string;
  /** Leases expire by it. All processes on one file are on one machine, so they share it. */
  readonly clock: Clock;
  /** Points: `state.before-commit`. */
  readonly faults?: FaultPoints;
  /** How often a watching store looks for writes of other processes. */
  readonly watchIntervalMs?: number;
}

/** How long a write waits for another process's. Writes take about a millisecond. */
const busyTimeoutMs = 5_000;

interface LeaseRow {
  readonly holder: string;
  readonly epoch: number;
  readonly expires_at_ms: number;
}

/**
 * The state store in one SQLite file, for `overgrow up`: nothing to install. Safe for several processes on one file: each
 * effect is one BEGIN IMMEDIATE transaction in WAL mode, on disk when the call returns (`synchronous = FULL`).
 * @throws STATE_UNREACHABLE when the file cannot be opened, STATE_UNREADABLE when it is no such store, STATE_SCHEMA_NEWER.
 */
export function createSqliteStore(options: SqliteStoreOptions): StateStore {
  const { file, clock, faults = noFaults, watchIntervalMs = 50 } = options;
  const database = openDatabase(file);
  const watchers = createWatchers();
  const ended = new AbortController();
  let seenRevision = 0;
  let polling = false;

  const journalQuery = (order: 'ASC' | 'DESC') =>
    database.prepare(
      `SELECT sequence, at_ms, context, event, data FROM journal
       WHERE sequence > ? AND (? IS NULL OR context = ?) ORDER BY sequence ${order} LIMIT ?`,
    );
  const sql = {
    read: database.prepare('SELECT key, value, version FROM value WHERE key = ?'),
    list: database.prepare('SELECT key, value, version FROM value WHERE substr(key, 1, length(?)) = ? ORDER BY key'),
    insert: database.prepare(
      `INSERT INTO value (key, value, version, revision)
       VALUES (?, ?, 1, (SELECT coalesce(max(revision), 0) + 1 FROM value)) ON CONFLICT DO NOTHING`,
    ),
    update: database.prepare(
      `UPDATE value SET value = ?, version = version + 1, revision = (SELECT max(revision) + 1 FROM value)
       WHERE key = ? AND version = ?`,
    ),
    append: database.prepare(
      `INSERT INTO journal (sequence, at_ms, context, event, data)
       VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM journal), ?, ?, ?, ?) RETURNING sequence`,
    ),
    journal: journalQuery('ASC'),
    newestJournal: journalQuery('DESC'),
    lease: database.prepare('SELECT holder, epoch, expires_at_ms FROM lease WHERE name = ?'),
    putLease: database.prepare(
      `INSERT INTO lease (name, holder, epoch, expires_at_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = excluded.epoch, expires_at_ms = excluded.expires_at_ms`,
    ),
    newest: database.prepare('SELECT coalesce(max(revision), 0) AS revision FROM value'),
    changedSince: database.prepare('SELECT key, revision FROM value WHERE revision > ? ORDER BY revision'),
  };

  const read = (key: string) => decodeValue(sql.read.get(key));
  const append = ({ context, event, data }: NewEntry): number =>
    sql.append.get(clock.nowMs(), context, event, JSON.stringify(data))?.['sequence'] as number;

  const inTransaction = <T>(work: () => T): T =>
    translate(file, () => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        faults.reach('state.before-commit');
        database.exec('COMMIT');
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });

  const isHeld = ({ name, epoch }: UnderLease): boolean => {
    const row = sql.lease.get(name) as LeaseRow | undefined;
    return row !== undefined && row.epoch === epoch && row.expires_at_ms > clock.nowMs();
  };

  const deliver = () => {
    if (watchers.size === 0 || !database.isOpen) return;
    for (const row of sql.changedSince.all(seenRevision) as { key: string; revision: number }[]) {
      seenRevision = row.revision;
      watchers.changed(row.key);
    }
  };

  const poll = async () => {
    polling = true;
    while (watchers.size > 0 && !ended.signal.aborted) {
      deliver();
      await clock.sleep(watchIntervalMs, ended.signal).catch(() => {});
    }
    polling = false;
  };

  return {
    read: async (key) => translate(file, () => read(key)),
    list: async (prefix) =>
      translate(file, () => sql.list.all(prefix, prefix).flatMap((row) => decodeValue(row) ?? [])),

    compareAndSet: async (key, expected, value, { lease, journal = [] } = {}) => {
      const outcome = inTransaction((): CasOutcome => {
        if (lease !== undefined && !isHeld(lease)) return { kind: 'lease-lost' };
        const text = JSON.stringify(value);
        const { changes } = expected === 0 ? sql.insert.run(key, text) : sql.update.run(text, key, expected);
        if (Number(changes) !== 1) return { kind: 'conflict', current: read(key) };
        for (const entry of journal) append(entry);
        return { kind: 'written', version: expected + 1 };
      });
      if (outcome.kind === 'written') queueMicrotask(deliver);
      return outcome;
    },

    append: async (context, event, data, lease) =>
      inTransaction(() => {
        if (lease !== undefined && !isHeld(lease)) throw leaseLost(lease);
        return append({ context, event, data });
      }),

    journal: async ({ context = null, afterSequence = 0, limit = 1000, newest = false } = {}) =>
      translate(file, () => {
        const found = (newest ? sql.newestJournal : sql.journal)
          .all(afterSequence, context, context, limit)
          .map(decodeEntry);
        return newest ? found.toReversed() : found;
      }),

    acquireLease: async (name, holder, ttlMs) =>
      inTransaction((): Lease | undefined => {
        const current = sql.lease.get(name) as LeaseRow | undefined;
        if (current !== undefined && current.holder !== holder && current.expires_at_ms > clock.nowMs())
          return undefined;
        const lease = { name, holder, epoch: (current?.epoch ?? 0) + 1, expiresAtMs: clock.nowMs() + ttlMs };
        sql.putLease.run(name, holder, lease.epoch, lease.expiresAtMs);
        return lease;
      }),

    renewLease: async (lease, ttlMs) =>
      inTransaction((): Lease | undefined => {
        if (!isHeld(lease)) return undefined;
        const renewed = { ...lease, expiresAtMs: clock.nowMs() + ttlMs };
        sql.putLease.run(lease.name, lease.holder, lease.epoch, renewed.expiresAtMs);
        return renewed;
      }),

    releaseLease: async (lease) =>
      inTransaction(() => {
        // The row stays: its epoch must never be given again.
        if (isHeld(lease)) sql.putLease.run(lease.name, lease.holder, lease.epoch, 0);
      }),

    watch: (prefix, listener) => {
      if (watchers.size === 0) seenRevision = (sql.newest.get() as { revision: number }).revision;
      const watcher = watchers.add(prefix, listener);
      if (!polling) void poll();
      return watcher;
    },

    [Symbol.asyncDispose]: async () => {
      ended.abort();
      if (database.isOpen) database.close();
    },
  };
}

function openDatabase(file: string): DatabaseSync {
  return translate(file, () => {
    if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true });
    const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    try {
      // WAL lets readers and one writer work side by side. FULL: a flip that was reported survives a power cut.
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      migrateSqlite(database, file, sqliteMigrations);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Brings the file to the version of `steps` in one transaction; several processes may open it at the same moment. */
export function migrateSqlite(database: DatabaseSync, file: string, steps: readonly string[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
    if (version > steps.length) throw newerSchema(file, version, steps.length);
    for (const step of steps.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function decodeValue(row: Record<string, unknown> | undefined): StoredValue | undefined {
  if (row === undefined) return undefined;
  const { key, value, version } = row as { key: string; value: string; version: number };
  return { key, value: JSON.parse(value) as Json, version };
}

function decodeEntry(row: Record<string, unknown>): JournalEntry {
  const { sequence, at_ms, context, event, data } = row as {
    sequence: number;
    at_ms: number;
    context: string;
    event: string;
    data: string;
  };
  return { sequence, atMs: at_ms, context, event, data: JSON.parse(data) as Json };
}

/** SQLite result codes (sqlite.org/rescode.html): 11 CORRUPT and 26 NOTADB are files that are no store. */
function translate<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isOvergrowError(error)) throw error;
    const { errcode, code, message } = error as Error & { errcode?: number; code?: string };
    if (errcode === 11 || errcode === 26) {
      throw new OvergrowError(
        'STATE_UNREADABLE',
        `The state store ${file} is no SQLite database, or is damaged: ${message}.`,
        {
          hint: 'Name another file under state.file in the manifest, or restore this one from a backup.',
          cause: error,
        },
      );
    }
    if (errcode === undefined && (code === undefined || !/^E[A-Z]+$|^ERR_INVALID_STATE$/.test(code))) throw error;
    throw new OvergrowError('STATE_UNREACHABLE', `The state store ${file} cannot be used: ${message}.`, {
      hint: 'Check that its folder can be written, that the disk has room, and that no other program holds the file.',
      cause: error,
    });
  }
}
