import type { TextRow } from '../mapping/table-map.ts';
import { compareTable, type CompareOptions, type TableComparison } from './compare-table-client.ts';
import type { ComparedTable } from './compared-table.ts';
import { readCount, readWritten } from './rows-client.ts';
import { findDiffering, settleSuspects, type Suspect } from './suspects-client.ts';

/** Where both logs of writes stood when a pass began that ended clean. */
export interface CleanPass {
  readonly giver: string;
  readonly receiver: string;
}

/** With more rows to ask for one by one, reading everything in order is faster. */
const maxRecent = 20_000;

/**
 * Compares what was written on either side since a clean pass, for a moment without other writes. Rows that nobody wrote
 * were equal then and are equal now; a row that only one side deleted shows in the counts, which are compared at the end.
 * Where that is not enough (filtered tables, many writes, different counts) the whole table is compared.
 */
export async function compareRecent(
  table: ComparedTable,
  since: CleanPass,
  options: CompareOptions,
): Promise<TableComparison> {
  if (table.filtered) return compareTable(table, options);
  const { giver, receiver } = options;
  const [source, target, written, arrived] = await Promise.all([
    readCount(giver, table.from),
    readCount(receiver, table.to),
    readWritten(giver, table.from, table.fromKey, since.giver),
    readWritten(receiver, table.to, table.toKey, since.receiver),
  ]);
  if (source !== target || written.length + arrived.length > maxRecent) return compareTable(table, options);
  const suspects = new Map<string, Suspect>();
  const add = (suspect: Suspect) => suspects.set(JSON.stringify(suspect.toKey), suspect);
  for (const fromKey of written) add({ fromKey, toKey: pick(table.toKeyOf(fromKey), table.toKey) });
  for (const toKey of arrived) add({ fromKey: pick(table.fromKeyOf(toKey), table.fromKey), toKey });
  const differing = await findDiffering(table, [...suspects.values()], options);
  const differences = await settleSuspects(table, differing, options);
  return { name: table.name, compared: suspects.size, source, target, differences };
}

const pick = (row: TextRow, columns: readonly string[]): TextRow =>
  Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
