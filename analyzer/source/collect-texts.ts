import type { ModuleTree } from './module-tree.ts';
import type { TextPiece } from './module-summary.ts';
import { isText } from './module-tree.ts';
import { staticKey, isClass, unwrap, type Node } from './syntax-tree.ts';
import { textPieces } from './text-pieces.ts';

/** Text constants that no variable holds: members of enums, fields of classes, and what a function always gives back. */
export function collectTexts(tree: ModuleTree, texts: Map<string, readonly TextPiece[]>): void {
  for (const { node, scope } of tree.enums) {
    if (scope !== tree.module) continue;
    for (const member of node.body.members) {
      const name = staticKey(member.id, member.computed);
      if (name !== undefined && member.initializer !== null && isTextual(member.initializer))
        texts.set(`${node.id.name}.${name}`, textPieces(member.initializer, tree.module, tree));
    }
  }
  for (const [node, scope] of tree.scopeOf) {
    if (!isClass(node) || scope.unit === undefined) continue;
    for (const member of node.body.body) {
      if (member.type !== 'PropertyDefinition' || member.value === null || !isTextual(member.value)) continue;
      const name = staticKey(member.key, member.computed);
      if (name !== undefined) texts.set(`${scope.unit}.${name}`, textPieces(member.value, scope, tree));
    }
  }
  const returned = Map.groupBy(tree.returns, ({ scope }) => scope.unit);
  for (const [unit, [only, ...further]] of returned) {
    if (unit === undefined || only === undefined || further.length > 0 || !isTextual(only.node)) continue;
    texts.set(`${unit}.()`, textPieces(only.node, only.scope, tree));
  }
}

function isTextual(node: Node): boolean {
  const inner = unwrap(node);
  return isText(inner) || (inner.type === 'BinaryExpression' && inner.operator === '+');
}
