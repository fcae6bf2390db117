import type { ModuleTree } from '../../source/module-tree.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { lookup, type Declaration, type Scope } from '../../source/scopes.ts';
import { isFunction, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';

/** What is written in an object: keys and what they hold, as far as the source says. Plain data, kept with the module. */
export type ObjectShape =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, ObjectShape])[] }
  /** Any of these, or all at once: alternatives, elements of a list, spreads. */
  | { readonly kind: 'several'; readonly shapes: readonly ObjectShape[] }
  | { readonly kind: 'text'; readonly text: string }
  /** `false`, `null`, `undefined`: the key might as well not be there. */
  | { readonly kind: 'off' }
  /** A value of another module. */
  | { readonly kind: 'symbol'; readonly path: SymbolPath }
  | { readonly kind: 'value' };

const maxDepth = 12;
const value: ObjectShape = { kind: 'value' };

/** Reads an expression: literals, spreads, alternatives, local constants with what is assigned to them later, functions that give an object back. */
export function shapeOf(node: Node, scope: Scope, tree: ModuleTree, depth = 0): ObjectShape {
  const inner = unwrap(node);
  if (depth > maxDepth) return value;
  switch (inner.type) {
    case 'Literal':
      if (typeof inner.value === 'string') return { kind: 'text', text: inner.value };
      return inner.value === false || inner.value === null ? { kind: 'off' } : value;
    case 'ObjectExpression':
      return shapeOfObject(inner, scope, tree, depth);
    case 'ArrayExpression':
      return several(
        inner.elements.flatMap((element) => (element === null ? [] : [shapeOf(element, scope, tree, depth + 1)])),
      );
    case 'SpreadElement':
      return shapeOf(inner.argument, scope, tree, depth + 1);
    case 'ConditionalExpression':
      return several([
        shapeOf(inner.consequent, scope, tree, depth + 1),
        shapeOf(inner.alternate, scope, tree, depth + 1),
      ]);
    case 'LogicalExpression':
      if (inner.operator === '&&') return shapeOf(inner.right, scope, tree, depth + 1);
      return several([shapeOf(inner.left, scope, tree, depth + 1), shapeOf(inner.right, scope, tree, depth + 1)]);
    case 'Identifier':
      return inner.name === 'undefined' ? { kind: 'off' } : shapeOfName(inner, scope, tree, depth);
    case 'MemberExpression':
      return shapeOfMember(inner, scope, tree, depth);
    case 'CallExpression':
      return shapeOfCall(inner, scope, tree, depth);
    default:
      return value;
  }
}

function several(shapes: readonly ObjectShape[]): ObjectShape {
  return { kind: 'several', shapes };
}

function shapeOfObject(
  node: Extract<Node, { type: 'ObjectExpression' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): ObjectShape {
  const entries: (readonly [string, ObjectShape])[] = [];
  const spread: ObjectShape[] = [];
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') spread.push(shapeOf(property.argument, scope, tree, depth + 1));
    else {
      const key = staticKey(property.key, property.computed);
      if (key !== undefined) entries.push([key, shapeOf(property.value, scope, tree, depth + 1)]);
    }
  }
  const object: ObjectShape = { kind: 'object', entries };
  return spread.length === 0 ? object : several([object, ...spread]);
}

function shapeOfName(
  node: Extract<Node, { type: 'Identifier' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): ObjectShape {
  const declaration = lookup(scope, node.name, node.start);
  if (declaration?.kind === 'import') return symbolOf(node, scope, tree);
  if (declaration?.kind !== 'value' || declaration.keys.length > 0) return value;
  const initial = declaration.init === undefined ? [] : [shapeOf(declaration.init, declaration.scope, tree, depth + 1)];
  const later = assignedLater(node.name, declaration, tree, depth);
  return later.length === 0 && initial[0] !== undefined ? initial[0] : several([...initial, ...later]);
}

/** `where.posts = { some: … }`, `include = { … }` on a variable of this module. */
function assignedLater(name: string, declaration: Declaration, tree: ModuleTree, depth: number): ObjectShape[] {
  const shapes: ObjectShape[] = [];
  for (const { node, scope } of tree.assignments) {
    const keys: string[] = [];
    let left = unwrap(node.left);
    while (left.type === 'MemberExpression') {
      keys.unshift(staticKey(left.property, left.computed) ?? '…');
      left = unwrap(left.object);
    }
    if (left.type !== 'Identifier' || left.name !== name || lookup(scope, name, left.start) !== declaration) continue;
    const assigned = shapeOf(node.right, scope, tree, depth + 3);
    shapes.push(
      keys.reduceRight((inside, key): ObjectShape => ({ kind: 'object', entries: [[key, inside]] }), assigned),
    );
  }
  return shapes;
}

function shapeOfMember(
  node: Extract<Node, { type: 'MemberExpression' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): ObjectShape {
  const key = staticKey(node.property, node.computed);
  if (key === undefined) return value;
  const object = shapeOf(node.object, scope, tree, depth + 1);
  const held = valuesAt(object, key);
  if (held.length > 0) return held.length === 1 && held[0] !== undefined ? held[0] : several(held);
  return symbolOf(node, scope, tree);
}

function shapeOfCall(
  node: Extract<Node, { type: 'CallExpression' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): ObjectShape {
  // `Prisma.validator<T>()({ … })`, `Object.freeze({ … })`, `defineSelect({ … })`: what is given comes back.
  const [given] = node.arguments;
  if (given !== undefined && unwrap(given).type === 'ObjectExpression' && node.arguments.length === 1)
    return shapeOf(given, scope, tree, depth + 1);
  const path = pathOf(node.callee, scope, tree);
  if (path?.root.kind === 'unit' && path.steps.length <= 2) {
    const name = [path.root.name, ...path.steps.filter((step) => step !== 'new')].join('.');
    const returned = tree.returns.filter(({ scope: within }) => within.unit === name && isFunctionScope(within));
    if (returned.length > 0)
      return several(returned.map(({ node: given, scope: within }) => shapeOf(given, within, tree, depth + 2)));
  }
  return symbolOf(node, scope, tree);
}

function isFunctionScope(scope: Scope): boolean {
  return scope.node !== undefined && isFunction(scope.node);
}

function symbolOf(node: Node, scope: Scope, tree: ModuleTree): ObjectShape {
  const path = pathOf(node, scope, tree);
  return path?.root.kind === 'import' && /^[.@~#]|\//.test(path.root.specifier) ? { kind: 'symbol', path } : value;
}

/** What an object holds under a key, in every alternative. */
export function valuesAt(shape: ObjectShape, key: string): ObjectShape[] {
  return entriesOf(shape).flatMap(([name, held]) => (name === key ? [held] : []));
}

/** All entries of all alternatives that are known here. */
export function entriesOf(shape: ObjectShape): readonly (readonly [string, ObjectShape])[] {
  if (shape.kind === 'object') return shape.entries;
  return shape.kind === 'several' ? shape.shapes.flatMap(entriesOf) : [];
}

/** All texts among the alternatives. */
export function textsOf(shape: ObjectShape): readonly string[] {
  if (shape.kind === 'text') return [shape.text];
  return shape.kind === 'several' ? shape.shapes.flatMap(textsOf) : [];
}
