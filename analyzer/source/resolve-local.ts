import { classOf, lookup, unitOf, type Declaration, type Scope } from './scopes.ts';
import { isClass, isFunction, lastName, staticKey, unwrap, type Node } from './syntax-tree.ts';
import type { ModuleTree } from './module-tree.ts';
import type { SymbolPath } from './module-summary.ts';

const maxSteps = 8;

/** Follows an expression to where its value comes from, as far as this module knows. Undefined when it starts nowhere known. */
export function pathOf(node: Node, scope: Scope, tree: ModuleTree, depth = 0): SymbolPath | undefined {
  if (depth > maxSteps) return undefined;
  const inner = unwrap(node);
  switch (inner.type) {
    case 'Identifier': {
      const declaration = lookup(scope, inner.name, inner.start);
      return declaration === undefined ? undefined : pathOfDeclaration(inner.name, declaration, tree, depth);
    }
    case 'ThisExpression': {
      const holder = classOf(scope);
      return holder?.unit === undefined ? undefined : { root: { kind: 'unit', name: holder.unit }, steps: ['new'] };
    }
    case 'MemberExpression': {
      const name = staticKey(inner.property, inner.computed);
      const object = name === undefined ? undefined : pathOf(inner.object, scope, tree, depth + 1);
      return object === undefined || name === undefined ? undefined : step(object, name);
    }
    case 'CallExpression':
      return pathOfCall(inner, scope, tree, depth);
    case 'NewExpression': {
      const required = requiredModule(inner);
      if (required !== undefined) return { root: { kind: 'import', specifier: required, name: '=' }, steps: [] };
      const callee = pathOf(inner.callee, scope, tree, depth + 1);
      return callee === undefined ? undefined : step(callee, 'new');
    }
    case 'ImportExpression':
      return inner.source.type === 'Literal' && typeof inner.source.value === 'string'
        ? { root: { kind: 'import', specifier: inner.source.value, name: '*' }, steps: [] }
        : undefined;
    default: {
      if (!isFunction(inner) && !isClass(inner)) return undefined;
      const unit = tree.scopeOf.get(inner)?.unit;
      return unit === undefined ? undefined : { root: { kind: 'unit', name: unit }, steps: [] };
    }
  }
}

export function step(path: SymbolPath, ...names: readonly string[]): SymbolPath {
  return { root: path.root, steps: [...path.steps, ...names] };
}

/** `require('./x')` with a constant. */
export function requiredModule(node: Node): string | undefined {
  const inner = unwrap(node);
  // `new require('./x')(…)` is written, too.
  if (inner.type !== 'CallExpression' && inner.type !== 'NewExpression') return undefined;
  if (inner.callee.type !== 'Identifier' || inner.callee.name !== 'require') return undefined;
  const [argument] = inner.arguments;
  if (argument?.type === 'Literal' && typeof argument.value === 'string') return argument.value;
  if (argument?.type === 'TemplateLiteral' && argument.expressions.length === 0)
    return argument.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

function pathOfCall(
  call: Extract<Node, { type: 'CallExpression' }>,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): SymbolPath | undefined {
  const required = requiredModule(call);
  if (required !== undefined) return { root: { kind: 'import', specifier: required, name: '=' }, steps: [] };
  const callee = unwrap(call.callee);
  // `list.bind(controller)` is still `list`.
  if (callee.type === 'MemberExpression' && staticKey(callee.property, callee.computed) === 'bind')
    return pathOf(callee.object, scope, tree, depth + 1);
  const given = pathOfContainer(call, callee, scope, tree, depth);
  if (given !== undefined) return given;
  const path = pathOf(callee, scope, tree, depth + 1);
  return path === undefined ? undefined : step(path, '()');
}

const containerName = /^(?:app|application|container|injector|ioc|kernel|moduleref|\w*container)$/i;

/** `moduleRef.get(Orders)`, `container.resolve(Orders)`, `container.get<Orders>(TYPES.Orders)`: an instance of the class. */
function pathOfContainer(
  call: Extract<Node, { type: 'CallExpression' }>,
  callee: Node,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): SymbolPath | undefined {
  if (callee.type !== 'MemberExpression' || !containerName.test(lastName(callee.object) ?? '')) return undefined;
  if (!['get', 'resolve', 'create'].includes(staticKey(callee.property, callee.computed) ?? '')) return undefined;
  const [token] = call.arguments;
  const [type] = call.typeArguments?.params ?? [];
  const named =
    type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier'
      ? lookup(tree.module, type.typeName.name, Number.MAX_SAFE_INTEGER)
      : undefined;
  if (type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && named !== undefined) {
    const path = pathOfDeclaration(type.typeName.name, named, tree, depth + 1);
    if (path !== undefined) return step(path, 'new');
  }
  if (token?.type !== 'Identifier' || !/^[A-Z][a-z]/.test(token.name)) return undefined;
  const path = pathOf(token, scope, tree, depth + 1);
  const leads =
    path !== undefined && path.steps.length === 0 && (path.root.kind === 'import' || path.root.kind === 'unit');
  return leads ? step(path, 'new') : undefined;
}

function pathOfDeclaration(
  name: string,
  declaration: Declaration,
  tree: ModuleTree,
  depth: number,
): SymbolPath | undefined {
  switch (declaration.kind) {
    case 'function':
    case 'class':
      return declaration.scope.unit === undefined
        ? undefined
        : { root: { kind: 'unit', name: declaration.scope.unit }, steps: [] };
    case 'import':
      return { root: { kind: 'import', specifier: declaration.specifier, name: declaration.name }, steps: [] };
    case 'parameter':
      return pathOfParameter(declaration, tree, depth);
    case 'value': {
      const { init, keys, scope } = declaration;
      if (keys.includes('…')) return undefined;
      const path = init === undefined ? undefined : pathOf(init, scope, tree, depth + 1);
      if (path !== undefined) return step(path, ...keys);
      return scope === tree.module && keys.length === 0 ? { root: { kind: 'binding', name }, steps: [] } : undefined;
    }
  }
}

/** A parameter with a class or interface as its type is an instance of it; any other is known only by its position. */
function pathOfParameter(
  parameter: Extract<Declaration, { kind: 'parameter' }>,
  tree: ModuleTree,
  depth: number,
): SymbolPath | undefined {
  if (parameter.type !== undefined) {
    const declared = lookup(tree.module, parameter.type, Number.MAX_SAFE_INTEGER);
    const type = declared === undefined ? undefined : pathOfDeclaration(parameter.type, declared, tree, depth + 1);
    if (type !== undefined) return step(type, 'new');
  }
  if (parameter.key === '…') return undefined;
  return {
    root: { kind: 'parameter', unit: unitOf(parameter.scope), index: parameter.index },
    steps: parameter.key === undefined ? [] : [parameter.key],
  };
}
