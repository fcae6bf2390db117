import type { ModuleTree } from '../../source/module-tree.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { lookup, type Scope } from '../../source/scopes.ts';
import { lastName, unwrap, type Node } from '../../source/syntax-tree.ts';

/** The value that an argument names: a table of this or another module, or an alias of one. */
export function tableValue(node: Node | undefined, scope: Scope, tree: ModuleTree, depth = 0): SymbolPath | undefined {
  if (node === undefined || depth > 4) return undefined;
  const inner = unwrap(node);
  if (inner.type === 'MemberExpression') return pathOf(inner, scope, tree);
  if (inner.type === 'CallExpression')
    return (lastName(inner.callee) ?? '').startsWith('alias')
      ? tableValue(inner.arguments[0], scope, tree, depth + 1)
      : undefined;
  if (inner.type !== 'Identifier') return undefined;
  const declaration = lookup(scope, inner.name, inner.start);
  if (declaration?.kind === 'import') return pathOf(inner, scope, tree);
  if (declaration?.kind !== 'value') return undefined;
  const { init, keys } = declaration;
  const known =
    init === undefined || keys.length > 0 ? undefined : tableValue(init, declaration.scope, tree, depth + 1);
  if (known !== undefined) return known;
  if (keys.length > 0) return pathOf(inner, scope, tree);
  return declaration.scope === tree.module ? { root: { kind: 'binding', name: inner.name }, steps: [] } : undefined;
}
