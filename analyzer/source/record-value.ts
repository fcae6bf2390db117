import { isText, type ModuleTree } from './module-tree.ts';
import type { SymbolPath, TextPiece } from './module-summary.ts';
import { pathOf } from './resolve-local.ts';
import type { Scope } from './scopes.ts';
import { staticKey, unwrap, type Node } from './syntax-tree.ts';
import { textPieces } from './text-pieces.ts';

/** Records what a name holds: another value, a text, or an object with properties. */
export function recordValue(
  name: string,
  node: Node,
  scope: Scope,
  tree: ModuleTree,
  values: Map<string, SymbolPath>,
  texts: Map<string, readonly TextPiece[]>,
): void {
  const inner = unwrap(node);
  if (inner.type === 'ObjectExpression') {
    for (const property of inner.properties) {
      if (property.type !== 'Property') continue;
      const key = staticKey(property.key, property.computed);
      if (key !== undefined) recordValue(`${name}.${key}`, property.value, scope, tree, values, texts);
    }
    return;
  }
  if (isText(inner) || /^(?:Binary|TaggedTemplate|Logical)Expression$/.test(inner.type))
    texts.set(name, textPieces(inner, scope, tree));
  // `Object.freeze({ … })` and the like hold what they are given.
  if (
    inner.type === 'CallExpression' &&
    inner.callee.type === 'MemberExpression' &&
    inner.arguments[0]?.type === 'ObjectExpression'
  ) {
    recordValue(name, inner.arguments[0], scope, tree, values, texts);
  }
  const path = pathOf(inner, scope, tree);
  if (path !== undefined && !(path.root.kind === 'binding' && path.root.name === name)) values.set(name, path);
}
