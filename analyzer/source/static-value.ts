import type { ModuleTree } from './module-tree.ts';
import type { SymbolPath, TextPiece } from './module-summary.ts';
import { pathOf, step } from './resolve-local.ts';
import { lookup, type Scope } from './scopes.ts';
import { childrenOf, isFunction, lastName, staticKey, unwrap, type FunctionNode, type Node } from './syntax-tree.ts';
import { textPieces } from './text-pieces.ts';

/**
 * An expression as far as it is written down: what decorators, module definitions and tables of handlers are made of.
 * Plain data, so that it outlives the tree. Offsets are those of the module.
 */
export type StaticValue =
  | { readonly kind: 'text'; readonly pieces: readonly TextPiece[] }
  /** A name, or a member of one. `pieces` is the text that it would stand for. */
  | { readonly kind: 'reference'; readonly path: SymbolPath; readonly pieces: readonly TextPiece[] }
  | StaticCall
  | { readonly kind: 'list'; readonly items: readonly StaticValue[] }
  | StaticObject
  | {
      readonly kind: 'function';
      readonly unit: string | undefined;
      /** What an arrow function or a single `return` gives back. */
      readonly returns: StaticValue | undefined;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'constant'; readonly value: number | boolean | null }
  /** What a function is handed; `path` is an instance of its type, where that is known. */
  | { readonly kind: 'parameter'; readonly index: number; readonly path: SymbolPath | undefined }
  | { readonly kind: 'choice'; readonly options: readonly StaticValue[] }
  | { readonly kind: 'unknown' };

export interface StaticCall {
  readonly kind: 'call';
  /** The last name of what is called. */
  readonly name: string | undefined;
  readonly callee: SymbolPath | undefined;
  /** What the called member is taken from: the calls before this one in a chain. */
  readonly object: StaticValue | undefined;
  readonly arguments: readonly StaticValue[];
  readonly made: boolean;
  readonly from: number;
  readonly to: number;
}

export interface StaticObject {
  readonly kind: 'object';
  readonly entries: readonly { readonly key: string; readonly value: StaticValue; readonly at: number }[];
  readonly spreads: readonly StaticValue[];
}

const maxDepth = 14;
const unknown: StaticValue = { kind: 'unknown' };

/** Reads an expression. Names of the module's top level stay names: who links knows what they hold. */
export function staticValue(node: Node, scope: Scope, tree: ModuleTree, depth = 0): StaticValue {
  const inner = unwrap(node);
  if (depth > maxDepth) return unknown;
  const read = (child: Node): StaticValue => staticValue(child, scope, tree, depth + 1);
  switch (inner.type) {
    case 'Literal':
      if (typeof inner.value === 'string') return { kind: 'text', pieces: textPieces(inner, scope, tree) };
      if ('regex' in inner) return { kind: 'text', pieces: [{ kind: 'text', text: inner.raw ?? '' }] };
      return typeof inner.value === 'number' || typeof inner.value === 'boolean' || inner.value === null
        ? { kind: 'constant', value: inner.value }
        : unknown;
    case 'TemplateLiteral':
    case 'BinaryExpression':
    case 'TaggedTemplateExpression':
      return { kind: 'text', pieces: textPieces(inner, scope, tree) };
    case 'ArrayExpression':
      return {
        kind: 'list',
        items: inner.elements.flatMap((element) => {
          if (element === null) return [];
          if (element.type !== 'SpreadElement') return [read(element)];
          const spread = read(element.argument);
          return spread.kind === 'list' ? spread.items : [spread];
        }),
      };
    case 'ObjectExpression':
      return staticObject(inner, scope, tree, depth);
    case 'ConditionalExpression':
      return { kind: 'choice', options: [read(inner.consequent), read(inner.alternate)] };
    case 'LogicalExpression':
      return { kind: 'choice', options: [read(inner.left), read(inner.right)] };
    case 'CallExpression':
    case 'NewExpression':
      return staticCall(inner, scope, tree, depth);
    case 'Identifier':
    case 'MemberExpression':
      return named(inner, scope, tree, depth);
    default:
      if (isFunction(inner)) return staticFunction(inner, tree, depth);
      return reference(pathOf(inner, scope, tree), []);
  }
}

