import type { Connection } from 'pg';
import type { Clock, OvergrowError } from '@overgrow/core';
import { quoteIdentifier, quoteLiteral } from '../catalog/table-name.ts';
import { databaseError } from '../connection/database-error.ts';
import { openSession, type Session } from '../connection/session-client.ts';
import { createTransactionAssembler } from './assemble-transactions.ts';
import { createByteReader } from './byte-reader.ts';
import { decodePgoutput } from './decode-pgoutput.ts';
import { renderLsn, type Lsn } from './log-position.ts';
import type { StreamItem } from './source-transaction.ts';
import { encodeStandbyStatus } from './standby-status.ts';

/** Read ahead of the receiver; then the socket rests, and TCP slows the server down. A larger transaction is held whole. */
const maxBufferedBytes = 8 * 1024 * 1024;
/** The server ends a silent receiver after `wal_sender_timeout`, 60 s by default; a resting socket answers no question. */
const statusIntervalMs = 10_000;
const goodbyeMs = 2_000;

/** A running logical replication stream. */
export interface ReplicationStream<Item = StreamItem> extends AsyncDisposable {
  /** The end of the server's log, as it last told. */
  readonly serverLsn: Lsn;
  /** What has arrived since the last call, at least one item. @throws the error that ended the stream. */
  next(signal: AbortSignal): Promise<readonly Item[]>;
  /** Promises the server that everything up to here is durable in the receiver; it may forget it. Never goes back. */
  acknowledge(lsn: Lsn): void;
  /** Ends the stream and its session, so that the slot is free. */
  stop(): Promise<void>;
}

/** What becomes of the messages of a stream as they arrive. */
export interface StreamDecoder<Item> {
  /** True between begin and commit: the server's position then says nothing about what is complete. */
  readonly inTransaction: boolean;
  /** Takes one message of pgoutput, whose bytes are the connection's, with its place in the log. */
  accept(payload: Buffer, lsn: Lsn): Item | undefined;
  /** Nothing that concerns us lies before this place. */
  idle(endLsn: Lsn): Item;
}

export interface ReplicationOptions {
  readonly slot: string;
  readonly publication: string;
  /** Transactions that ended at or before it are not sent. */
  readonly startAt: Lsn;
  readonly clock: Clock;
  /** Read ahead of the receiver, 8 MB by default. */
  readonly bufferBytes?: number;
}

/** Whole transactions, as the links need them. */
function transactionDecoder(): StreamDecoder<StreamItem> {
  const assembler = createTransactionAssembler();
  return {
    get inTransaction() {
      return assembler.inTransaction;
    },
    accept: (payload, lsn) => assembler.accept(decodePgoutput(payload), lsn),
    idle: (endLsn) => ({ kind: 'idle', endLsn }),
  };
}

/**
 * Starts `START_REPLICATION … LOGICAL` with pgoutput protocol 1 in CopyBoth mode (PostgreSQL documentation, "Streaming
 * Replication Protocol"). Nothing is acknowledged but what `acknowledge` was told.
 * @throws CDC_SLOT_LOST, CDC_SLOT_BUSY, CDC_CONNECTION_LOST.
 */
export async function openReplicationStream(
  options: ReplicationOptions & { readonly url: string; readonly applicationName: string },
): Promise<ReplicationStream> {
  const session = await openSession({ ...options, replication: true });
  return startReplicationStream(session, transactionDecoder(), options);
}

/** The same in a replication session that is open already, and whose temporary slot may be the one to read. Owns the session. */
export async function startReplicationStream<Item extends { readonly kind: string }>(
  session: Session,
  decoder: StreamDecoder<Item>,
  options: ReplicationOptions,
): Promise<ReplicationStream<Item>> {
  try {
    return await startStream(session, decoder, options);
  } catch (error) {
    await session.end();
    throw databaseError(error);
  }
}

