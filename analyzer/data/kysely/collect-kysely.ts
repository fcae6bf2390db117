import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { unitOf } from '../../source/scopes.ts';
import { isFunction, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';
import { callChains, type CallChain } from '../query-builder/call-chain.ts';
import type { TableDefinition } from '../query-builder/definitions.ts';
import { isJoin } from '../query-builder/joins.ts';
import { tableTexts, type TableTexts } from '../query-builder/table-argument.ts';
import { undoesMigration } from '../sql/migrations.ts';
import type { KyselyFound, KyselyQuery } from './kysely-summary.ts';

const writers = new Set(['insertInto', 'replaceInto', 'updateTable', 'deleteFrom', 'mergeInto']);
/** Only inside a query that another verb begins: `updateTable('a').from('b')`, `deleteFrom('a').using('b')`. */
const furtherReads = new Set(['from', 'using']);

/** Every query that a module builds with Kysely: its verbs are its own, so what holds the client doesn't matter. */
export function collectKysely(tree: ModuleTree, lines: LineIndex): KyselyFound | undefined {
  const chains = callChains(tree);
  const queries: KyselyQuery[] = [];
  const common = new Map<string, Set<string>>();
  for (const chain of chains) {
    const query = readQuery(chain, tree, lines);
    if (query !== undefined) queries.push(query);
    for (const { name, call } of chain.links) {
      const [first] = call?.arguments ?? [];
      if ((name !== 'with' && name !== 'withRecursive') || first === undefined || (call?.arguments.length ?? 0) < 2)
        continue;
      const unit = unitOf(chain.scope);
      const names = tableTexts(first, chain.scope, tree).flat();
      for (const piece of names)
        if (piece.kind === 'text')
          common.set(unit, (common.get(unit) ?? new Set()).add(piece.text.replace(/\(.*/, '').trim()));
    }
  }
  const definitions = chains.flatMap((chain) => readDefinition(chain, chains, tree, lines));
  return queries.length + definitions.length === 0 ? undefined : { queries, definitions, common };
}

function readQuery({ links, scope, node }: CallChain, tree: ModuleTree, lines: LineIndex): KyselyQuery | undefined {
  const reads: TableTexts[] = [];
  const writes: TableTexts[] = [];
  const first = (call: CallNode) => tableTexts(call.arguments[0], scope, tree);
  const begins = links.find(
    ({ name, call }) => call !== undefined && name !== undefined && (writers.has(name) || name === 'selectFrom'),
  );
  for (const { name, call } of links) {
    if (name === undefined || call === undefined) continue;
    if (name === 'selectFrom') reads.push(first(call));
    else if (writers.has(name)) writes.push(first(call));
    else if (begins !== undefined && furtherReads.has(name)) reads.push(first(call));
    else if (isJoin(name, call) && call.arguments.length > 1 && isTableName(call.arguments[0])) reads.push(first(call));
  }
  if (reads.length + writes.length === 0) return undefined;
  const within = links.find(({ name }) => name === 'withSchema')?.call;
  const at = begins?.at ?? links[0]?.at ?? node.start;
  return {
    unit: unitOf(scope),
    reads: reads.flat(),
    writes: writes.flat(),
    schema: within === undefined ? [] : first(within),
    at,
    line: lines.lineAt(at),
  };
}

/** A join of Kysely names its table in place, or takes a callback. */
function isTableName(node: Node | undefined): boolean {
  return node?.type === 'Literal' || node?.type === 'TemplateLiteral' || node?.type === 'ArrayExpression';
}

const kinds: Readonly<Record<string, TableDefinition['kind']>> = {
  createTable: 'table',
  createView: 'view',
  alterTable: 'alter',
  dropTable: 'drop',
  dropView: 'drop',
};

function readDefinition(
  { links, scope, node }: CallChain,
  chains: readonly CallChain[],
  tree: ModuleTree,
  lines: LineIndex,
): TableDefinition[] {
  const schemaAt = links.findIndex(({ name, call }) => name === 'schema' && call === undefined);
  const step = links[schemaAt + 1];
  if (schemaAt < 0 || step?.name === undefined || step.call === undefined || undoesMigration(unitOf(scope))) return [];
  const kind = Object.hasOwn(kinds, step.name) ? kinds[step.name] : undefined;
  if (kind === undefined) return [];
  const renamed = links.find(({ name }) => name === 'renameTo')?.call;
  return [
    {
      kind: renamed === undefined ? kind : 'rename',
      table: tableTexts(step.call.arguments[0], scope, tree),
      to: renamed === undefined ? [] : tableTexts(renamed.arguments[0], scope, tree),
      references: [
        ...links.flatMap(({ name, call }) =>
          name === 'addForeignKeyConstraint' && call !== undefined ? tableTexts(call.arguments[2], scope, tree) : [],
        ),
        ...referencesIn(node, chains),
      ],
      line: lines.lineAt(step.at),
    },
  ];
}

/** `.addColumn('a', 'integer', (column) => column.references('b.id'))`. */
function referencesIn(around: CallNode, chains: readonly CallChain[]): TableTexts {
  return chains
    .filter(
      ({ node, scope }) =>
        node !== around && node.start >= around.start && node.end <= around.end && inCallback(scope.node),
    )
    .flatMap(({ links }): TableTexts =>
      links.flatMap(({ name, call }): TableTexts => {
        const column = name === 'references' ? call?.arguments[0] : undefined;
        const text = column === undefined ? undefined : unwrap(column);
        if (text?.type !== 'Literal' || typeof text.value !== 'string' || !text.value.includes('.')) return [];
        return [[{ kind: 'text', text: text.value.slice(0, text.value.lastIndexOf('.')) }]];
      }),
    );
}

function inCallback(node: Node | undefined): boolean {
  return node !== undefined && isFunction(node);
}
