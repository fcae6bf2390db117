import { findColumn, type TableDescription } from '../catalog/table-description.ts';
import { quoteTable, renderTableName } from '../catalog/table-name.ts';
import { columnsOf, type ColumnValues } from './column-values.ts';
import type { RowExpression } from './expression.ts';
import type { MappingFault } from './table-map.ts';

export interface ResolvedTable {
  readonly source: TableDescription;
  readonly target: TableDescription;
  readonly forward: ColumnValues;
  readonly reverse: ColumnValues;
  readonly where: RowExpression | undefined;
  readonly path: string;
}

/** One way of a link, so that each rule is written once. */
interface Way {
  readonly from: TableDescription;
  readonly to: TableDescription;
  readonly values: ColumnValues;
  readonly path: string;
  readonly back: boolean;
}

/** Adds what would lose or misplace a row, in either direction. */
export function checkTableMap(table: ResolvedTable, faults: MappingFault[]): void {
  const { source, target, path } = table;
  const ways: readonly Way[] = [
    { from: source, to: target, values: table.forward, path, back: false },
    { from: target, to: source, values: table.reverse, path, back: true },
  ];
  for (const way of ways) {
    checkKey(way, faults);
    checkRequired(way, table, faults);
    checkGenerated(way, faults);
    checkLargeValues(way, faults);
  }
  if (table.where !== undefined) checkWhere(source, path, faults);
}

function checkKey({ from, to, values, path }: Way, faults: MappingFault[]): void {
  const name = renderTableName(to.name);
  if (to.primaryKey.length === 0) {
    faults.push({
      kind: 'missing-key',
      path,
      message: `${name} has no primary key, so its rows cannot be told apart.`,
      hint: `Add a primary key to ${name}.`,
    });
    return;
  }
  for (const column of to.primaryKey) {
    const value = values.get(column);
    const unlogged = value === undefined ? [] : columnsOf(value).filter((need) => !from.identityColumns.includes(need));
    if (value !== undefined && unlogged.length === 0) continue;
    faults.push({
      kind: 'key-not-mapped',
      path,
      message:
        value === undefined
          ? `The key column ${name}.${column} has no value.`
          : `The key column ${name}.${column} is made from ${unlogged.join(', ')}, which the log does not carry of a deleted row of ${renderTableName(from.name)}.`,
      hint: `Map the key columns from the primary key of ${renderTableName(from.name)}, or set its replica identity to FULL.`,
    });
  }
}

function checkRequired({ to, values, path, back }: Way, table: ResolvedTable, faults: MappingFault[]): void {
  for (const column of to.columns) {
    if (!column.notNull || column.hasDefault || values.has(column.name) || to.primaryKey.includes(column.name))
      continue;
    const used = back && [...table.forward.values()].some((value) => columnsOf(value).includes(column.name));
    faults.push({
      kind: used ? 'not-invertible' : 'no-value',
      path,
      message: `${renderTableName(to.name)}.${column.name} must have a value, but ${used ? 'the expression that uses it has no inverse' : 'nothing gives it one'}${back ? ' on the way back' : ''}.`,
      hint: back
        ? `Give it an \`inverse\` beside the expression, or a value under \`constants\`, or make the column nullable or give it a default.`
        : `Name it under \`columns\`, or make the column nullable or give it a default.`,
    });
  }
}

function checkGenerated({ from, to, values, path, back }: Way, faults: MappingFault[]): void {
  for (const [column, value] of values) {
    if ((findColumn(to, column)?.generated ?? 'no') !== 'no' && !back) {
      faults.push({
        kind: 'generated-column',
        path: `${path}.columns.${column}`,
        message: `${renderTableName(to.name)}.${column} is generated and cannot be written.`,
        hint: 'Leave it out of `columns`.',
      });
    }
    for (const need of columnsOf(value)) {
      if ((findColumn(from, need)?.generated ?? 'no') === 'no' || (back && value.kind === 'column')) continue;
      faults.push({
        kind: 'generated-column',
        path: `${path}.columns.${column}`,
        message: `${renderTableName(from.name)}.${need} is generated, and the log does not carry generated columns.`,
        hint: `Make ${renderTableName(to.name)}.${column} generated too, or write an expression over the columns it is made of.`,
      });
    }
  }
}

/** A value made of several columns is stale when an update carries only some of them. */
function checkLargeValues({ from, values, path }: Way, faults: MappingFault[]): void {
  if (from.replicaIdentity === 'full') return;
  for (const [column, value] of values) {
    const large =
      columnsOf(value).length > 1 ? columnsOf(value).filter((need) => findColumn(from, need)?.toastable) : [];
    if (large.length > 0) faults.push(needsFullIdentity(from, `${path}.columns.${column}`, large));
  }
}

function checkWhere(source: TableDescription, path: string, faults: MappingFault[]): void {
  if (source.replicaIdentity === 'full') return;
  // A row that enters the target by an update needs all its columns, not only those of the filter.
  const large = source.columns.filter((column) => column.toastable).map((column) => column.name);
  if (large.length > 0) faults.push(needsFullIdentity(source, `${path}.where`, large));
}

const needsFullIdentity = (table: TableDescription, path: string, columns: readonly string[]): MappingFault => ({
  kind: 'needs-full-identity',
  path,
  message: `It needs ${columns.join(', ')} of ${renderTableName(table.name)}, and an update that leaves a large value alone does not log it.`,
  hint: `Run ALTER TABLE ${quoteTable(table.name)} REPLICA IDENTITY FULL.`,
});
