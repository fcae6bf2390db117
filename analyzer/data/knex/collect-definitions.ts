import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { unitOf } from '../../source/scopes.ts';
import { isFunction, unwrap, type Node } from '../../source/syntax-tree.ts';
import type { CallChain } from '../query-builder/call-chain.ts';
import type { TableDefinition } from '../query-builder/definitions.ts';
import { tableTexts, type TableTexts } from '../query-builder/table-argument.ts';
import { undoesMigration } from '../sql/migrations.ts';

const kinds: Readonly<Record<string, TableDefinition['kind']>> = {
  createTable: 'table',
  createTableIfNotExists: 'table',
  createTableLike: 'table',
  createView: 'view',
  createViewOrReplace: 'view',
  createMaterializedView: 'view',
  table: 'alter',
  alterTable: 'alter',
  dropTable: 'drop',
  dropTableIfExists: 'drop',
  dropView: 'drop',
  dropViewIfExists: 'drop',
  renameTable: 'rename',
};

/** `knex.schema.createTable('t', (table) => { … })` and the like. What takes a migration back defines nothing. */
export function collectDefinitions(
  chains: readonly CallChain[],
  tree: ModuleTree,
  lines: LineIndex,
): readonly TableDefinition[] {
  return chains.flatMap((chain): TableDefinition[] => {
    const { links, scope } = chain;
    const schemaAt = links.findIndex(({ name }) => name === 'schema');
    if (schemaAt < 0 || undoesMigration(unitOf(scope))) return [];
    const within = links.find(({ name }) => name === 'withSchema')?.call?.arguments[0];
    return links.slice(schemaAt + 1).flatMap(({ name, call, at }): TableDefinition[] => {
      const kind = name !== undefined && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
      if (kind === undefined || call === undefined) return [];
      const [table, second] = call.arguments;
      return [
        {
          kind,
          table: tableTexts(table, scope, tree),
          schema: tableTexts(within, scope, tree),
          to: kind === 'rename' ? tableTexts(second, scope, tree) : [],
          references: call.arguments.flatMap((argument) => referencesIn(argument, chains, tree)),
          line: lines.lineAt(at),
        },
      ];
    });
  });
}

/** `table.foreign('a').references('id').inTable('t')`, `table.integer('a').references('t.id')`. */
function referencesIn(callback: Node, chains: readonly CallChain[], tree: ModuleTree): TableTexts {
  const body = unwrap(callback);
  if (!isFunction(body)) return [];
  return chains
    .filter(({ node }) => node.start >= body.start && node.end <= body.end)
    .flatMap(({ links, scope }): TableTexts => {
      const references = links.find(({ name }) => name === 'references')?.call;
      if (references === undefined) return [];
      const named = links.find(({ name, call }) => (name === 'inTable' || name === 'on') && call !== undefined)?.call;
      if (named !== undefined) return tableTexts(named.arguments[0], scope, tree);
      const [column] = references.arguments;
      const dotted = column?.type === 'Literal' && typeof column.value === 'string' ? column.value : '';
      return dotted.includes('.') ? [[{ kind: 'text', text: dotted.slice(0, dotted.lastIndexOf('.')) }]] : [];
    });
}