function staticObject(
  node: Extract<Node, { type: 'ObjectExpression' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): StaticObject {
  const entries: { key: string; value: StaticValue; at: number }[] = [];
  const spreads: StaticValue[] = [];
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      spreads.push(staticValue(property.argument, scope, tree, depth + 1));
      continue;
    }
    const key = staticKey(property.key, property.computed);
    if (key !== undefined)
      entries.push({ key, value: staticValue(property.value, scope, tree, depth + 1), at: property.start });
  }
  return { kind: 'object', entries, spreads };
}

function staticCall(
  node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): StaticCall {
  const callee = unwrap(node.callee);
  return {
    kind: 'call',
    name: lastName(callee),
    callee: pathOf(callee, scope, tree),
    // The calls of a chain stand side by side, so they are no deeper than their first.
    object: callee.type === 'MemberExpression' ? staticValue(callee.object, scope, tree, depth) : undefined,
    arguments: node.arguments.map((argument) =>
      staticValue(argument.type === 'SpreadElement' ? argument.argument : argument, scope, tree, depth + 1),
    ),
    made: node.type === 'NewExpression',
    from: node.start,
    to: node.end,
  };
}

function staticFunction(node: FunctionNode, tree: ModuleTree, depth: number): StaticValue {
  const within = tree.scopeOf.get(node);
  const returned = returnedNode(node);
  return {
    kind: 'function',
    unit: within?.unit,
    returns:
      returned === undefined || within === undefined ? undefined : staticValue(returned, within, tree, depth + 1),
    from: node.start,
    to: node.end,
  };
}

/** The expression of an arrow, or of the only `return` at the end of a body. */
function returnedNode(node: FunctionNode): Node | undefined {
  const { body } = node;
  if (body === null || body.type !== 'BlockStatement') return body ?? undefined;
  const last = body.body.at(-1);
  return last?.type === 'ReturnStatement' ? (last.argument ?? undefined) : undefined;
}

function named(
  node: Extract<Node, { type: 'Identifier' | 'MemberExpression' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): StaticValue {
  if (node.type === 'Identifier') {
    const declaration = lookup(scope, node.name, node.start);
    if (declaration?.kind === 'value' && declaration.keys.length === 0) {
      const { init } = declaration;
      // Inside of a function nobody else can know the name: what it holds is read in its place.
      if (declaration.scope !== tree.module && init !== undefined && !childrenOf(init).includes(node))
        return staticValue(init, declaration.scope, tree, depth + 1);
    }
    if (declaration?.kind === 'parameter' && declaration.key === undefined) {
      const path = pathOf(node, scope, tree);
      return { kind: 'parameter', index: declaration.index, path: path?.root.kind === 'parameter' ? undefined : path };
    }
  }
  return reference(bindingPath(node, scope, tree), textPieces(node, scope, tree));
}

/** As `pathOf`, but a constant of the module's top level stays that constant. */
export function bindingPath(node: Node, scope: Scope, tree: ModuleTree): SymbolPath | undefined {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') {
    const declaration = lookup(scope, inner.name, inner.start);
    if (declaration?.kind === 'value' && declaration.scope === tree.module && declaration.keys.length === 0)
      return { root: { kind: 'binding', name: inner.name }, steps: [] };
  }
  if (inner.type === 'MemberExpression') {
    const name = staticKey(inner.property, inner.computed);
    const object = name === undefined ? undefined : bindingPath(inner.object, scope, tree);
    return object === undefined || name === undefined ? undefined : step(object, name);
  }
  return pathOf(inner, scope, tree);
}

function reference(path: SymbolPath | undefined, pieces: readonly TextPiece[]): StaticValue {
  return path === undefined ? unknown : { kind: 'reference', path, pieces };
}

/** The value of a key of an object; undefined for anything else. */
export function entryOf(value: StaticValue | undefined, key: string): StaticValue | undefined {
  return value?.kind === 'object' ? value.entries.find((entry) => entry.key === key)?.value : undefined;
}

/** The pieces of a text, if the value can be one. */
export function piecesOf(value: StaticValue | undefined): readonly TextPiece[] | undefined {
  switch (value?.kind) {
    case 'text':
    case 'reference':
      return value.pieces;
    case 'choice': {
      const texts = value.options.flatMap((option) => {
        const pieces = piecesOf(option);
        return pieces === undefined ? [] : [pieces];
      });
      return texts.length === 0 ? undefined : [{ kind: 'choice', texts }];
    }
    default:
      return undefined;
  }
}

/** Each item of a list, or the value itself. */
export function itemsOf(value: StaticValue | undefined): readonly StaticValue[] {
  if (value === undefined) return [];
  return value.kind === 'list' ? value.items : [value];
}
