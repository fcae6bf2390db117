import type { Direction } from '@overgrow/core';
import type { TableDescription } from '../catalog/table-description.ts';
import { renderTableName, type TableName } from '../catalog/table-name.ts';
import type { TableMap, TextRow } from '../mapping/table-map.ts';

/** One table map as a link of one direction uses it. */
export interface ReceivingTable {
  /** The giver's table. */
  readonly from: TableName;
  /** The receiver's table. */
  readonly to: TableDescription;
  /** Columns of `to` that a whole row fills. */
  readonly columns: readonly string[];
  /** Columns of the giver's table that the map reads. */
  readonly reads: readonly string[];
  /** Columns that only a new row gets. */
  readonly insertOnly: readonly string[];
  /** A row may enter and leave the receiver by an update. */
  readonly filtered: boolean;
  /** Undefined when the row is not for the receiver. */
  map(row: TextRow): TextRow | undefined;
  mapKey(row: TextRow): TextRow;
}

/** Giver's `schema.table` → its receiving table. */
export type ReceivingTables = ReadonlyMap<string, ReceivingTable>;

export function receivingTables(maps: readonly TableMap[], direction: Direction): ReceivingTables {
  return new Map(
    maps.map((map) => {
      const table = direction === 'forward' ? forwardTable(map) : reverseTable(map);
      return [renderTableName(table.from), table];
    }),
  );
}

const forwardTable = (map: TableMap): ReceivingTable => ({
  from: map.source,
  to: map.targetTable,
  columns: map.targetColumns,
  reads: [...new Set([...map.sourceKey, ...map.sourceReads])],
  insertOnly: [],
  filtered: map.filtered,
  map: (row) => map.forward(row),
  mapKey: (row) => map.forwardKey(row),
});

const reverseTable = (map: TableMap): ReceivingTable => ({
  from: map.target,
  to: map.sourceTable,
  columns: map.sourceColumns,
  reads: [...new Set([...map.targetKey, ...map.targetReads])],
  insertOnly: map.sourceConstants,
  filtered: false,
  map: (row) => map.reverse(row),
  mapKey: (row) => map.reverseKey(row),
});
