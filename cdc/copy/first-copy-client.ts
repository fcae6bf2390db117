import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Clock } from '@overgrow/core';
import { beginApply, setSilent, type ApplyContext } from '../apply/apply-sink.ts';
import { readProgress, resetProgress, type LinkProgress } from '../apply/progress-store.ts';
import type { ReceivingTable } from '../apply/receiving-table.ts';
import { quoteIdentifier, quoteLiteral, quoteTable, renderTableName } from '../catalog/table-name.ts';
import { databaseError } from '../connection/database-error.ts';
import { inTransaction, openSession } from '../connection/session-client.ts';
import { targetNotEmpty } from '../doctor/check-targets-client.ts';
import { createSlotWithSnapshot, dropSlot, type ExportedSnapshot } from '../source/slot-client.ts';
import { orderByForeignKeys, type ForeignKey } from './copy-order.ts';
import { createCopyTextParser, renderCopyLine } from './copy-text.ts';

export interface CopyProgress {
  readonly rowsCopied: number;
  readonly tablesDone: number;
  readonly tables: number;
}

export interface FirstCopyOptions {
  readonly context: ApplyContext;
  readonly clock: Clock;
  readonly giverUrl: string;
  readonly applicationName: string;
  /** A session in the giver for small statements. */
  readonly giver: ClientBase;
  readonly receiver: ClientBase;
  readonly slot: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: CopyProgress) => void;
}

const writeBytes = 64 * 1024;

/**
 * Fills the receiver's tables with what the giver's hold at one moment, and leaves a slot whose stream begins at exactly that
 * moment. The slot is made with an exported snapshot, in which every table is read. A copy that was interrupted is begun
 * anew: what it had filled is emptied, its slot replaced.
 * @returns the progress from which the stream goes on, already durable in the receiver.
 * @throws CDC_TARGET_NOT_EMPTY when a table has rows that the bridge did not write.
 */
export async function runFirstCopy(options: FirstCopyOptions): Promise<LinkProgress> {
  const { context, receiver, slot } = options;
  await prepareTargets(options);
  await dropSlot(options.giver, slot, context.leaseEpoch, options.clock);
  await using replication = await openSession({
    url: options.giverUrl,
    applicationName: options.applicationName,
    replication: true,
  });
  // The server makes a slot only when every transaction that is open now has ended; a stop does not wait for that.
  const giveUp = () => void replication.end();
  options.signal.addEventListener('abort', giveUp, { once: true });
  const point = await createSlotWithSnapshot(replication.client, slot);
  options.signal.removeEventListener('abort', giveUp);
  context.faults.reach('cdc.copy.slot-created');
  await using reading = await openSession({ url: options.giverUrl, applicationName: options.applicationName });
  await readSnapshot(reading.client, point);
  await replication.end();
  await copyTables(reading.client, options);
  const progress: LinkProgress = { slot, position: point.lsn, open: true, copied: true, barrierAttempt: null };
  await inTransaction(receiver, async () => {
    await beginApply(receiver, context);
    await resetProgress(receiver, context.ref, progress);
    context.faults.reach('cdc.copy.before-done');
  });
  return progress;
}

/** Empties what an interrupted copy has filled, refuses what somebody else has. */
async function prepareTargets({ context, receiver, slot }: FirstCopyOptions): Promise<void> {
  const tables = [...context.tables.values()];
  await inTransaction(receiver, async () => {
    await beginApply(receiver, context);
    if ((await readProgress(receiver, context.ref)) === undefined) {
      for (const table of tables) await expectEmpty(receiver, table);
    } else {
      context.logger.warn('the first copy was interrupted and begins anew', { tables: tables.length });
      await receiver.query(`TRUNCATE ${tables.map((table) => quoteTable(table.to.name)).join(', ')}`);
    }
    const started: LinkProgress = { slot, position: 0n, open: false, copied: false, barrierAttempt: null };
    await resetProgress(receiver, context.ref, started);
  });
  context.faults.reach('cdc.copy.prepared');
}

