import type { FaultPoints } from '@overgrow/core';
import type { TextRow } from '../mapping/table-map.ts';
import type { ComparedTable } from './compared-table.ts';
import { compareRows, readChunk, readRows, readTotals } from './rows-client.ts';
import { settleSuspects, type Difference, type SettleOptions, type Suspect } from './suspects-client.ts';

export interface TableComparison {
  readonly name: string;
  /** Rows whose values were looked at. */
  readonly compared: number;
  /** Rows of the giver that the receiver should have. */
  readonly source: number;
  /** Rows that the receiver has of them, and those that it should not have. */
  readonly target: number;
  readonly differences: readonly Difference[];
}

export interface CompareOptions extends SettleOptions {
  readonly faults: FaultPoints;
}

const chunkRows = 4_000;

/** So many suspects at once mean that the sides differ as a whole; asking for all again would take for ever. */
const maxSuspects = 50_000;

/**
 * Every row of the giver, mapped, against the receiver's row of the same key; then, when count or hash sum say that the
 * receiver has keys beyond those, its rows against the giver's. Suspects of both are settled at the end.
 */
export async function compareTable(table: ComparedTable, options: CompareOptions): Promise<TableComparison> {
  const forward = await compareGiver(table, options);
  const totals = await readTotals(options.receiver, table);
  const extras = totals.found === forward.found && totals.hash === forward.hash ? [] : await findExtras(table, options);
  const differences = await settleSuspects(table, [...forward.suspects, ...extras], options);
  const count = (kind: Difference['kind']) => differences.filter((difference) => difference.kind === kind).length;
  return {
    name: table.name,
    compared: forward.rows,
    source: forward.rows,
    target: forward.rows - count('missing') + count('extra'),
    differences,
  };
}

interface GiverPass {
  readonly rows: number;
  readonly found: bigint;
  readonly hash: bigint;
  readonly suspects: readonly Suspect[];
}

async function compareGiver(table: ComparedTable, options: CompareOptions): Promise<GiverPass> {
  const suspects: Suspect[] = [];
  let rows = 0;
  let found = 0n;
  let hash = 0n;
  const next = (after: TextRow | undefined) =>
    readChunk(options.giver, table.from, table.fromKey, table.reads, after, chunkRows);
  for (let chunk = await next(undefined); chunk.length > 0;) {
    options.signal.throwIfAborted();
    options.faults.reach('cdc.verify.chunk');
    const pairs = chunk.flatMap((row) => {
      const expected = table.expect(row);
      return expected === undefined ? [] : [{ row, expected }];
    });
    const full = chunk.length === chunkRows;
    // The giver reads the next rows while the receiver compares these.
    const [following, comparison] = await Promise.all([
      full ? next(chunk.at(-1)) : [],
      compareRows(
        options.receiver,
        table,
        pairs.map(({ expected }) => expected),
      ),
    ]);
    rows += pairs.length;
    found += comparison.found;
    hash += comparison.hash;
    for (const at of [...comparison.missing, ...comparison.differing]) {
      const row = pairs[at]?.row ?? {};
      if (suspects.length < maxSuspects)
        suspects.push({ fromKey: pick(row, table.fromKey), toKey: table.toKeyOf(row) });
    }
    chunk = following;
  }
  return { rows, found, hash, suspects };
}

async function findExtras(table: ComparedTable, options: CompareOptions): Promise<readonly Suspect[]> {
  const suspects: Suspect[] = [];
  const next = (after: TextRow | undefined) =>
    readChunk(options.receiver, table.to, table.toKey, table.toKey, after, chunkRows);
  for (let chunk = await next(undefined); chunk.length > 0;) {
    options.signal.throwIfAborted();
    const keys = chunk.map((toKey) => ({ toKey, fromKey: pick(table.fromKeyOf(toKey), table.fromKey) }));
    const rows = await readRows(
      options.giver,
      table.from,
      table.fromKey,
      table.reads,
      keys.map(({ fromKey }) => fromKey),
    );
    for (const [index, key] of keys.entries()) {
      const row = rows[index];
      const wanted = row !== undefined && table.expect(row) !== undefined;
      if (!wanted && suspects.length < maxSuspects) suspects.push(key);
    }
    chunk = chunk.length === chunkRows ? await next(chunk.at(-1)) : [];
  }
  return suspects;
}

const pick = (row: TextRow, columns: readonly string[]): TextRow =>
  Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
