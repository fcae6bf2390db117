import type { ModuleTree } from '../../source/module-tree.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import type { LineIndex } from '../../source/place.ts';
import { unitOf, type Scope } from '../../source/scopes.ts';
import type { CallNode } from '../../source/syntax-tree.ts';
import { shapeOf, type ObjectShape } from '../object-shape/object-shape.ts';
import { callChains, type CallChain } from '../query-builder/call-chain.ts';
import { isJoin } from '../query-builder/joins.ts';
import { collectSchema } from './collect-schema.ts';
import type { DrizzleFound, DrizzleQuery } from './drizzle-summary.ts';
import { tableValue } from './table-value.ts';

const readers = new Set(['from', 'fromOnly', '$count', 'refreshMaterializedView']);
const writers = new Set(['insert', 'update', 'delete', 'refreshMaterializedView']);

/** Tables, relations and queries of Drizzle. What counts is that a verb is handed a table: linking knows which values are tables. */
export function collectDrizzle(tree: ModuleTree, lines: LineIndex): DrizzleFound | undefined {
  const schema = collectSchema(tree, lines);
  const queries = callChains(tree).flatMap((chain) => readQuery(chain, tree, lines));
  const empty = queries.length + schema.tables.length + schema.makers.length + schema.relations.length === 0;
  return empty ? undefined : { ...schema, queries };
}

function readQuery({ links, scope, node }: CallChain, tree: ModuleTree, lines: LineIndex): DrizzleQuery[] {
  const reads: SymbolPath[] = [];
  const writes: SymbolPath[] = [];
  let at: number | undefined;
  let queried: DrizzleQuery['queried'];
  for (const [index, { name, call, at: place }] of links.entries()) {
    if (name === undefined || call === undefined || index === 0) continue;
    const table = tableValue(call.arguments[0], scope, tree);
    if (table !== undefined && writers.has(name)) writes.push(table);
    if (table !== undefined && (readers.has(name) || isJoin(name, call) || (name === 'using' && writes.length > 0)))
      reads.push(table);
    if (table !== undefined && (writers.has(name) || readers.has(name))) at ??= place;
    const key = links[index - 1]?.name;
    if ((name === 'findMany' || name === 'findFirst') && key !== undefined && links[index - 2]?.name === 'query') {
      queried = { key, args: argumentsOf(call, scope, tree) };
      at ??= place;
    }
  }
  if (reads.length + writes.length === 0 && queried === undefined) return [];
  const from = at ?? node.start;
  return [{ unit: unitOf(scope), reads, writes, queried, at: from, line: lines.lineAt(from) }];
}

function argumentsOf(call: CallNode, scope: Scope, tree: ModuleTree): ObjectShape {
  const [given] = call.arguments;
  return given === undefined ? { kind: 'value' } : shapeOf(given, scope, tree);
}