async function expectEmpty(receiver: ClientBase, table: ReceivingTable): Promise<void> {
  const { rows } = await receiver.query<{ filled: boolean }>(
    `select exists (select from ${quoteTable(table.to.name)}) as filled`,
  );
  if (rows[0]?.filled === true) throw targetNotEmpty(table.to.name);
}

async function readSnapshot(reading: ClientBase, point: ExportedSnapshot): Promise<void> {
  await reading.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await reading.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(point.snapshot)}`);
}

async function copyTables(reading: ClientBase, options: FirstCopyOptions): Promise<void> {
  const { context, receiver } = options;
  const byTarget = new Map([...context.tables.values()].map((table) => [renderTableName(table.to.name), table]));
  const order = orderByForeignKeys([...byTarget.keys()], await readForeignKeys(receiver, [...byTarget.values()]));
  let rowsCopied = 0;
  for (const [tablesDone, name] of order.entries()) {
    options.signal.throwIfAborted();
    const table = byTarget.get(name);
    if (table === undefined) continue;
    const report = (rows: number) =>
      options.onProgress({ rowsCopied: rowsCopied + rows, tablesDone, tables: order.length });
    report(0);
    rowsCopied += await inTransaction(receiver, async () => {
      await beginApply(receiver, context);
      if (context.silentTables.has(name)) await setSilent(receiver, true);
      return copyTable(reading, options, table, report);
    }).catch((error: unknown) => {
      throw databaseError(error, `The first copy of ${renderTableName(table.from)} into ${name} failed`);
    });
    context.logger.info('table copied', { table: name, rows: rowsCopied });
  }
  options.onProgress({ rowsCopied, tablesDone: order.length, tables: order.length });
}

async function copyTable(
  reading: ClientBase,
  { context, receiver, signal }: FirstCopyOptions,
  table: ReceivingTable,
  report: (rows: number) => void,
): Promise<number> {
  const { rows: described } = await reading.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [quoteTable(table.from)],
  );
  // What nothing reads, generated columns among it, is not sent.
  const names = described.map((column) => column.name).filter((name) => table.reads.includes(name));
  const out = reading.query(
    copyTo(`COPY (SELECT ${names.map(quoteIdentifier).join(', ')} FROM ${quoteTable(table.from)}) TO STDOUT`),
  );
  const columns = table.columns;
  const into = receiver.query(
    copyFrom(`COPY ${quoteTable(table.to.name)} (${columns.map(quoteIdentifier).join(', ')}) FROM STDIN`),
  );
  let copied = 0;
  await pipeline(
    out,
    async function* mapRows(chunks: AsyncIterable<Buffer>) {
      const parser = createCopyTextParser();
      let lines = '';
      for await (const chunk of chunks) {
        for (const values of parser.parse(chunk)) {
          const row: Record<string, string | null> = {};
          for (let index = 0; index < names.length; index += 1) row[names[index] ?? ''] = values[index] ?? null;
          const mapped = table.map(row);
          if (mapped === undefined) continue;
          lines += renderCopyLine(columns.map((column) => mapped[column] ?? null));
          copied += 1;
        }
        if (lines.length < writeBytes) continue;
        context.faults.reach('cdc.copy.in-table');
        report(copied);
        yield lines;
        lines = '';
      }
      if (lines !== '') yield lines;
      context.faults.reach('cdc.copy.in-table');
    },
    into,
    { signal },
  );
  report(copied);
  return copied;
}

async function readForeignKeys(receiver: ClientBase, tables: readonly ReceivingTable[]): Promise<ForeignKey[]> {
  const { rows } = await receiver.query<ForeignKey>(
    `select cn.nspname || '.' || c.relname as child, pn.nspname || '.' || p.relname as parent
     from pg_constraint k
     join pg_class c on c.oid = k.conrelid join pg_namespace cn on cn.oid = c.relnamespace
     join pg_class p on p.oid = k.confrelid join pg_namespace pn on pn.oid = p.relnamespace
     where k.contype = 'f' and k.conrelid = any($1::oid[]) and k.conrelid <> k.confrelid`,
    [tables.map((table) => table.to.oid)],
  );
  return rows;
}
