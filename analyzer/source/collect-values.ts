import type { SymbolPath, TextPiece } from './module-summary.ts';
import type { ModuleTree } from './module-tree.ts';
import { recordValue } from './record-value.ts';
import { instanceOf, pathOf, prototypeOf, step, unitAt } from './resolve-local.ts';
import { annotatedType, lookup, unitOf, type Scope } from './scopes.ts';
import { isClass, isFunction, lastName, staticKey, unwrap, type Node } from './syntax-tree.ts';

/**
 * What names hold: of the module, of classes (`Class.field`, `Class.…super`), of functions that give something back (`make.()`), and of
 * objects (`object.property`).
 */
export function collectValues(
  tree: ModuleTree,
  values: Map<string, SymbolPath>,
  texts: Map<string, readonly TextPiece[]>,
): void {
  collectTopLevel(tree, values, texts);
  collectFields(tree, values);
  collectPrototypes(tree, values);
  collectMemberTypes(tree, values);
  collectReturned(tree, values);
  collectReturnTypes(tree, values);
  collectLateBindings(tree, values);
}

function collectTopLevel(
  tree: ModuleTree,
  values: Map<string, SymbolPath>,
  texts: Map<string, readonly TextPiece[]>,
): void {
  for (const [name, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations) {
      if (declaration.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0) continue;
      recordValue(name, declaration.init, tree.module, tree, values, texts);
    }
  }
}

/** What `this.field` holds: constructor parameters, initial values, assignments in the constructor, declared types. */
function collectFields(tree: ModuleTree, values: Map<string, SymbolPath>): void {
  for (const [node, scope] of tree.scopeOf) {
    if (!isClass(node) || scope.unit === undefined) continue;
    if (node.superClass !== null) {
      const parent = pathOf(node.superClass, scope, tree);
      if (parent !== undefined) values.set(`${scope.unit}.…super`, parent);
    }
    for (const member of node.body.body) {
      if (member.type === 'PropertyDefinition') {
        const name = staticKey(member.key, member.computed);
        const path = member.value === null ? typePath(annotatedType(member), tree) : pathOf(member.value, scope, tree);
        if (name !== undefined && path !== undefined) values.set(`${scope.unit}.${name}`, path);
      } else if (member.type === 'MethodDefinition' && member.kind === 'constructor') {
        for (const parameter of member.value.params) {
          if (parameter.type !== 'TSParameterProperty') continue;
          const held =
            parameter.parameter.type === 'AssignmentPattern' ? parameter.parameter.left : parameter.parameter;
          const path = typePath(annotatedType(parameter), tree);
          if (held.type === 'Identifier' && path !== undefined) values.set(`${scope.unit}.${held.name}`, path);
        }
      }
    }
  }
  for (const { node, scope } of tree.assignments) {
    if (node.left.type !== 'MemberExpression' || node.left.object.type !== 'ThisExpression') continue;
    const name = staticKey(node.left.property, node.left.computed);
    const holder = instanceOf(scope, tree);
    const path = pathOf(node.right, scope, tree);
    if (
      name !== undefined &&
      holder !== undefined &&
      path !== undefined &&
      path.root.kind !== 'parameter' &&
      !values.has(`${holder}.${name}`)
    ) {
      values.set(`${holder}.${name}`, path);
    }
  }
}

/** `interface Context { orders: Orders }`: what the member of an instance is an instance of. */
function collectMemberTypes(tree: ModuleTree, values: Map<string, SymbolPath>): void {
  for (const [name, node] of tree.types) {
    const members =
      node.type === 'TSInterfaceDeclaration'
        ? node.body.body
        : node.typeAnnotation.type === 'TSTypeLiteral'
          ? node.typeAnnotation.members
          : [];
    for (const member of members) {
      if (member.type !== 'TSPropertySignature') continue;
      const key = staticKey(member.key, member.computed);
      const path = typePath(annotatedType(member), tree);
      if (key !== undefined && path !== undefined) values.set(`${name}.new.${key}`, path);
    }
  }
}

/** What a function gives back, so that `createOrders(db).place` leads to `place`. */
function collectReturned(tree: ModuleTree, values: Map<string, SymbolPath>): void {
  for (const { node, scope } of tree.returns) {
    if (scope.unit === undefined) continue;
    const inner = unwrap(node);
    if (inner.type === 'ObjectExpression') {
      for (const property of inner.properties) {
        if (property.type !== 'Property') continue;
        const key = staticKey(property.key, property.computed);
        const path = pathOf(property.value, scope, tree);
        if (key !== undefined && path !== undefined && path.root.kind !== 'parameter')
          values.set(`${scope.unit}.().${key}`, path);
      }
    } else {
      const returned = inner.type === 'Identifier' ? localObject(inner, scope, tree, values) : undefined;
      const path = returned ?? pathOf(inner, scope, tree);
      if (path !== undefined && path.root.kind !== 'parameter') values.set(`${scope.unit}.()`, path);
    }
  }
}

