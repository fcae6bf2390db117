import type { ClientBase } from 'pg';
import type { Clock, LogPosition } from '@overgrow/core';
import type { TextRow } from '../mapping/table-map.ts';
import type { ComparedTable } from './compared-table.ts';
import { compareRows, readRows } from './rows-client.ts';

/** A row whose two sides differed when they were read; a write may have been on its way. */
export interface Suspect {
  readonly fromKey: TextRow;
  readonly toKey: TextRow;
}

export interface Difference extends Suspect {
  readonly kind: 'missing' | 'extra' | 'differs';
}

export interface SettleOptions {
  readonly giver: ClientBase;
  readonly receiver: ClientBase;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Resolves when the link has applied everything up to this position of the giver's log. */
  readonly waitUntilApplied: (position: LogPosition, signal: AbortSignal) => Promise<void>;
}

/** A row that is written all the time is asked this often, with a pause that grows. */
const maxRounds = 40;
const maxPauseMs = 250;

/**
 * Asks again until each row is equal or stably different. A round reads the giver's rows, takes a position behind them,
 * waits until the link has applied it, compares, and reads the giver's rows again. A row counts as different when its giver
 * had the same before and after, twice in succession: once could be a value that went away and came back meanwhile.
 */
export async function settleSuspects(
  table: ComparedTable,
  suspects: readonly Suspect[],
  options: SettleOptions,
): Promise<readonly Difference[]> {
  const { giver, signal } = options;
  const settled: Difference[] = [];
  let open = suspects.map((suspect) => ({ suspect, stableRounds: 0 }));
  for (let round = 0; open.length > 0; round++) {
    signal.throwIfAborted();
    if (round > 0) await options.clock.sleep(Math.min(maxPauseMs, round * 10), signal);
    const keys = open.map(({ suspect }) => suspect.fromKey);
    const before = await readRows(giver, table.from, table.fromKey, table.reads, keys);
    await options.waitUntilApplied(await takePosition(giver), signal);
    const verdicts = await judge(
      table,
      open.map(({ suspect }) => suspect),
      before,
      options.receiver,
    );
    const after = await readRows(giver, table.from, table.fromKey, table.reads, keys);
    const last = round === maxRounds;
    open = open.flatMap((entry, index) => {
      const kind = verdicts[index];
      if (kind === undefined) return [];
      const still = JSON.stringify(before[index]) === JSON.stringify(after[index]);
      const stableRounds = still ? entry.stableRounds + 1 : 0;
      if (stableRounds < 2 && !last) return [{ ...entry, stableRounds }];
      settled.push({ ...entry.suspect, kind });
      return [];
    });
  }
  return settled;
}

/** Those that differ at this moment. */
export async function findDiffering(
  table: ComparedTable,
  suspects: readonly Suspect[],
  { giver, receiver }: Pick<SettleOptions, 'giver' | 'receiver'>,
): Promise<readonly Suspect[]> {
  const keys = suspects.map((suspect) => suspect.fromKey);
  const rows = await readRows(giver, table.from, table.fromKey, table.reads, keys);
  const verdicts = await judge(table, suspects, rows, receiver);
  return suspects.filter((_, index) => verdicts[index] !== undefined);
}

/**
 * A position behind everything that was committed. The message is a transaction with an identity of its own that commits
 * durably, so that asynchronous commits before it are flushed with it, and an idle server's log moves.
 */
async function takePosition(giver: ClientBase): Promise<LogPosition> {
  await giver.query(`select pg_logical_emit_message(true, 'overgrow', '{"version":1,"kind":"witness"}')`);
  const { rows } = await giver.query<{ position: string }>('select pg_current_wal_flush_lsn()::text as position');
  return rows[0]?.position ?? '0/0';
}

/** undefined: equal now. */
async function judge(
  table: ComparedTable,
  suspects: readonly Suspect[],
  rows: readonly (TextRow | undefined)[],
  receiver: ClientBase,
): Promise<readonly (Difference['kind'] | undefined)[]> {
  const expected = rows.map((row) => (row === undefined ? undefined : table.expect(row)));
  const present = expected.flatMap((row, index) => (row === undefined ? [] : [{ row, index }]));
  const comparison = await compareRows(
    receiver,
    table,
    present.map(({ row }) => row),
  );
  const verdicts = new Map<number, Difference['kind']>();
  for (const at of comparison.missing) verdicts.set(present[at]?.index ?? -1, 'missing');
  for (const at of comparison.differing) verdicts.set(present[at]?.index ?? -1, 'differs');
  const absent = expected.flatMap((row, index) => (row === undefined ? [index] : []));
  const extras = await readRows(
    receiver,
    table.to,
    table.toKey,
    table.toKey,
    absent.map((index) => suspects[index]?.toKey ?? {}),
  );
  for (const [at, index] of absent.entries()) if (extras[at] !== undefined) verdicts.set(index, 'extra');
  return suspects.map((_, index) => verdicts.get(index));
}
