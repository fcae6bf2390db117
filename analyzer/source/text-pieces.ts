import { lookup, type Scope } from './scopes.ts';
import { staticKey, unwrap, type Node } from './syntax-tree.ts';
import type { ModuleTree } from './module-tree.ts';
import type { TextPiece } from './module-summary.ts';
import { pathOf, step } from './resolve-local.ts';

const maxDepth = 6;

/** What a text expression is made of, as far as it is written down: literals, templates, `+`, `join`, constants, `? :`. */
export function textPieces(node: Node, scope: Scope, tree: ModuleTree, depth = 0): readonly TextPiece[] {
  const inner = unwrap(node);
  if (depth > maxDepth) return [hole('…')];
  switch (inner.type) {
    case 'Literal':
      return [{ kind: 'text', text: String(inner.value) }];
    case 'TemplateLiteral':
      return inner.quasis.flatMap((quasi, index) => {
        const expression = inner.expressions[index];
        const text: TextPiece = { kind: 'text', text: quasi.value.cooked ?? quasi.value.raw };
        return expression === undefined ? [text] : [text, ...textPieces(expression, scope, tree, depth + 1)];
      });
    case 'TaggedTemplateExpression':
      return taggedPieces(inner.quasi, inner.tag, scope, tree, depth + 1);
    case 'BinaryExpression':
      if (inner.operator !== '+') return [hole('…')];
      return [...textPieces(inner.left, scope, tree, depth + 1), ...textPieces(inner.right, scope, tree, depth + 1)];
    case 'ConditionalExpression':
      return [
        {
          kind: 'choice',
          texts: [
            textPieces(inner.consequent, scope, tree, depth + 1),
            textPieces(inner.alternate, scope, tree, depth + 1),
          ],
        },
      ];
    case 'LogicalExpression':
      return defaultPieces(inner, scope, tree, depth);
    case 'CallExpression':
      return joinPieces(inner, scope, tree, depth) ?? [hole('()')];
    case 'Identifier':
    case 'MemberExpression':
      return namedPieces(inner, scope, tree, depth);
    default:
      return [hole('…')];
  }
}

/**
 * A tag (`sql`) takes its expressions as values: a text that is put together in place is a parameter, not a part of the text. A constant may
 * be either, and is followed. `String.raw` joins all.
 */
export function taggedPieces(
  quasi: Extract<Node, { type: 'TemplateLiteral' }>,
  tag: Node,
  scope: Scope,
  tree: ModuleTree,
  depth = 0,
): readonly TextPiece[] {
  const joins = tag.type === 'MemberExpression' && staticKey(tag.property, tag.computed) === 'raw';
  return quasi.quasis.flatMap((part, index) => {
    const text: TextPiece = { kind: 'text', text: part.value.cooked ?? part.value.raw };
    const expression = quasi.expressions[index];
    if (expression === undefined) return [text];
    const inner = unwrap(expression);
    const isValue =
      !joins && (inner.type === 'Literal' || inner.type === 'TemplateLiteral' || inner.type === 'BinaryExpression');
    return [text, ...(isValue ? [hole('…')] : textPieces(inner, scope, tree, depth + 1))];
  });
}

function namedPieces(
  node: Extract<Node, { type: 'Identifier' | 'MemberExpression' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): readonly TextPiece[] {
  if (node.type === 'Identifier') {
    const declaration = lookup(scope, node.name, node.start);
    // A constant of the module is a symbol, so that what uses it is told apart from where it stands.
    if (declaration?.kind === 'value' && declaration.scope === tree.module && declaration.keys.length === 0) {
      return [{ kind: 'symbol', path: { root: { kind: 'binding', name: node.name }, steps: [] } }];
    }
    if (declaration?.kind === 'value' && declaration.init !== undefined && declaration.keys.length === 0) {
      const init = unwrap(declaration.init);
      if (textual.has(init.type) || joinPieces(init, declaration.scope, tree, depth) !== undefined)
        return textPieces(init, declaration.scope, tree, depth + 1);
    }
    const path = declaration?.kind === 'import' ? pathOf(node, scope, tree) : undefined;
    return [path === undefined ? hole(node.name) : { kind: 'symbol', path }];
  }
  const name = staticKey(node.property, node.computed);
  const path = name === undefined ? undefined : pathOf(node.object, scope, tree);
  const known = path === undefined || name === undefined ? undefined : step(path, name);
  return [known === undefined || known.root.kind === 'parameter' ? hole(name ?? '…') : { kind: 'symbol', path: known }];
}

/** `process.env.PREFIX || '/api'`: what holds when nothing else is said. */
function defaultPieces(
  node: Extract<Node, { type: 'LogicalExpression' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): readonly TextPiece[] {
  if (node.operator === '&&') return [hole('&&')];
  const sides = [node.left, node.right].map((side) => textPieces(side, scope, tree, depth + 1));
  const known = sides.filter((pieces) => pieces.some((piece) => piece.kind !== 'hole'));
  const [only] = known;
  if (only === undefined) return [hole('||')];
  return known.length === 1 ? only : [{ kind: 'choice', texts: known }];
}

const textual = new Set([
  'LogicalExpression',
  'Literal',
  'TemplateLiteral',
  'BinaryExpression',
  'TaggedTemplateExpression',
  'ConditionalExpression',
]);

/** `['select …', 'from …'].join(' ')`. */
function joinPieces(node: Node, scope: Scope, tree: ModuleTree, depth: number): readonly TextPiece[] | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  if (staticKey(node.callee.property, node.callee.computed) === 'trim')
    return textPieces(node.callee.object, scope, tree, depth + 1);
  if (staticKey(node.callee.property, node.callee.computed) !== 'join') return undefined;
  const list = unwrap(node.callee.object);
  const [by] = node.arguments;
  if (list.type !== 'ArrayExpression' || by?.type !== 'Literal' || typeof by.value !== 'string') return undefined;
  const separator: TextPiece = { kind: 'text', text: by.value };
  return list.elements.flatMap((element, index) => {
    const pieces = element === null ? [] : textPieces(element, scope, tree, depth + 1);
    return index === 0 ? pieces : [separator, ...pieces];
  });
}

function hole(source: string): TextPiece {
  return { kind: 'hole', source };
}