/** `const api = {}; api.save = function () {…}; return api;` */
function localObject(
  name: Extract<Node, { type: 'Identifier' }>,
  scope: Scope,
  tree: ModuleTree,
  values: Map<string, SymbolPath>,
): undefined {
  const declaration = lookup(scope, name.name, name.start);
  if (
    declaration?.kind !== 'value' ||
    declaration.init === undefined ||
    unwrap(declaration.init).type !== 'ObjectExpression'
  )
    return;
  const add = (key: string | undefined, value: Node, within: Scope) => {
    const path = key === undefined ? undefined : pathOf(value, within, tree);
    if (path !== undefined && path.root.kind !== 'parameter') values.set(`${unitOf(scope)}.().${key ?? ''}`, path);
  };
  const init = unwrap(declaration.init);
  if (init.type === 'ObjectExpression') {
    for (const property of init.properties)
      if (property.type === 'Property') add(staticKey(property.key, property.computed), property.value, scope);
  }
  for (const { node, scope: within } of tree.assignments) {
    const { left } = node;
    if (left.type !== 'MemberExpression' || left.object.type !== 'Identifier' || left.object.name !== name.name)
      continue;
    if (lookup(within, name.name, left.start) === declaration)
      add(staticKey(left.property, left.computed), node.right, within);
  }
}

function typePath(name: string | undefined, tree: ModuleTree): SymbolPath | undefined {
  const declaration = name === undefined ? undefined : lookup(tree.module, name, Number.MAX_SAFE_INTEGER);
  if (declaration?.kind === 'import')
    return { root: { kind: 'import', specifier: declaration.specifier, name: declaration.name }, steps: ['new'] };
  if (declaration?.kind !== 'class' || declaration.scope.unit === undefined) return undefined;
  return step({ root: { kind: 'unit', name: declaration.scope.unit }, steps: [] }, 'new');
}

/** `Oven.prototype.bake = function …`, `Oven.prototype = { … }`, `Oven.create = function …`, `inherits(Oven, Stove)`. */
function collectPrototypes(tree: ModuleTree, values: Map<string, SymbolPath>): void {
  const set = (name: string, value: Node, scope: Scope) => {
    const path = pathOf(value, scope, tree);
    if (path !== undefined && path.root.kind !== 'parameter' && !values.has(name)) values.set(name, path);
  };
  const setAll = (unit: string, object: Node, scope: Scope) => {
    const inner = unwrap(object);
    if (inner.type !== 'ObjectExpression') return;
    for (const property of inner.properties) {
      const key = property.type === 'Property' ? staticKey(property.key, property.computed) : undefined;
      if (property.type === 'Property' && key !== undefined) set(`${unit}.${key}`, property.value, scope);
    }
  };
  for (const { node, scope } of tree.assignments) {
    if (node.left.type !== 'MemberExpression') continue;
    const name = staticKey(node.left.property, node.left.computed);
    const prototype = prototypeOf(node.left, scope, tree);
    if (prototype !== undefined) {
      const parent = parentPrototype(node.right, scope, tree);
      if (parent === undefined) setAll(prototype, node.right, scope);
      else values.set(`${prototype}.…super`, parent);
    } else if (name !== undefined) {
      const holder = prototypeOf(node.left.object, scope, tree) ?? unitAt(node.left.object, scope, tree);
      if (holder !== undefined) set(`${holder}.${name}`, node.right, scope);
    }
  }
  for (const { node, scope } of tree.calls) {
    const [target, other] = node.arguments;
    if (target === undefined || other === undefined) continue;
    const name = lastName(node.callee);
    if (name === 'inherits') {
      const [child, parent] = [unitAt(target, scope, tree), pathOf(other, scope, tree)];
      if (child !== undefined && parent !== undefined) values.set(`${child}.…super`, parent);
    } else if (name === 'assign' || name === 'extend') {
      const holder = prototypeOf(target, scope, tree);
      if (holder !== undefined) for (const source of node.arguments.slice(1)) setAll(holder, source, scope);
    }
  }
}

/** `Object.create(Stove.prototype)` and `new Stove()` as a prototype. */
function parentPrototype(node: Node, scope: Scope, tree: ModuleTree): SymbolPath | undefined {
  const inner = unwrap(node);
  if (inner.type === 'NewExpression') return pathOf(inner.callee, scope, tree);
  const [argument] = inner.type === 'CallExpression' && lastName(inner.callee) === 'create' ? inner.arguments : [];
  return argument?.type === 'MemberExpression' && staticKey(argument.property, argument.computed) === 'prototype'
    ? pathOf(argument.object, scope, tree)
    : undefined;
}

/** Where the code does not show what a function gives back, its declared type does: `(): Promise<Oven>`. */
function collectReturnTypes(tree: ModuleTree, values: Map<string, SymbolPath>): void {
  for (const [node, scope] of tree.scopeOf) {
    if (!isFunction(node) || scope.unit === undefined || node.returnType === null || node.returnType === undefined)
      continue;
    const key = `${scope.unit}.()`;
    const path = typePath(awaitedType(node.returnType.typeAnnotation), tree);
    if (path !== undefined && !values.has(key)) values.set(key, path);
  }
}

function awaitedType(type: Node): string | undefined {
  if (type.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return undefined;
  const [argument] = type.typeArguments?.params ?? [];
  return type.typeName.name === 'Promise' && argument !== undefined ? awaitedType(argument) : type.typeName.name;
}

/** `let pool; … pool = createPool()`. */
function collectLateBindings(tree: ModuleTree, values: Map<string, SymbolPath>): void {
  for (const { node, scope } of tree.assignments) {
    if (node.left.type !== 'Identifier' || values.has(node.left.name)) continue;
    const declaration = lookup(scope, node.left.name, node.left.start);
    if (declaration?.kind !== 'value' || declaration.scope !== tree.module || declaration.init !== undefined) continue;
    const path = pathOf(node.right, scope, tree);
    const itself = path?.root.kind === 'binding' && path.root.name === node.left.name;
    if (path !== undefined && path.root.kind !== 'parameter' && !itself) values.set(node.left.name, path);
  }
}
