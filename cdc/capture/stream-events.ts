import { OvergrowError } from '@overgrow/core';
import type { ChangeEvent, ChangeFrame, TableEvents } from '../envelope/change-event.ts';
import type { EnvelopeConfig } from '../envelope/envelope-config.ts';
import { createMessageEvents } from '../envelope/message-events.ts';
import { renderSource, sourceFrame, sourceNames, type SourceFrame } from '../envelope/source-block.ts';
import { createTransactionCounter, type TransactionCounter } from '../envelope/transaction-counter.ts';
import type { Lsn } from '../source/log-position.ts';
import type { PgoutputMessage, RelationMessage } from '../source/pgoutput-message.ts';
import type { CapturePosition } from './capture-position.ts';

/** Turns the messages of a stream into events, one message at a time, and knows how far it has come. */
export interface StreamEvents {
  /** Events of one message, in order; those that a run before has handed over are left out. */
  accept(message: PgoutputMessage, lsn: Lsn): readonly ChangeEvent[];
  /** Says how the rows of a relation look that follow its message; undefined for one that is not captured. */
  describe(relation: RelationMessage, events: TableEvents | undefined): void;
  /** How far the messages so far go. */
  position(): CapturePosition;
  /** The server says that nothing lies before this place. */
  passed(endLsn: Lsn): void;
}

interface OpenTransaction {
  readonly xid: number;
  readonly commitLsn: Lsn;
  readonly frame: SourceFrame;
  readonly commitTimeUs: bigint;
  readonly counter: TransactionCounter | undefined;
  /** Events so far, those left out among them. */
  events: number;
  readonly skip: number;
}

