import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { shiftDecimal } from './shift-decimal.ts';
import type { TextRow } from './table-map.ts';

/** A CEL expression over `row`, compiled once. */
export interface RowExpression {
  /** Columns that it reads, as `row.name` or `row["name"]`. */
  readonly columns: readonly string[];
  /** The result as PostgreSQL prints it. @throws what CEL throws when the row does not suit the expression. */
  evaluateText(row: TextRow): string | null;
  /** @throws when the result is not a boolean. */
  evaluateBoolean(row: TextRow): boolean;
}

export type ExpressionResult =
  | { readonly kind: 'expression'; readonly expression: RowExpression }
  | { readonly kind: 'fault'; readonly message: string };

/**
 * The language of the manifest: CEL (https://github.com/google/cel-spec) with `row`, whose values are PostgreSQL's text or
 * null, and `shiftDecimal(text, places)`, which moves the decimal point exactly: CEL's own numbers are 64-bit integers and
 * doubles, and money must pass through neither.
 */
const environment = new Environment()
  .registerVariable('row', 'map')
  .registerFunction('shiftDecimal(dyn, int): dyn', (value: unknown, places: bigint) => {
    if (value === null) return null;
    if (typeof value !== 'string' && typeof value !== 'bigint') throw new TypeError('shiftDecimal: expected text');
    return shiftDecimal(value.toString(), Number(places));
  });

export function compileExpression(text: string): ExpressionResult {
  try {
    const parsed = environment.parse(text);
    const checked = parsed.check();
    if (!checked.valid) return { kind: 'fault', message: firstLine(checked.error) };
    const columns = new Set<string>();
    if (!collectColumns(parsed.ast, columns)) {
      return { kind: 'fault', message: '`row` is used as a whole, so the columns it reads are not known' };
    }
    const evaluate = (row: TextRow): unknown => parsed({ row });
    return {
      kind: 'expression',
      expression: {
        columns: [...columns],
        evaluateText: (row) => renderText(evaluate(row)),
        evaluateBoolean: (row) => {
          const result = evaluate(row);
          if (typeof result !== 'boolean') throw new TypeError('expected true or false');
          return result;
        },
      },
    };
  } catch (error) {
    return { kind: 'fault', message: firstLine(error) };
  }
}

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

function renderText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'bigint' || typeof value === 'number') return value.toString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  throw new TypeError('expected text, a number, a boolean, bytes or null');
}

/** Adds the columns that a tree reads. False when it uses `row` in a way that names no column. */
function collectColumns(node: unknown, columns: Set<string>): boolean {
  if (Array.isArray(node)) return node.every((child) => collectColumns(child, columns));
  if (!isNode(node)) return true;
  if (node.op === 'id') return node.args !== 'row';
  if (node.op === '.' && isRow(node.args[0])) {
    columns.add(node.args[1]);
    return true;
  }
  if (node.op === '[]' && isRow(node.args[0])) {
    const key = node.args[1];
    if (key.op !== 'value' || typeof key.args !== 'string') return false;
    columns.add(key.args);
    return true;
  }
  return collectColumns(node.args, columns);
}

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value;
const isRow = (node: ASTNode) => node.op === 'id' && node.args === 'row';