async function startStream<Item extends { readonly kind: string }>(
  session: Session,
  decoder: StreamDecoder<Item>,
  options: ReplicationOptions,
): Promise<ReplicationStream<Item>> {
  const connection = session.client.connection as Connection & CopyBothConnection;
  let queue: Item[] = [];
  let bufferedBytes = 0;
  let resting = false;
  let acknowledged = 0n;
  let serverLsn = options.startAt;
  let ended: OvergrowError | undefined;
  let wake = () => {};
  const closing = new AbortController();

  const fail = (error: unknown) => {
    ended ??= databaseError(error, 'The replication stream ended');
    wake();
  };
  const sendStatus = () => connection.sendCopyFromChunk(encodeStandbyStatus(acknowledged, options.clock.nowMs()));

  const enqueue = (item: Item) => {
    if (item.kind === 'idle' && queue.at(-1)?.kind === 'idle') queue[queue.length - 1] = item;
    else queue.push(item);
    wake();
  };
  const receive = (chunk: Buffer) => {
    const reader = createByteReader(chunk);
    const type = reader.uint8();
    if (type === 0x77) {
      const lsn = reader.uint64();
      const end = reader.uint64();
      if (end > serverLsn) serverLsn = end;
      reader.int64();
      bufferedBytes += chunk.length;
      const item = decoder.accept(chunk.subarray(chunk.length - reader.left), lsn);
      if (item !== undefined) enqueue(item);
    } else if (type === 0x6b) {
      const end = reader.uint64();
      if (end > serverLsn) serverLsn = end;
      reader.int64();
      const replyNow = reader.uint8() === 1;
      if (!decoder.inTransaction) enqueue(decoder.idle(end));
      if (replyNow) sendStatus();
    }
    if (bufferedBytes > (options.bufferBytes ?? maxBufferedBytes) && queue.length > 0 && !resting) {
      resting = true;
      connection.stream.pause();
    }
  };
  connection.on('copyData', (message: { readonly chunk: Buffer }) => {
    if (ended !== undefined) return;
    try {
      receive(message.chunk);
    } catch (error) {
      fail(error);
    }
  });
  session.lost.addEventListener('abort', () => fail(session.lost.reason), { once: true });

  const started = new Promise<void>((resolve) => connection.once('replicationStart', () => resolve()));
  const publications = quoteLiteral(quoteIdentifier(options.publication));
  const finished = session.client.query(
    `START_REPLICATION SLOT ${quoteIdentifier(options.slot)} LOGICAL ${renderLsn(options.startAt)} ` +
      `(proto_version '1', publication_names ${publications}, messages 'true')`,
  );
  finished.then(() => fail(new Error('the server ended the stream')), fail);
  await Promise.race([started, finished]);
  const statusLoop = keepStatus(options.clock, closing.signal, sendStatus);

  const stop = async () => {
    closing.abort();
    ended ??= databaseError(new Error('the stream was closed by the bridge'));
    wake();
    connection.removeAllListeners('copyData');
    connection.stream.resume();
    connection.endCopyFrom();
    await settleWithin(finished, options.clock);
    await session.end();
    await statusLoop;
  };
  return {
    get serverLsn() {
      return serverLsn;
    },
    next: async (signal) => {
      while (queue.length === 0 && ended === undefined) {
        signal.throwIfAborted();
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
      signal.throwIfAborted();
      if (queue.length === 0 && ended !== undefined) throw ended;
      const items = queue;
      queue = [];
      bufferedBytes = 0;
      if (resting) {
        resting = false;
        connection.stream.resume();
      }
      return items;
    },
    acknowledge: (lsn) => {
      if (lsn <= acknowledged) return;
      acknowledged = lsn;
      sendStatus();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The slot is free when the server has answered; a server that no longer answers is not waited for. */
async function settleWithin(finished: Promise<unknown>, clock: Clock): Promise<void> {
  const answered = new AbortController();
  const settled = finished.then(
    () => answered.abort(),
    () => answered.abort(),
  );
  await Promise.race([settled, clock.sleep(goodbyeMs, answered.signal).catch(() => {})]);
}

/** What `pg` has and its types leave out. */
interface CopyBothConnection {
  readonly stream: { pause(): void; resume(): void };
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

async function keepStatus(clock: Clock, signal: AbortSignal, send: () => void): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(statusIntervalMs, signal);
      send();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
