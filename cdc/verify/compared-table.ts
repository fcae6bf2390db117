import { renderTableName } from '../catalog/table-name.ts';
import type { TableDescription } from '../catalog/table-description.ts';
import type { TableMap, TextRow } from '../mapping/table-map.ts';
import type { Direction } from '@overgrow/core';

/** One table map as a comparison of one direction uses it. */
export interface ComparedTable {
  /** `schema.table` of the giver, under which differences are reported. */
  readonly name: string;
  readonly from: TableDescription;
  readonly to: TableDescription;
  readonly fromKey: readonly string[];
  readonly toKey: readonly string[];
  /** Columns of the giver that the map reads, key included. */
  readonly reads: readonly string[];
  /** Columns of the receiver that the map fills and keeps. */
  readonly columns: readonly string[];
  /** Rows of the giver may have none in the receiver, so that counts can't be compared. */
  readonly filtered: boolean;
  /** The row that the receiver should have; undefined when it should have none. */
  expect(row: TextRow): TextRow | undefined;
  /** The key in the receiver of a key in the giver, and back. */
  toKeyOf(row: TextRow): TextRow;
  fromKeyOf(row: TextRow): TextRow;
}

/** After a switch the service gives: what it has is compared with what came back to the monolith. */
export function comparedTables(maps: readonly TableMap[], direction: Direction): readonly ComparedTable[] {
  return maps.map((map) => (direction === 'forward' ? forwardTable(map) : reverseTable(map)));
}

const union = (...lists: readonly (readonly string[])[]) => [...new Set(lists.flat())];

const forwardTable = (map: TableMap): ComparedTable => ({
  name: renderTableName(map.source),
  from: map.sourceTable,
  to: map.targetTable,
  fromKey: map.sourceKey,
  toKey: map.targetKey,
  reads: union(map.sourceKey, map.sourceReads),
  columns: union(map.targetKey, map.targetColumns),
  filtered: map.filtered,
  expect: (row) => map.forward(row),
  toKeyOf: (row) => map.forwardKey(row),
  fromKeyOf: (row) => map.reverseKey(row),
});

/** Constants on the way back fill only new rows; an existing one keeps what the monolith had. */
const reverseTable = (map: TableMap): ComparedTable => ({
  name: renderTableName(map.target),
  from: map.targetTable,
  to: map.sourceTable,
  fromKey: map.targetKey,
  toKey: map.sourceKey,
  reads: union(map.targetKey, map.targetReads),
  columns: union(
    map.sourceKey,
    map.sourceColumns.filter((column) => !map.sourceConstants.includes(column)),
  ),
  filtered: map.filtered,
  expect: (row) => map.reverse(row),
  toKeyOf: (row) => map.reverseKey(row),
  fromKeyOf: (row) => map.forwardKey(row),
});