export function createStreamEvents(
  config: EnvelopeConfig,
  resumeAt: CapturePosition,
  nowMs: () => number,
): StreamEvents {
  const tables = new Map<number, TableEvents | undefined>();
  const messages = createMessageEvents(config);
  let { completeLsn, lastCommitLsn } = resumeAt;
  let open: OpenTransaction | undefined;
  let lastTimeUs = 0n;
  let timesMs = -1;
  let times = '';

  const frameOf = (timeUs: bigint, txId: number | null, origin?: { readonly name: string; readonly lsn: bigint }) =>
    sourceFrame({ ...config, timeUs, txId, lastCommit: lastCommitLsn, origin });
  const timesNow = () => {
    const ms = nowMs();
    if (ms !== timesMs) times = `"ts_ms":${ms},"ts_us":${ms}000,"ts_ns":${ms}000000`;
    timesMs = ms;
    return times;
  };
  const opened = (kind: string): OpenTransaction => {
    if (open !== undefined) return open;
    throw new OvergrowError(
      'CDC_DECODE_FAILED',
      `A "${kind}" message of the replication stream stands outside of a transaction.`,
    );
  };
  const tableOf = (relation: number): TableEvents | undefined => {
    if (tables.has(relation)) return tables.get(relation);
    throw new OvergrowError('CDC_DECODE_FAILED', `A change names the relation ${relation}, which was not described.`);
  };
  const changeFrame = (transaction: OpenTransaction, { encoder }: TableEvents, lsn: string): ChangeFrame => ({
    source: renderSource(transaction.frame, encoder.sourceNames, lsn),
    transaction: () => transaction.counter?.count(`${encoder.table.schema}.${encoder.table.name}`, lsn) ?? 'null',
    times: timesNow(),
  });
  /** Numbers the events of the open transaction and leaves out those that are out already. */
  const count = (transaction: OpenTransaction, events: readonly ChangeEvent[]): readonly ChangeEvent[] => {
    const before = transaction.events;
    transaction.events += events.length;
    return before >= transaction.skip ? events : events.slice(transaction.skip - before);
  };
  const change = (
    kind: string,
    relation: number,
    lsn: Lsn,
    work: (table: TableEvents, frame: ChangeFrame) => readonly ChangeEvent[],
  ): readonly ChangeEvent[] => {
    const transaction = opened(kind);
    const table = tableOf(relation);
    return table === undefined ? [] : count(transaction, work(table, changeFrame(transaction, table, lsn.toString())));
  };

  const begin = (message: Extract<PgoutputMessage, { kind: 'begin' }>, lsn: Lsn): readonly ChangeEvent[] => {
    const { xid, finalLsn, commitTimeUs } = message;
    const { partial } = resumeAt;
    lastTimeUs = commitTimeUs;
    open = {
      xid,
      commitLsn: finalLsn,
      commitTimeUs,
      frame: frameOf(commitTimeUs, xid),
      counter: config.transactionMetadata ? createTransactionCounter(xid, String(commitTimeUs / 1000n)) : undefined,
      events: 0,
      skip: finalLsn === partial?.commitLsn ? partial.events : finalLsn < completeLsn ? Number.POSITIVE_INFINITY : 0,
    };
    return open.counter === undefined ? [] : count(open, [messages.transaction(open.counter.begin(lsn.toString()))]);
  };
  const commit = (endLsn: Lsn, lsn: Lsn): readonly ChangeEvent[] => {
    const transaction = opened('commit');
    const events =
      transaction.counter === undefined
        ? []
        : count(transaction, [messages.transaction(transaction.counter.end(lsn.toString()))]);
    open = undefined;
    lastCommitLsn = endLsn;
    if (endLsn > completeLsn) completeLsn = endLsn;
    return events;
  };
  const logicalMessage = (message: Extract<PgoutputMessage, { kind: 'message' }>, lsn: Lsn): readonly ChangeEvent[] => {
    const { prefix, content, transactional } = message;
    const transaction = transactional ? opened('message') : undefined;
    const isNew = transactional || lsn > completeLsn;
    // Outside of a transaction it is its own commit; the place is that of its end.
    if (!transactional) lastCommitLsn = lsn;
    if (!transactional && isNew) completeLsn = lsn;
    if (!isNew || config.skipped.has('m') || !config.includesMessage(prefix)) return [];
    const at = lsn.toString();
    const event = messages.message({
      prefix,
      content,
      source: renderSource(transaction?.frame ?? frameOf(lastTimeUs, null), sourceNames('', ''), at),
      transaction: transaction?.counter?.count('LOGICAL_DECODING_MESSAGE', at) ?? 'null',
      timeMs: nowMs(),
    });
    return transaction === undefined ? [event] : count(transaction, [event]);
  };

  return {
    describe: (relation, events) => tables.set(relation.oid, events),
    accept: (message, lsn) => {
      switch (message.kind) {
        case 'begin':
          return begin(message, lsn);
        case 'commit':
          return commit(message.endLsn, lsn);
        case 'origin': {
          const transaction = opened('origin');
          const origin = { name: message.name, lsn: message.originLsn };
          open = { ...transaction, frame: frameOf(transaction.commitTimeUs, transaction.xid, origin) };
          return [];
        }
        case 'relation':
        case 'type':
          return [];
        case 'insert':
          return change('insert', message.relation, lsn, (table, frame) => table.insert(message.row, frame));
        case 'update':
          return change('update', message.relation, lsn, (table, frame) =>
            table.update(message.old?.values, message.row, frame),
          );
        case 'delete':
          return change('delete', message.relation, lsn, (table, frame) => table.delete(message.old.values, frame));
        case 'truncate':
          return message.relations.flatMap((relation) =>
            change('truncate', relation, lsn, (table, frame) => table.truncate(frame)),
          );
        case 'message':
          return logicalMessage(message, lsn);
        default:
          throw new OvergrowError('CDC_DECODE_FAILED', `A "${message.kind}" message was not asked for.`);
      }
    },
    position: () => ({
      completeLsn,
      lastCommitLsn,
      partial: open === undefined ? undefined : { commitLsn: open.commitLsn, events: open.events },
    }),
    passed: (endLsn) => {
      if (endLsn > completeLsn) completeLsn = endLsn;
    },
  };
}
