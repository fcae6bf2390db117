import type { ModuleTree } from '../../source/module-tree.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { lookup, unitOf } from '../../source/scopes.ts';
import { unwrap, type Node } from '../../source/syntax-tree.ts';
import { callChains, type CallChain, type ChainLink } from '../query-builder/call-chain.ts';
import { isJoin } from '../query-builder/joins.ts';
import { tableTexts, type TableTexts } from '../query-builder/table-argument.ts';
import { collectDefinitions } from './collect-definitions.ts';
import type { KnexFound, KnexQuery } from './knex-summary.ts';

const clientNames = /^(?:knex|trx|tx|db|database|conn|connection|transaction|t)$|knex|trx|db$|Db$/;
const clientTypes = /^(?:Knex|Transaction|Db)$|Knex/;
const builderNames = /query|builder|^(?:qb|q|join)$/i;
const writeVerbs = new Set(
  'insert update del delete truncate increment decrement upsert batchInsert onConflict'.split(' '),
);
const tableVerbs = new Set(['from', 'into', 'table', 'batchInsert']);
const builderVerbs =
  /^(?:select|distinct|column|columns|first|pluck|where.*|andWhere.*|orWhere.*|orderBy.*|groupBy.*|having.*|limit|offset|count.*|sum.*|min|max|avg.*|returning|insert|update|del|delete|union.*|with.*|as|clone|modify|forUpdate|forShare|onConflict)$/;

/** Every query that a module builds with Knex, and the schema that its migrations build. */
export function collectKnex(tree: ModuleTree, lines: LineIndex): KnexFound | undefined {
  const chains = callChains(tree);
  const indexOf = new Map<Node, number>();
  const returned = new Set(tree.returns.map(({ node }) => unwrap(node)));
  const queries: KnexQuery[] = [];
  const common = new Map<string, Set<string>>();
  for (const chain of chains) {
    const query = readQuery(chain, tree, lines, indexOf, returned);
    if (query === undefined) continue;
    indexOf.set(chain.node, queries.length);
    queries.push(query);
  }
  for (const { links, scope } of chains) {
    for (const { name, call } of links) {
      const [first] = call?.arguments ?? [];
      if (name === undefined || !/^with(?:Recursive|Materialized|NotMaterialized|Wrapped)?$/.test(name)) continue;
      if (first?.type !== 'Literal' || typeof first.value !== 'string' || (call?.arguments.length ?? 0) < 2) continue;
      const unit = unitOf(scope);
      common.set(unit, (common.get(unit) ?? new Set()).add(first.value.replace(/\(.*/, '').trim()));
    }
  }
  const definitions = collectDefinitions(chains, tree, lines);
  return queries.length + definitions.length === 0 ? undefined : { queries, definitions, common };
}

function readQuery(
  chain: CallChain,
  tree: ModuleTree,
  lines: LineIndex,
  indexOf: ReadonlyMap<Node, number>,
  returned: ReadonlySet<Node>,
): KnexQuery | undefined {
  const { links, scope, node } = chain;
  if (links.some(({ name }) => name === 'schema')) return undefined;
  const main: TableTexts[] = [];
  const joined: TableTexts[] = [];
  const client = clientLink(chain, tree);
  const verbs = links.filter(({ name, call }) => call !== undefined && name !== undefined && builderVerbs.test(name));
  const builder = client !== undefined || verbs.length > 0 || builderNames.test(links[0]?.name ?? '') || isThis(chain);
  if (client?.call !== undefined) main.push(tableTexts(client.call.arguments[0], scope, tree));
  for (const { name, call } of links) {
    if (name === undefined || call === undefined || !builder) continue;
    if (tableVerbs.has(name) && !isConstructor(links)) main.push(tableTexts(call.arguments[0], scope, tree));
    if (isJoin(name, call) || name === 'updateFrom') joined.push(tableTexts(call.arguments[0], scope, tree));
  }
  const continues = continuedQuery(chain, indexOf);
  const calls = main.length === 0 && continues === undefined ? calledBuilder(chain, tree) : undefined;
  if (main.length + joined.length === 0 && continues === undefined && calls === undefined) return undefined;
  const at =
    (client ?? links.find(({ name }) => name !== undefined && tableVerbs.has(name)) ?? links[0])?.at ?? node.start;
  return {
    unit: unitOf(scope),
    main: main.flat(),
    joined: joined.flat(),
    writes: links.some(({ name, call }) => call !== undefined && name !== undefined && writeVerbs.has(name)),
    certain: client !== undefined,
    continues,
    calls,
    returned: returned.has(node),
    at,
    line: lines.lineAt(at),
  };
}

/** `db`, `this.knex`, `ctx.trx` at the start: names only, up to the first call. */
function clientLink({ links, scope }: CallChain, tree: ModuleTree): ChainLink | undefined {
  for (const [index, link] of links.entries()) {
    if (link.name === undefined) return undefined;
    if (clientNames.test(link.name)) return link;
    if (index === 0 && link.call !== undefined) {
      const declaration = lookup(scope, link.name, link.at);
      if (declaration?.kind === 'parameter' && clientTypes.test(declaration.type ?? '')) return link;
      const path =
        declaration?.kind === 'value' ? pathOf(declaration.init ?? link.call, declaration.scope, tree) : undefined;
      return path?.root.kind === 'import' && path.root.specifier === 'knex' ? link : undefined;
    }
    if (link.call !== undefined) return undefined;
  }
  return undefined;
}

/** `this.from('t')` in a callback: Knex calls it with the builder. */
function isThis({ head, links }: CallChain): boolean {
  return head.type === 'ThisExpression' && links[0]?.call !== undefined;
}

/** `Array.from(…)`, `Buffer.from(…)`, `Readable.from(…)`. */
function isConstructor(links: readonly ChainLink[]): boolean {
  return /^[A-Z]/.test(links[0]?.name ?? '') && links[0]?.call === undefined && links[1]?.name === 'from';
}

/** `query = query.where(…)`, where the variable was given a query of this module. */
function continuedQuery({ head, links, scope }: CallChain, indexOf: ReadonlyMap<Node, number>): number | undefined {
  if (head.type !== 'Identifier' || links[0]?.call !== undefined) return undefined;
  const declaration = lookup(scope, head.name, head.start);
  if (declaration?.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0) return undefined;
  // `const rows = await query` are rows, not a query.
  return declaration.init.type === 'AwaitExpression' ? undefined : indexOf.get(unwrap(declaration.init));
}

/** `this.table().insert(row)`: the function that is called first, when something is done with what it gives back. */
function calledBuilder({ links, node, scope }: CallChain, tree: ModuleTree): SymbolPath | undefined {
  const first = links.findIndex(({ call }) => call !== undefined);
  const after = links.slice(first + 1);
  const call = links[first]?.call;
  if (call === undefined || !after.some(({ name }) => name !== undefined && builderVerbs.test(name))) return undefined;
  if (call === node) return undefined;
  const path = pathOf(call.callee, scope, tree);
  return path?.root.kind === 'parameter' || path?.root.kind === 'binding' ? undefined : path;
}
