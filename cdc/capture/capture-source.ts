import { randomUUID } from 'node:crypto';
import { OvergrowError, type Clock } from '@overgrow/core';
import { openSession, type Session } from '../connection/session-client.ts';
import type { CaptureProperties } from '../debezium/parse-properties.ts';
import type { TableName } from '../catalog/table-name.ts';
import type { ChangeEvent } from '../envelope/change-event.ts';
import type { EnvelopeConfig } from '../envelope/envelope-config.ts';
import { parseLsn, type Lsn } from '../source/log-position.ts';
import { startReplicationStream } from '../source/replication-source.ts';
import { createSlotWithSnapshot, readSlot } from '../source/slot-client.ts';
import type { EventSink } from '../transport/event-sink.ts';
import { startPosition, type CapturePosition } from './capture-position.ts';
import { ensurePublication, readCapturedTables } from './captured-tables-client.ts';
import { createMessageDecoder } from './message-decoder.ts';
import { runStream, type StreamEnd } from './run-stream-client.ts';
import { readSnapshot } from './snapshot-source.ts';

export interface CaptureOptions {
  readonly url: string;
  readonly properties: CaptureProperties;
  /** `source.version` of the events. */
  readonly version: string;
  /** Kept at the end and gone on from; undefined: a slot that lives as long as the run. */
  readonly slot: string | undefined;
  readonly publication: string;
  readonly snapshot: 'initial' | 'never' | 'only';
  readonly until: { readonly caughtUp: boolean; readonly events: number | undefined };
  /** Opened when the database is known, of which a kept position is. Undefined source: nothing is kept. */
  readonly openSink: (source: string | undefined) => Promise<EventSink>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: CaptureProgress) => void;
}

export interface CaptureProgress {
  readonly phase: 'snapshot' | 'stream';
  readonly events: number;
}

/** How a capture ended: all events that were asked for, everything there was, or because the signal came. */
export type CaptureEnd = StreamEnd | 'snapshot-done';

const applicationName = 'overgrow capture';

/** Enough that the server never waits, and little enough that what is read dies young. */
const bufferBytes = 256 * 1024;

/**
 * Captures tables of a PostgreSQL database as change events: a snapshot where there has been none, then the log, until there
 * is enough or the signal comes. What was handed to the sink is acknowledged to the server when the sink has committed it.
 * @throws CDC_SLOT_LOST, CDC_SLOT_BUSY, CDC_CONNECTION_LOST, CDC_NOT_PREPARED, and what the sink throws.
 */
export async function capture(options: CaptureOptions): Promise<{ readonly end: CaptureEnd; readonly events: number }> {
  await using session = await openSession({ url: options.url, applicationName });
  await using replication = await openSession({ url: options.url, applicationName, replication: true });
  const server = await identifyServer(replication);
  const config: EnvelopeConfig = {
    ...options.properties.envelope,
    database: server.database,
    version: options.version,
    runId: randomUUID(),
  };
  const tables = await readCapturedTables(session.client, config.includesTable);
  const kept = options.slot !== undefined && options.snapshot !== 'only';
  await using sink = await options.openSink(kept ? `${options.slot}@${server.id}/${server.database}` : undefined);
  const run = createRun(options, sink);
  const snapshot = (name: string | undefined, lsn: Lsn) => copySnapshot(options, run, { config, tables, name, lsn });
  if (options.snapshot === 'only') {
    const done = await snapshot(undefined, await readLogEnd(session));
    await sink.commit(startPosition);
    return { end: done ? 'snapshot-done' : 'enough', events: run.events };
  }
  await ensurePublication(session.client, tables, {
    publication: options.publication,
    create: options.properties.createPublication,
    viaRoot: options.properties.publishViaRoot,
  });
  const slot = await openSlot(options, session, replication);
  let startAt: CapturePosition = sink.resumeAt ?? startPosition;
  if (slot.fresh !== undefined) {
    if (options.snapshot === 'initial' && !(await snapshot(slot.fresh.snapshot, slot.fresh.lsn)))
      return { end: 'enough', events: run.events };
    startAt = { ...startPosition, completeLsn: slot.fresh.lsn };
    await sink.commit(startAt);
    await slot.keep();
  }
  await using stream = await startReplicationStream(replication, createMessageDecoder(), {
    slot: slot.name,
    publication: options.publication,
    startAt: 0n,
    clock: options.clock,
    bufferBytes,
  });
  const end = await runStream({
    session,
    stream,
    config,
    sink,
    startAt,
    heartbeatMs: options.properties.heartbeatMs,
    stopAt: options.until.caughtUp ? await readLogEnd(session) : undefined,
    limit: run.limit - run.events,
    write: (batch) => run.write(batch, 'stream'),
    clock: options.clock,
    signal: options.signal,
  });
  return { end, events: run.events };
}

