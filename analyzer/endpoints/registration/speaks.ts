import { childrenOf, isFunction, staticKey, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';

export const verbs = ['get', 'post', 'put', 'patch', 'delete', 'del', 'head', 'options', 'all', 'any', 'opts'] as const;
const verbSet: ReadonlySet<string> = new Set(verbs);
const joints = new Set([
  'use',
  'route',
  'register',
  'mount',
  'openapi',
  'basePath',
  'prefix',
  'resource',
  'addHook',
  'group',
  'routes',
]);
/** Clients speak of paths as servers do. */
const clients =
  /axios|https?$|client|request|fetch|\bgot\b|agent|^ky$|cache|redis|storage|headers|params|searchParams/i;

/** Whether a call looks like the registration of a route or a mount. Cheap and generous: running it decides. */
export function speaksOfRoutes(call: CallNode): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || call.arguments.length === 0) return false;
  const name = staticKey(callee.property, callee.computed);
  if (name === undefined) return callee.computed && call.arguments.length > 1 && callee.property.type !== 'Literal';
  if (joints.has(name)) return true;
  if (name === 'on') return call.arguments.length > 2;
  if (!verbSet.has(name) || clients.test(receiverName(callee.object))) return false;
  const [first] = call.arguments;
  if (first === undefined) return false;
  if (call.arguments.length > 1) return isFunction(unwrap(first)) || mayBePath(unwrap(first));
  // `route('/x').get(handler)`, Hono's `.get(handler)`.
  const object = unwrap(callee.object);
  return (
    object.type === 'CallExpression' || (first.type === 'Identifier' && isHandlerName(first.name)) || isFunction(first)
  );
}

/** `registerOrders(app)`, `require('./orders')(app)`. */
export function handsOn(call: CallNode): boolean {
  return call.arguments.some((argument) => {
    const inner = unwrap(argument);
    const name =
      inner.type === 'Identifier'
        ? inner.name
        : inner.type === 'MemberExpression' && inner.object.type === 'ThisExpression'
          ? staticKey(inner.property, inner.computed)
          : undefined;
    return name !== undefined && /^(?:app|router|server|fastify|express)$|(?:Router|App)$/.test(name);
  });
}

/** Whether the code of a node, nested functions included, registers anything. */
export function anySpeaks(node: Node, known: Map<Node, boolean>): boolean {
  const before = known.get(node);
  if (before !== undefined) return before;
  const speaks =
    (node.type === 'CallExpression' && (speaksOfRoutes(node) || handsOn(node))) ||
    childrenOf(node).some((child) => anySpeaks(child, known));
  known.set(node, speaks);
  return speaks;
}

function mayBePath(node: Node): boolean {
  switch (node.type) {
    case 'Literal':
      return 'regex' in node || (typeof node.value === 'string' && /^$|^[/*.:(\w]/.test(node.value));
    case 'TemplateLiteral':
    case 'BinaryExpression':
    case 'ArrayExpression':
    case 'Identifier':
    case 'MemberExpression':
    case 'CallExpression':
      return true;
    default:
      return false;
  }
}

function isHandlerName(name: string): boolean {
  return /handler|route|controller|middleware/i.test(name);
}

function receiverName(node: Node): string {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return inner.name;
  if (inner.type === 'MemberExpression') return staticKey(inner.property, inner.computed) ?? '';
  return inner.type === 'CallExpression' ? receiverName(inner.callee) : '';
}
