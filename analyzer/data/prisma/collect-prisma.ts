import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { lookup, unitOf, type Scope } from '../../source/scopes.ts';
import { lastName, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';
import { collectNamedShapes } from '../object-shape/named-shapes.ts';
import { shapeOf } from '../object-shape/object-shape.ts';
import { isOperation } from './operations.ts';
import type { PrismaCall, PrismaFound } from './prisma-summary.ts';

type Member = Extract<Node, { type: 'MemberExpression' }>;

/** Every `client.model.operation(…)` of a module, and objects that may be handed to one in another module. */
export function collectPrisma(tree: ModuleTree, lines: LineIndex): PrismaFound | undefined {
  const calls: PrismaCall[] = [];
  for (const { node, scope } of tree.calls) {
    const callee = unwrap(node.callee);
    if (callee.type !== 'MemberExpression') continue;
    const operation = staticKey(callee.property, callee.computed);
    if (operation === undefined || !isOperation(operation)) continue;
    const delegate = delegateOf(callee.object, scope);
    if (delegate === undefined) continue;
    const [argument] = node.arguments;
    calls.push({
      unit: unitOf(scope),
      holder: holderOf(delegate.node.object, delegate.scope, tree),
      model: staticKey(delegate.node.property, delegate.node.computed),
      operation,
      args: argument === undefined ? { kind: 'value' } : shapeOf(argument, scope, tree),
      at: callee.property.start,
      line: lines.lineAt(callee.property.start),
    });
  }
  const shapes = collectNamedShapes(tree, looksLikeArguments);
  return calls.length === 0 && shapes.size === 0 ? undefined : { kind: 'module', calls, shapes };
}

/** `prisma.user`, or the variable that holds it. */
function delegateOf(node: Node, scope: Scope): { readonly node: Member; readonly scope: Scope } | undefined {
  const inner = unwrap(node);
  if (inner.type === 'MemberExpression') return { node: inner, scope };
  if (inner.type !== 'Identifier') return undefined;
  const declaration = lookup(scope, inner.name, inner.start);
  if (declaration?.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0) return undefined;
  const init = unwrap(declaration.init);
  return init.type === 'MemberExpression' ? { node: init, scope: declaration.scope } : undefined;
}

function holderOf(node: Node, scope: Scope, tree: ModuleTree): PrismaCall['holder'] {
  const inner = unwrap(node);
  const declared = inner.type === 'Identifier' ? lookup(scope, inner.name, inner.start) : undefined;
  return {
    name: lastName(inner),
    type: declared?.kind === 'parameter' ? declared.type : undefined,
    path: pathOf(inner, scope, tree),
  };
}

const argumentKeys = new Set(['include', 'select', 'where', 'data', 'orderBy', 'AND', 'OR', 'NOT', '_count']);

/** Selections and filters: keys of Prisma's arguments, or names of fields, which can't be told from other objects here. */
function looksLikeArguments(keys: readonly string[]): boolean {
  return keys.some((key) => argumentKeys.has(key)) || keys.every((key) => /^[A-Za-z_]\w*$/.test(key));
}
