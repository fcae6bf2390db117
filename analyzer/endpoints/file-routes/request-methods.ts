import { childrenOf, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';

const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const known: ReadonlySet<string> = new Set(httpMethods);

export function isHttpMethod(name: string): boolean {
  return known.has(name);
}

/**
 * The methods that a handler tells apart: `request.method === 'POST'`, `switch (method) { case 'GET': … }`,
 * `['PUT', 'PATCH'].includes(req.method)`, `{ GET: list, POST: create }`. None when it takes any.
 */
export function requestMethods(node: Node): string[] {
  const found = new Set<string>();
  const add = (value: Node | null | undefined): void => {
    const inner = value === null || value === undefined ? undefined : unwrap(value);
    if (inner?.type === 'Literal' && typeof inner.value === 'string' && isHttpMethod(inner.value.toUpperCase()))
      found.add(inner.value.toUpperCase());
    else if (inner?.type === 'ArrayExpression') for (const element of inner.elements) add(element);
  };
  const visit = (at: Node): void => {
    switch (at.type) {
      case 'BinaryExpression':
        if (/^[!=]==?$/.test(at.operator)) {
          if (isMethod(at.left)) add(at.right);
          else if (isMethod(at.right)) add(at.left);
        }
        break;
      case 'SwitchStatement':
        if (isMethod(at.discriminant)) for (const one of at.cases) add(one.test);
        break;
      case 'CallExpression': {
        const callee = unwrap(at.callee);
        const [first] = at.arguments;
        if (
          callee.type === 'MemberExpression' &&
          first !== undefined &&
          isMethod(first) &&
          staticKey(callee.property, callee.computed) === 'includes'
        )
          add(callee.object);
        break;
      }
      case 'ObjectExpression':
        for (const property of at.properties) {
          const key = property.type === 'Property' ? staticKey(property.key, property.computed) : undefined;
          if (key !== undefined && isHttpMethod(key)) found.add(key);
        }
        break;
      default:
    }
    for (const child of childrenOf(at)) visit(child);
  };
  visit(node);
  return httpMethods.filter((method) => found.has(method));
}

/** `request.method`, `method` taken out of it, either in upper case. */
function isMethod(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return inner.name === 'method';
  if (inner.type === 'CallExpression') {
    const callee = unwrap(inner.callee);
    return callee.type === 'MemberExpression' && isMethod(callee.object);
  }
  if (inner.type !== 'MemberExpression' || staticKey(inner.property, inner.computed) !== 'method') return false;
  const object = unwrap(inner.object);
  return object.type === 'Identifier' || object.type === 'MemberExpression';
}
