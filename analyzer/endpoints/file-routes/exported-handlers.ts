import type { LineIndex } from '../../source/place.ts';
import type { ModuleTree } from '../../source/module-tree.ts';
import { childrenOf, isFunction, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';
import { accessWords } from '../access-words.ts';
import { isHttpMethod, requestMethods } from './request-methods.ts';

/** One export of a route file that answers requests. */
export interface ExportedHandler {
  readonly name: string;
  readonly line: number;
  /** Where it is written, by offset; nothing when another module holds it. */
  readonly stretch: { readonly from: number; readonly to: number } | undefined;
  /** Methods that it tells apart, or that it is made for. */
  readonly methods: readonly string[];
  /** Wrappers whose names say that they let some requests in: `withSession(handler)`. */
  readonly guards: readonly string[];
}

/** The exports of these names, however they are exported. */
export function exportedHandlers(
  tree: ModuleTree,
  lines: LineIndex,
  wanted: (name: string) => boolean,
): ExportedHandler[] {
  if (tree.program.type !== 'Program') return [];
  const found: ExportedHandler[] = [];
  const add = (name: string, at: number, value: Node | undefined): void => {
    if (!wanted(name) || found.some((known) => known.name === name)) return;
    const held = value === undefined ? undefined : definitionOf(value, tree);
    found.push({
      name,
      line: lines.lineAt(at),
      stretch: held === undefined ? undefined : { from: held.start, to: held.end },
      methods: held === undefined ? [] : [...new Set([...madeFor(held), ...requestMethods(held)])],
      guards: held === undefined ? [] : wrapperNames(held),
    });
  };
  for (const node of tree.program.body) {
    switch (node.type) {
      case 'ExportDefaultDeclaration':
        add('default', node.start, node.declaration as Node);
        break;
      case 'ExportNamedDeclaration':
        for (const entry of node.specifiers) {
          const name = nameOf(entry.exported);
          add(name, entry.start, node.source === null && entry.local.type === 'Identifier' ? entry.local : undefined);
        }
        addDeclared(node.declaration, add);
        break;
      case 'ExpressionStatement': {
        const { expression } = node;
        if (expression.type === 'AssignmentExpression' && isModuleExports(expression.left))
          add('default', node.start, expression.right);
        break;
      }
      default:
    }
  }
  return found;
}

function addDeclared(declaration: Node | null, add: (name: string, at: number, value: Node | undefined) => void): void {
  if (declaration === null) return;
  if (declaration.type === 'FunctionDeclaration' && declaration.id !== null)
    add(declaration.id.name, declaration.start, declaration);
  if (declaration.type !== 'VariableDeclaration') return;
  for (const { id, init } of declaration.declarations) {
    if (id.type === 'Identifier') add(id.name, id.start, init ?? undefined);
    // `export const { GET, POST } = createHandlers(…)`.
    if (id.type === 'ObjectPattern')
      for (const property of id.properties)
        if (property.type === 'Property' && property.value.type === 'Identifier')
          add(property.value.name, property.start, init ?? undefined);
  }
}

/** What a local name holds: its function, or the expression that it was given. */
function definitionOf(value: Node, tree: ModuleTree, depth = 0): Node | undefined {
  const inner = unwrap(value);
  if (inner.type !== 'Identifier') return inner;
  const declaration = tree.module.declarations.get(inner.name)?.at(-1)?.declaration;
  if (declaration?.kind === 'function') return declaration.scope.node;
  if (declaration?.kind !== 'value' || declaration.init === undefined || depth > 4) return undefined;
  return definitionOf(declaration.init, tree, depth + 1);
}

/** `createRoute({ method: 'PUT' }, handler)`. */
function madeFor(node: Node): string[] {
  if (node.type !== 'CallExpression') return [];
  return node.arguments.flatMap((argument) => {
    const inner = unwrap(argument);
    if (inner.type !== 'ObjectExpression') return [];
    return inner.properties.flatMap((property) => {
      if (property.type !== 'Property' || staticKey(property.key, property.computed) !== 'method') return [];
      const value = unwrap(property.value);
      const text = value.type === 'Literal' && typeof value.value === 'string' ? value.value.toUpperCase() : '';
      return isHttpMethod(text) ? [text] : [];
    });
  });
}

/** The calls around a handler, outermost first. */
function wrapperNames(node: Node): string[] {
  const inner = unwrap(node);
  if (isFunction(inner) || inner.type !== 'CallExpression') return [];
  const callee = unwrap(inner.callee);
  const name =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression'
        ? staticKey(callee.property, callee.computed)
        : undefined;
  const own = name !== undefined && (accessWords.test(name) || /^with[A-Z]/.test(name)) ? [name] : [];
  const within = inner.arguments.flatMap((argument) =>
    argument.type === 'ObjectExpression' ? childrenOf(argument).flatMap(propertyWrappers) : wrapperNames(argument),
  );
  return [...new Set([...own, ...within])];
}

function propertyWrappers(property: Node): string[] {
  return property.type === 'Property' ? wrapperNames(property.value) : [];
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';
}

function isModuleExports(left: Node): boolean {
  return left.type === 'MemberExpression' && left.object.type === 'Identifier' && left.object.name === 'module';
}
