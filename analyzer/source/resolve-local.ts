import { classOf, lookup, unitOf, type Declaration, type Scope } from './scopes.ts';
import { isClass, isFunction, lastName, staticKey, unwrap, type Node } from './syntax-tree.ts';
import type { Located, ModuleTree } from './module-tree.ts';
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
      const holder = instanceOf(scope, tree);
      return holder === undefined ? undefined : { root: { kind: 'unit', name: holder }, steps: ['new'] };
    }
    case 'Super': {
      const holder = classOf(scope)?.unit;
      return holder === undefined ? undefined : { root: { kind: 'unit', name: holder }, steps: ['…super', 'new'] };
    }
    case 'MemberExpression': {
      const name = staticKey(inner.property, inner.computed);
      const member = name === undefined ? undefined : objectMember(inner.object, name, scope, tree);
      const known = member === undefined ? undefined : pathOf(member.node, member.scope, tree, depth + 1);
      if (known !== undefined) return known;
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

/** The class, or the function that makes objects, whose instance `this` is: also inside `Oven.prototype.bake = function …`. */
export function instanceOf(scope: Scope, tree: ModuleTree): string | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.node === undefined || at.node.type === 'ArrowFunctionExpression') continue;
    if (isClass(at.node)) return at.unit;
    const around: Scope | undefined = at.parent;
    if (around?.node !== undefined && isClass(around.node)) return around.unit;
    const holder = tree.prototypeMembers.get(at.node);
    if (holder !== undefined) return unitAt(holder.node, holder.scope, tree);
    // By convention a function that is called with `new` begins with a capital.
    return at.unit !== undefined && /^[A-Z]/.test(at.unit) ? at.unit : undefined;
  }
  return undefined;
}

/** The unit that `Oven.prototype` is the prototype of. */
export function prototypeOf(node: Node, scope: Scope, tree: ModuleTree): string | undefined {
  const inner = unwrap(node);
  if (inner.type !== 'MemberExpression' || staticKey(inner.property, inner.computed) !== 'prototype') return undefined;
  return unitAt(inner.object, scope, tree);
}

/** The unit that an expression is, without any step from it. */
export function unitAt(node: Node, scope: Scope, tree: ModuleTree): string | undefined {
  const path = pathOf(node, scope, tree);
  return path?.root.kind === 'unit' && path.steps.length === 0 ? path.root.name : undefined;
}

/** What `object.name` is where the object is written down in this module; also `this.name` between members of one object. */
function objectMember(object: Node, name: string, scope: Scope, tree: ModuleTree): Located<Node> | undefined {
  const literal = objectLiteral(object, scope, tree, 0);
  if (literal === undefined) return undefined;
  for (const property of literal.node.properties) {
    if (property.type !== 'Property' || staticKey(property.key, property.computed) !== name) continue;
    return { node: property.value, scope: literal.scope };
  }
  return undefined;
}

function objectLiteral(
  node: Node,
  scope: Scope,
  tree: ModuleTree,
  depth: number,
): Located<Extract<Node, { type: 'ObjectExpression' }>> | undefined {
  const inner = unwrap(node);
  if (depth > maxSteps) return undefined;
  if (inner.type === 'ObjectExpression') return { node: inner, scope };
  if (inner.type === 'ThisExpression') {
    for (let at: Scope | undefined = scope; at?.node !== undefined; at = at.parent) {
      if (at.node.type === 'ArrowFunctionExpression') continue;
      const holder = tree.objectMembers.get(at.node);
      return holder === undefined ? undefined : { node: holder, scope: at.parent ?? tree.module };
    }
    return undefined;
  }
  if (inner.type === 'Identifier') {
    const declaration = lookup(scope, inner.name, inner.start);
    if (declaration?.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0)
      return undefined;
    return objectLiteral(declaration.init, declaration.scope, tree, depth + 1);
  }
  if (inner.type !== 'MemberExpression') return undefined;
  const name = staticKey(inner.property, inner.computed);
  const literal = objectLiteral(inner.object, scope, tree, depth + 1);
  const property = literal?.node.properties.find(
    (entry) => entry.type === 'Property' && staticKey(entry.key, entry.computed) === name,
  );
  return literal === undefined || property?.type !== 'Property'
    ? undefined
    : objectLiteral(property.value, literal.scope, tree, depth + 1);
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
      const { init, keys, scope, type } = declaration;
      if (keys.includes('…')) return undefined;
      const member =
        keys.length === 1 && init !== undefined ? objectMember(init, keys[0] ?? '', scope, tree) : undefined;
      const held = member === undefined ? undefined : pathOf(member.node, member.scope, tree, depth + 1);
      if (held !== undefined) return held;
      const path = init === undefined ? undefined : pathOf(init, scope, tree, depth + 1);
      if (path !== undefined) return step(path, ...keys);
      const typed = keys.length === 0 ? pathOfType(type, tree, depth) : undefined;
      if (typed !== undefined) return typed;
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
  const typed = pathOfType(parameter.type, tree, depth);
  if (typed !== undefined) return typed;
  if (parameter.key === '…') return undefined;
  return {
    root: { kind: 'parameter', unit: unitOf(parameter.scope), index: parameter.index },
    steps: parameter.key === undefined ? [] : [parameter.key],
  };
}

/** An instance of the class or interface that a type annotation names. */
function pathOfType(name: string | undefined, tree: ModuleTree, depth: number): SymbolPath | undefined {
  const declared = name === undefined ? undefined : lookup(tree.module, name, Number.MAX_SAFE_INTEGER);
  if (name === undefined || declared === undefined || declared.kind === 'value') return undefined;
  const type = pathOfDeclaration(name, declared, tree, depth + 1);
  return type === undefined ? undefined : step(type, 'new');
}
