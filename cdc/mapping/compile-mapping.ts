import type { ReplicationSpec, TableMappingSpec } from '@overgrow/core';
import { findTable, type Catalog, type TableDescription } from '../catalog/table-description.ts';
import { parseTableName, renderTableName, type TableName } from '../catalog/table-name.ts';
import { checkTableMap } from './check-mapping.ts';
import { columnsOf, evaluate, fillRow, isPresent, type ColumnValues } from './column-values.ts';
import { resolveForward, resolveReverse, resolveWhere } from './resolve-values.ts';
import type { MappingFault, TableMap, TextRow } from './table-map.ts';

/** What is compiled, or everything that is wrong with it; never half of it. */
export type MappingResult =
  | { readonly kind: 'maps'; readonly maps: readonly TableMap[] }
  | { readonly kind: 'faults'; readonly faults: readonly MappingFault[] };

type TableSpec = Exclude<TableMappingSpec, string>;

/** Manifest tables as names: which tables of monolith and service the mapping needs from the catalogs. */
export function mappedTables(
  spec: ReplicationSpec,
): readonly { readonly source: TableName; readonly target: TableName }[] {
  return Object.entries(spec.tables).map(([source, table]) => ({
    source: parseTableName(source),
    target: parseTableName(normalise(table).to),
  }));
}

/** Compiles the tables of one context. `monolith` and `service` are the catalogs of `mappedTables`. Pure. */
export function compileMapping(spec: ReplicationSpec, monolith: Catalog, service: Catalog): MappingResult {
  const faults: MappingFault[] = [];
  const maps: TableMap[] = [];
  const targets = new Map<string, string>();
  for (const [name, declared] of Object.entries(spec.tables)) {
    const path = `tables["${name}"]`;
    const table = normalise(declared);
    const source = findTable(monolith, parseTableName(name));
    const target = findTable(service, parseTableName(table.to));
    if (source === undefined) faults.push(unknownTable(path, name, 'monolith'));
    if (target === undefined) faults.push(unknownTable(path, renderTableName(parseTableName(table.to)), 'service'));
    if (source === undefined || target === undefined) continue;
    const other = targets.get(renderTableName(target.name));
    if (other !== undefined) faults.push(sameTarget(path, renderTableName(target.name), other));
    targets.set(renderTableName(target.name), name);
    maps.push(compileTable(table, source, target, path, faults));
  }
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'maps', maps };
}

function compileTable(
  spec: TableSpec,
  source: TableDescription,
  target: TableDescription,
  path: string,
  faults: MappingFault[],
): TableMap {
  const forward = resolveForward(spec, source, target, path, faults);
  const reverse = resolveReverse(spec, source, target, path, forward, faults);
  const where = resolveWhere(spec, source, path, faults);
  checkTableMap({ source, target, forward, reverse, where, path }, faults);
  const wherePath = `${path}.where`;
  const matches = (row: TextRow) =>
    where === undefined ||
    (isPresent([...where.columns, ...source.primaryKey], row, wherePath) &&
      evaluate(() => where.evaluateBoolean(row), wherePath));
  const forwardKeyValues = only(forward, target.primaryKey);
  const reverseKeyValues = only(reverse, source.primaryKey);
  return {
    source: source.name,
    target: target.name,
    sourceKey: source.primaryKey,
    targetKey: target.primaryKey,
    sourceTable: source,
    targetTable: target,
    targetColumns: [...forward.keys()],
    sourceColumns: [...reverse.keys()],
    sourceConstants: Object.keys(spec.constants ?? {}),
    sourceReads: [...new Set([...readsOf(forward), ...(where?.columns ?? [])])],
    targetReads: [...new Set(readsOf(reverse))],
    forward: (row) => (matches(row) ? fillRow(forward, row) : undefined),
    reverse: (row) => fillRow(reverse, row),
    forwardKey: (row) => fillRow(forwardKeyValues, row),
    reverseKey: (row) => fillRow(reverseKeyValues, row),
    filtered: where !== undefined,
  };
}

const normalise = (table: TableMappingSpec): TableSpec => (typeof table === 'string' ? { to: table } : table);

const only = (values: ColumnValues, columns: readonly string[]): ColumnValues =>
  new Map([...values].filter(([column]) => columns.includes(column)));

const readsOf = (values: ColumnValues) => [...values.values()].flatMap(columnsOf);

const unknownTable = (path: string, name: string, side: string): MappingFault => ({
  kind: 'unknown-table',
  path,
  message: `The table ${name} is not in the ${side}'s database.`,
  hint: `Create it, correct its name, or give the bridge's role the right to see its schema.`,
});

const sameTarget = (path: string, target: string, other: string): MappingFault => ({
  kind: 'same-target',
  path,
  message: `${target} is already the target of ${other}.`,
  hint: 'Give each source table a target table of its own.',
});
