import { isClass, isFunction, staticKey, unwrap, type Node } from './syntax-tree.ts';

const httpMethods = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all', 'use']);

/**
 * The name that each function or class gets from what it is bound to: declaration, variable, property, method. Functions that
 * handle a route in place are named after it (`get /orders`), so that what they do is seen apart from the rest of the file.
 */
export function nameChildren(node: Node, names: Map<Node, string>): void {
  const bind = (value: Node | null | undefined, name: string | undefined) => {
    if (value === null || value === undefined || name === undefined) return;
    const inner = unwrap(value);
    if (isFunction(inner) || isClass(inner)) names.set(inner, name);
  };
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (node.id !== null && node.id !== undefined && !names.has(node)) names.set(node, node.id.name);
      return;
    case 'VariableDeclarator':
      if (node.id.type === 'Identifier') {
        bind(node.init, node.id.name);
        nameProcedure(node.init, node.id.name, names);
      }
      return;
    case 'AssignmentExpression':
      bind(node.right, assignedName(node.left));
      return;
    case 'Property':
      bind(node.value, staticKey(node.key, node.computed));
      nameProcedure(node.value, staticKey(node.key, node.computed), names);
      return;
    case 'MethodDefinition':
    case 'PropertyDefinition':
      bind(node.value, staticKey(node.key, node.computed));
      return;
    case 'ExportDefaultDeclaration': {
      const declaration = node.declaration as Node;
      const own =
        (isFunction(declaration) || isClass(declaration)) && declaration.id !== null ? declaration.id?.name : undefined;
      if (!names.has(declaration)) bind(declaration, own ?? 'default');
      return;
    }
    case 'CallExpression':
      nameHandlers(node, names);
      return;
    default:
  }
}

function assignedName(left: Node): string | undefined {
  if (left.type === 'Identifier') return left.name;
  if (left.type !== 'MemberExpression') return undefined;
  const name = staticKey(left.property, left.computed);
  return name === 'exports' ? 'default' : name;
}

/** `list: procedure.input(…).query(async () => …)`: the function is named after what holds the procedure. */
function nameProcedure(value: Node | null, name: string | undefined, names: Map<Node, string>): void {
  const call = value === null || name === undefined ? undefined : unwrap(value);
  if (call?.type !== 'CallExpression' || name === undefined) return;
  const callee = unwrap(call.callee);
  const method = callee.type === 'MemberExpression' ? staticKey(callee.property, callee.computed) : undefined;
  if (method === 'query' || method === 'mutation' || method === 'subscription')
    for (const argument of call.arguments) nameInside(argument, name, names);
}

function nameHandlers(call: Extract<Node, { type: 'CallExpression' }>, names: Map<Node, string>): void {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return;
  const method = staticKey(callee.property, callee.computed);
  if (method === undefined || !httpMethods.has(method)) return;
  const path = routePath(call.arguments[0]) ?? routePath(routeCallArgument(callee.object));
  if (path === undefined) return;
  for (const argument of call.arguments) nameInside(argument, `${method} ${path}`, names);
}

/** A handler may be wrapped: `wrap(async (request, response) => …)`. */
function nameInside(node: Node, name: string, names: Map<Node, string>): void {
  const inner = unwrap(node);
  if (isFunction(inner)) {
    if (!names.has(inner)) names.set(inner, name);
  } else if (inner.type === 'CallExpression') for (const argument of inner.arguments) nameInside(argument, name, names);
  else if (inner.type === 'ArrayExpression')
    for (const element of inner.elements) if (element !== null) nameInside(element, name, names);
}

function routeCallArgument(object: Node): Node | undefined {
  const call = unwrap(object);
  if (call.type !== 'CallExpression') return undefined;
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  if (staticKey(callee.property, callee.computed) === 'route') return call.arguments[0];
  return routeCallArgument(callee.object);
}

function routePath(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type === 'Literal' && typeof node.value === 'string' && node.value.startsWith('/')) return node.value;
  if (node.type === 'ArrayExpression') return routePath(node.elements[0] ?? undefined);
  if (node.type === 'TemplateLiteral') {
    const text = node.quasis.map((quasi) => quasi.value.cooked ?? '').join(':');
    return text.includes('/') ? text : undefined;
  }
  return undefined;
}
