import type { ModuleTree } from '../../source/module-tree.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { classOf, lookup, unitOf, type Declaration, type Scope } from '../../source/scopes.ts';
import { staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';
import type { RouterRef } from './express-summary.ts';

const routerPackages = new Set(['express', 'express-promise-router', 'express-async-router']);
const routerTypes = new Set(['Express', 'Application', 'Router', 'IRouter', 'IRoute']);
const routerNames = /^(?:app|server|router|\w+Router|\w+App)$/;

export const routeMethods = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all']);

/** `express()`, `express.Router()`, `Router()`, `new Router()` of the package express. */
export function createdRouter(node: Node, scope: Scope, tree: ModuleTree): 'app' | 'router' | undefined {
  const inner = unwrap(node);
  if (inner.type !== 'CallExpression' && inner.type !== 'NewExpression') return undefined;
  const path = pathOf(inner.callee, scope, tree);
  if (path?.root.kind !== 'import' || !routerPackages.has(path.root.specifier)) return undefined;
  const names = [path.root.name, ...path.steps].filter((name) => !['default', '=', '*'].includes(name));
  if (names.length === 0) return path.root.specifier === 'express' ? 'app' : 'router';
  return names.length === 1 && names[0] === 'Router' ? 'router' : undefined;
}

/** Which router an expression stands for; undefined when it is none that could be known. */
export function routerRef(node: Node, scope: Scope, tree: ModuleTree, depth = 0): RouterRef | undefined {
  const inner = unwrap(node);
  if (depth > 6) return undefined;
  if (createdRouter(inner, scope, tree) !== undefined) return { kind: 'own', id: `@${inner.start}` };
  switch (inner.type) {
    case 'Identifier': {
      const declaration = lookup(scope, inner.name, inner.start);
      return declaration === undefined ? undefined : refOfDeclaration(inner.name, declaration, tree, depth);
    }
    case 'MemberExpression': {
      const name = staticKey(inner.property, inner.computed);
      if (inner.object.type === 'ThisExpression' && name !== undefined) {
        const holder = classOf(scope)?.unit;
        return holder === undefined
          ? undefined
          : { kind: 'symbol', path: { root: { kind: 'unit', name: holder }, steps: ['new', name] } };
      }
      return symbolRef(inner, scope, tree);
    }
    case 'CallExpression': {
      const callee = unwrap(inner.callee);
      const method = callee.type === 'MemberExpression' ? staticKey(callee.property, callee.computed) : undefined;
      if (
        callee.type === 'MemberExpression' &&
        method !== undefined &&
        (routeMethods.has(method) || method === 'use' || method === 'route')
      ) {
        return routerRef(callee.object, scope, tree, depth + 1);
      }
      const required = pathOf(inner, scope, tree);
      if (required?.root.kind === 'import' && required.steps.length === 0) return { kind: 'symbol', path: required };
      const path = pathOf(callee, scope, tree);
      return path === undefined || path.root.kind === 'parameter' ? undefined : { kind: 'call', callee: path };
    }
    default:
      return symbolRef(inner, scope, tree);
  }
}

function symbolRef(node: Node, scope: Scope, tree: ModuleTree): RouterRef | undefined {
  const path = pathOf(node, scope, tree);
  return path === undefined || path.root.kind === 'parameter' ? undefined : { kind: 'symbol', path };
}

function refOfDeclaration(
  name: string,
  declaration: Declaration,
  tree: ModuleTree,
  depth: number,
): RouterRef | undefined {
  switch (declaration.kind) {
    case 'value':
      if (declaration.init === undefined || declaration.keys.length > 0) return undefined;
      return routerRef(declaration.init, declaration.scope, tree, depth + 1);
    case 'parameter': {
      const known =
        declaration.type === undefined ? routerNames.test(declaration.key ?? name) : routerTypes.has(declaration.type);
      return known
        ? { kind: 'parameter', unit: unitOf(declaration.scope), index: declaration.index, key: declaration.key }
        : undefined;
    }
    case 'import':
      return {
        kind: 'symbol',
        path: { root: { kind: 'import', specifier: declaration.specifier, name: declaration.name }, steps: [] },
      };
    default:
      return undefined;
  }
}
