import type { TableMappingSpec } from '@overgrow/core';
import { findColumn, type TableDescription } from '../catalog/table-description.ts';
import { renderTableName } from '../catalog/table-name.ts';
import { renderConstant, type ColumnValue, type ColumnValues } from './column-values.ts';
import { compileExpression, type RowExpression } from './expression.ts';
import type { MappingFault } from './table-map.ts';

type TableSpec = Exclude<TableMappingSpec, string>;
type Faults = MappingFault[];

/** Names of the manifest → values of target columns. Unknown columns and bad expressions become faults. */
export function resolveForward(
  spec: TableSpec,
  source: TableDescription,
  target: TableDescription,
  path: string,
  faults: Faults,
): ColumnValues {
  if (spec.columns === undefined) return valuesByName(source, target);
  const values = new Map<string, ColumnValue>();
  for (const [column, declared] of Object.entries(spec.columns)) {
    const place = `${path}.columns.${column}`;
    const found = expectColumn(target, column, place, faults);
    if (typeof declared === 'string') {
      if (expectColumn(source, declared, place, faults) && found)
        values.set(column, { kind: 'column', from: declared });
    } else if ('constant' in declared) {
      if (found) values.set(column, { kind: 'constant', text: renderConstant(declared.constant) });
    } else {
      const expression = resolveExpression(declared.expression, source, `${place}.expression`, faults);
      if (expression && found) values.set(column, { kind: 'expression', expression, path: `${place}.expression` });
    }
  }
  return values;
}

/** The way back: renames turned round, declared inverses, then declared constants. */
export function resolveReverse(
  spec: TableSpec,
  source: TableDescription,
  target: TableDescription,
  path: string,
  forward: ColumnValues,
  faults: Faults,
): ColumnValues {
  const values = new Map<string, ColumnValue>();
  for (const [column, value] of forward) {
    if (value.kind === 'column' && !values.has(value.from)) values.set(value.from, { kind: 'column', from: column });
  }
  for (const [column, declared] of Object.entries(spec.columns ?? {})) {
    if (typeof declared === 'string' || !('expression' in declared)) continue;
    for (const [back, text] of Object.entries(declared.inverse ?? {})) {
      const place = `${path}.columns.${column}.inverse.${back}`;
      const found = expectColumn(source, back, place, faults);
      const expression = resolveExpression(text, target, place, faults);
      if (found && expression) values.set(back, { kind: 'expression', expression, path: place });
    }
  }
  for (const [column, constant] of Object.entries(spec.constants ?? {})) {
    if (expectColumn(source, column, `${path}.constants.${column}`, faults)) {
      values.set(column, { kind: 'constant', text: renderConstant(constant) });
    }
  }
  return values;
}

/** The declared filter; undefined when there is none, or it is faulty. */
export function resolveWhere(
  spec: TableSpec,
  source: TableDescription,
  path: string,
  faults: Faults,
): RowExpression | undefined {
  return spec.where === undefined ? undefined : resolveExpression(spec.where, source, `${path}.where`, faults);
}

function valuesByName(source: TableDescription, target: TableDescription): ColumnValues {
  const values = new Map<string, ColumnValue>();
  for (const column of target.columns) {
    if (column.generated !== 'no' || findColumn(source, column.name) === undefined) continue;
    values.set(column.name, { kind: 'column', from: column.name });
  }
  return values;
}

function resolveExpression(
  text: string,
  table: TableDescription,
  path: string,
  faults: Faults,
): RowExpression | undefined {
  const result = compileExpression(text);
  if (result.kind === 'fault') {
    faults.push({
      kind: 'bad-expression',
      path,
      message: `The expression is not valid: ${result.message}.`,
      hint: 'Write CEL over `row`, such as row.price or shiftDecimal(row.price, 2).',
    });
    return undefined;
  }
  const known = result.expression.columns.map((column) => expectColumn(table, column, path, faults));
  return known.every(Boolean) ? result.expression : undefined;
}

function expectColumn(table: TableDescription, column: string, path: string, faults: Faults): boolean {
  if (findColumn(table, column) !== undefined) return true;
  faults.push({
    kind: 'unknown-column',
    path,
    message: `${renderTableName(table.name)} has no column ${column}.`,
    hint: `Its columns are ${table.columns.map((known) => known.name).join(', ')}.`,
  });
  return false;
}
