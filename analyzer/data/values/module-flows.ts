import type { ModuleTree } from '../../source/module-tree.ts';
import { lookup, type Declaration, type Scope } from '../../source/scopes.ts';
import { isClass, isFunction, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';

export type Held = { readonly node: Node; readonly scope: Scope };

/** The call that each function is handed to. */
export function callbackCalls(tree: ModuleTree) {
  const calls = new Map<Node, { readonly call: Extract<Node, { type: 'CallExpression' }>; readonly scope: Scope }>();
  for (const { node, scope } of tree.calls) {
    for (const argument of node.arguments) {
      const inner = unwrap(argument);
      if (isFunction(inner)) calls.set(inner, { call: node, scope });
    }
  }
  return calls;
}

/** What is assigned to a name after it was declared, and to members of what it holds. */
export function assignedValues(tree: ModuleTree) {
  const values = new Map<Declaration, Held[]>();
  const members = new Map<Declaration, (Held & { readonly name: string })[]>();
  const onto = new Map<Node, Held & { readonly name: string }>();
  for (const { node, scope } of tree.assignments) {
    const { left } = node;
    if (node.operator !== '=' && node.operator !== '??=' && node.operator !== '||=') continue;
    if (left.type === 'MemberExpression') ontoSchema(left, node.right, scope);
    if (left.type === 'Identifier') {
      const declaration = lookup(scope, left.name, left.start);
      if (declaration?.kind === 'value') push(values, declaration, { node: node.right, scope });
    } else if (left.type === 'MemberExpression' && left.object.type === 'Identifier') {
      const name = staticKey(left.property, left.computed);
      const declaration = lookup(scope, left.object.name, left.start);
      if (declaration?.kind === 'value' && name !== undefined)
        push(members, declaration, { node: node.right, scope, name });
    }
  }
  return { values, members, onto };

  /** `schema.methods.total = function () {…}`, `schema.statics = { find() {…} }`. */
  function ontoSchema(left: Extract<Node, { type: 'MemberExpression' }>, right: Node, scope: Scope): void {
    const value = unwrap(right);
    const holder = unwrap(left.object);
    const key = staticKey(left.property, left.computed);
    if (isFunction(value) && holder.type === 'MemberExpression') {
      const group = staticKey(holder.property, holder.computed);
      if (group === 'methods' || group === 'statics')
        onto.set(value, { node: holder.object, scope, name: `…${group}` });
    } else if (value.type === 'ObjectExpression' && (key === 'methods' || key === 'statics')) {
      for (const property of value.properties)
        if (property.type === 'Property' && isFunction(property.value))
          onto.set(property.value, { node: holder, scope, name: `…${key}` });
    }
  }
}

export function returnedValues(tree: ModuleTree): Map<Node, Held[]> {
  const returned = new Map<Node, Held[]>();
  for (const { node, scope } of tree.returns) if (scope.node !== undefined) push(returned, scope.node, { node, scope });
  return returned;
}

/** Functions that are static methods of a class. */
export function staticMethods(tree: ModuleTree): Set<Node> {
  const found = new Set<Node>();
  for (const node of tree.scopeOf.keys()) {
    if (!isClass(node)) continue;
    for (const member of node.body.body) {
      if (
        (member.type === 'MethodDefinition' || member.type === 'PropertyDefinition') &&
        member.static &&
        member.value !== null
      )
        found.add(unwrap(member.value));
    }
  }
  return found;
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
