import { OvergrowError } from '@overgrow/core';
import type { RowExpression } from './expression.ts';
import type { TextRow } from './table-map.ts';

/** Where the value of one column comes from. */
export type ColumnValue =
  | { readonly kind: 'column'; readonly from: string }
  | { readonly kind: 'constant'; readonly text: string | null }
  | { readonly kind: 'expression'; readonly expression: RowExpression; readonly path: string };

/** Column to fill → where its value comes from. */
export type ColumnValues = ReadonlyMap<string, ColumnValue>;

/** Columns of the incoming row that a value needs. */
export function columnsOf(value: ColumnValue): readonly string[] {
  return value.kind === 'column' ? [value.from] : value.kind === 'constant' ? [] : value.expression.columns;
}

/** `10`, `true` or null of the manifest as PostgreSQL's text. */
export function renderConstant(value: string | number | boolean | null): string | null {
  if (value === null) return null;
  return typeof value === 'boolean' ? (value ? 't' : 'f') : String(value);
}

/**
 * Fills a row. A column is left out when everything that it needs is absent: it did not change.
 * @throws CDC_ROW_INCOMPLETE when only a part is absent, CDC_MAPPING_FAILED when an expression fails.
 */
export function fillRow(values: ColumnValues, row: TextRow): TextRow {
  const filled: Record<string, string | null> = {};
  for (const [column, value] of values) {
    if (value.kind === 'constant') {
      filled[column] = value.text;
    } else if (value.kind === 'column') {
      const text = row[value.from];
      if (text !== undefined) filled[column] = text;
    } else if (isPresent(value.expression.columns, row, value.path)) {
      filled[column] = evaluate(() => value.expression.evaluateText(row), value.path);
    }
  }
  return filled;
}

/** False when all these columns are absent. @throws CDC_ROW_INCOMPLETE when only some are. */
export function isPresent(columns: readonly string[], row: TextRow, path: string): boolean {
  // Almost every row is whole, and this is asked for each of its expressions.
  if (columns.every((column) => row[column] !== undefined)) return true;
  const absent = columns.filter((column) => row[column] === undefined);
  if (absent.length === columns.length) return false;
  throw new OvergrowError(
    'CDC_ROW_INCOMPLETE',
    `${path} needs the columns ${columns.join(', ')}, but an update did not carry ${absent.join(', ')}.`,
    { hint: 'Run ALTER TABLE … REPLICA IDENTITY FULL on the table that was updated, then take a new first copy.' },
  );
}

/** Runs an expression; its failure names the place and no value, because values may be sensitive. */
export function evaluate<T>(run: () => T, path: string): T {
  try {
    return run();
  } catch (error) {
    throw new OvergrowError('CDC_MAPPING_FAILED', `The expression at ${path} failed on a row.`, {
      hint: 'Make the expression accept null and every value that the column can hold.',
      cause: error,
    });
  }
}