/** What has been handed over, and how much may be. */
interface Run {
  events: number;
  readonly limit: number;
  write(batch: readonly ChangeEvent[], phase: CaptureProgress['phase']): Promise<void>;
}

function createRun(options: CaptureOptions, sink: EventSink): Run {
  const run: Run = {
    events: 0,
    limit: options.until.events ?? Number.POSITIVE_INFINITY,
    write: async (batch, phase) => {
      if (batch.length === 0) return;
      await sink.write(batch);
      run.events += batch.length;
      options.onProgress({ phase, events: run.events });
    },
  };
  return run;
}

/** @returns false when the limit came before the end. */
async function copySnapshot(
  options: CaptureOptions,
  run: Run,
  what: { config: EnvelopeConfig; tables: readonly TableName[]; name: string | undefined; lsn: Lsn },
): Promise<boolean> {
  await using reading = await openSession({ url: options.url, applicationName });
  const rows = readSnapshot(reading.client, {
    ...what,
    snapshot: what.name,
    nowMs: () => options.clock.nowMs(),
    signal: options.signal,
  });
  for await (const batch of rows) {
    const room = run.limit - run.events;
    await run.write(batch.length > room ? batch.slice(0, room) : batch, 'snapshot');
    if (run.events >= run.limit) return false;
  }
  return true;
}

interface OpenSlot {
  readonly name: string;
  /** The snapshot of a slot that was made now; undefined for one that was there. */
  readonly fresh: { readonly lsn: Lsn; readonly snapshot: string } | undefined;
  /** Makes the slot outlive the run, once there is nothing before it that is not safe. */
  keep(): Promise<void>;
}

/**
 * A slot that is there has its snapshot behind it. A new one lives with the session until its snapshot is committed, and is
 * then copied to the name that is kept: whatever ends the process before, the next run begins anew.
 */
async function openSlot(options: CaptureOptions, session: Session, replication: Session): Promise<OpenSlot> {
  const { slot } = options;
  const state = slot === undefined ? undefined : await readSlot(session.client, slot);
  if (state?.lost === true) {
    throw new OvergrowError('CDC_SLOT_LOST', `The server no longer keeps the log that the slot ${slot} needs.`, {
      hint: 'Drop the slot and its sink, and capture anew; raise max_slot_wal_keep_size if the server dropped the log.',
    });
  }
  if (slot !== undefined && state !== undefined) return { name: slot, fresh: undefined, keep: async () => {} };
  const temporary = `overgrow_capture_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  // The server makes a slot only when every transaction that is open now has ended; a stop does not wait for that.
  const giveUp = () => void replication.end();
  options.signal.addEventListener('abort', giveUp, { once: true });
  try {
    const fresh = await createSlotWithSnapshot(replication.client, temporary, 'session');
    const keep = async () => {
      if (slot === undefined) return;
      await session.client.query('select pg_copy_logical_replication_slot($1, $2, false)', [temporary, slot]);
    };
    return { name: slot ?? temporary, fresh, keep };
  } catch (error) {
    options.signal.throwIfAborted();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', giveUp);
  }
}

async function identifyServer({ client }: Session): Promise<{ readonly id: string; readonly database: string }> {
  const { rows } = await client.query<{ systemid: string; dbname: string }>('IDENTIFY_SYSTEM');
  return { id: rows[0]?.systemid ?? '', database: rows[0]?.dbname ?? '' };
}

/** What is on disk: the stream shows no more. */
async function readLogEnd({ client }: Session): Promise<Lsn> {
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  return parseLsn(rows[0]?.lsn ?? '0/0');
}
