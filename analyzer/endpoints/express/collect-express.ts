import type { ModuleTree } from '../../source/module-tree.ts';
import type { TextPiece } from '../../source/module-summary.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { unitOf, type Scope } from '../../source/scopes.ts';
import { isFunction, staticKey, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';
import { textPieces } from '../../source/text-pieces.ts';
import type { ExpressSummary, MountRecord, RouteRecord, RouterRef } from './express-summary.ts';
import { createdRouter, routeMethods, routerRef } from './router-ref.ts';

/** What a module says to Express: routers, routes, mounts and guards, not yet joined across files. */
export function collectExpress(tree: ModuleTree, lines: LineIndex): ExpressSummary | undefined {
  const routers = new Map<string, { app: boolean; line: number }>();
  const bindings = new Map<string, RouterRef>();
  const returned = new Map<string, RouterRef>();
  const routes: RouteRecord[] = [];
  const mounts: MountRecord[] = [];
  const uses: { router: RouterRef; guards: readonly string[]; at: number }[] = [];
  const passed: ExpressSummary['passed'][number][] = [];

  for (const { node, scope } of tree.calls) {
    const made = createdRouter(node, scope, tree);
    if (made !== undefined) routers.set(`@${node.start}`, { app: made === 'app', line: lines.lineAt(node.start) });
  }
  collectBindings(tree, bindings, returned);
  for (const { node, scope } of tree.calls) {
    const callee = unwrap(node.callee);
    const method = callee.type === 'MemberExpression' ? staticKey(callee.property, callee.computed) : undefined;
    if (callee.type === 'MemberExpression' && method !== undefined && (routeMethods.has(method) || method === 'use')) {
      const router = routerRef(callee.object, scope, tree);
      if (router !== undefined) {
        if (method === 'use') readUse(node, router, scope);
        else readRoute(node, callee.object, method, router, scope);
        continue;
      }
    }
    readPassed(node, scope);
  }
  const empty =
    routers.size + bindings.size + returned.size + routes.length + mounts.length + uses.length + passed.length === 0;
  return empty ? undefined : { routers, bindings, returned, routes, mounts, uses, passed };

  function readRoute(call: CallNode, object: Node, method: string, router: RouterRef, scope: Scope): void {
    const prefix = routeArgument(object);
    const handlers = flatten(prefix === undefined ? call.arguments.slice(1) : call.arguments);
    const last = handlers.at(-1);
    const path = prefix ?? call.arguments[0];
    // `app.get('setting')` reads a setting; `map.get(key)` is no route.
    if (last === undefined || path === undefined) return;
    if (router.kind === 'symbol' && !isHandlerLike(last, scope, tree)) return;
    routes.push({
      router,
      method: method.toUpperCase(),
      paths: alternatives(path, scope, tree),
      guards: handlers.slice(0, -1).flatMap((guard) => guardName(guard)),
      unit: unitOf(scope),
      from: last.start,
      to: last.end,
      line: lines.lineAt(call.callee.type === 'MemberExpression' ? call.callee.property.start : call.start),
    });
  }

  function readUse(call: CallNode, router: RouterRef, scope: Scope): void {
    const [first] = call.arguments;
    if (first === undefined) return;
    const hasPath = isPath(first, scope, tree);
    const paths = hasPath ? alternatives(first, scope, tree) : [[]];
    const guards: string[] = [];
    let mounted = false;
    for (const target of flatten(hasPath ? call.arguments.slice(1) : call.arguments)) {
      const ref = isFunction(unwrap(target)) ? undefined : routerRef(target, scope, tree);
      if (ref !== undefined) {
        mounts.push({ router, target: ref, paths, guards: [...guards], line: lines.lineAt(call.start) });
        mounted = true;
      }
      guards.push(...guardName(target));
    }
    if (!hasPath && guards.length > 0) uses.push({ router, guards, at: call.start });
    else if (!mounted) readPassed(call, scope);
  }

  function readPassed(call: CallNode, scope: Scope): void {
    call.arguments.forEach((argument, index) => {
      const pass = (value: Node, key: string | undefined) => {
        const inner = unwrap(value);
        if (inner.type !== 'Identifier' && inner.type !== 'MemberExpression' && inner.type !== 'CallExpression') return;
        const router = routerRef(inner, scope, tree);
        if (router === undefined || (router.kind !== 'own' && router.kind !== 'parameter')) return;
        const callee = pathOf(call.callee, scope, tree);
        if (callee !== undefined && callee.root.kind !== 'parameter') passed.push({ callee, index, key, router });
      };
      const inner = unwrap(argument);
      if (inner.type === 'ObjectExpression') {
        for (const property of inner.properties)
          if (property.type === 'Property') pass(property.value, staticKey(property.key, property.computed));
      } else pass(inner, undefined);
    });
  }
}

function collectBindings(tree: ModuleTree, bindings: Map<string, RouterRef>, returned: Map<string, RouterRef>): void {
  const known = (ref: RouterRef | undefined): ref is RouterRef =>
    ref !== undefined && (ref.kind === 'own' || ref.kind === 'call' || ref.kind === 'parameter');
  for (const [name, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations) {
      if (declaration.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0) continue;
      const ref = routerRef(declaration.init, tree.module, tree);
      if (known(ref)) bindings.set(name, ref);
    }
  }
  for (const [node, scope] of tree.scopeOf) {
    if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') continue;
    for (const member of node.body.body) {
      if (member.type !== 'PropertyDefinition' || member.value === null) continue;
      const ref = routerRef(member.value, scope, tree);
      if (known(ref)) bindings.set(`${scope.unit ?? ''}.${staticKey(member.key, member.computed) ?? ''}`, ref);
    }
  }
  for (const { node, scope } of tree.assignments) {
    const ref = routerRef(node.right, scope, tree);
    if (!known(ref) || node.left.type !== 'MemberExpression') continue;
    const name = staticKey(node.left.property, node.left.computed);
    if (node.left.object.type === 'ThisExpression') {
      for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
        if (at.node?.type === 'ClassDeclaration' || at.node?.type === 'ClassExpression')
          bindings.set(`${at.unit ?? ''}.${name ?? ''}`, ref);
      }
    } else if (name === 'exports') bindings.set('…=', ref);
  }
  for (const { node, scope } of tree.returns) {
    if (scope.unit === undefined) continue;
    const ref = routerRef(node, scope, tree);
    if (known(ref)) returned.set(scope.unit, ref);
    const object = unwrap(node);
    if (object.type !== 'ObjectExpression') continue;
    for (const property of object.properties) {
      const held = property.type === 'Property' ? routerRef(property.value, scope, tree) : undefined;
      if (property.type === 'Property' && known(held))
        returned.set(`${scope.unit}.${staticKey(property.key, property.computed) ?? ''}`, held);
    }
  }
}

/** The path of `.route('/x')` in front of `.get(…)`. */
function routeArgument(object: Node): Node | undefined {
  const inner = unwrap(object);
  if (inner.type !== 'CallExpression') return undefined;
  const callee = unwrap(inner.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  return staticKey(callee.property, callee.computed) === 'route' ? inner.arguments[0] : routeArgument(callee.object);
}

function flatten(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => {
    const inner = unwrap(node);
    return inner.type === 'ArrayExpression'
      ? flatten(inner.elements.filter((element): element is NonNullable<typeof element> => element !== null))
      : [inner];
  });
}

function alternatives(node: Node, scope: Scope, tree: ModuleTree): (readonly TextPiece[])[] {
  const inner = unwrap(node);
  if (inner.type === 'ArrayExpression')
    return inner.elements.flatMap((element) => (element === null ? [] : alternatives(element, scope, tree)));
  if (inner.type === 'Literal' && 'regex' in inner) return [[{ kind: 'text', text: inner.raw ?? '' }]];
  return [textPieces(inner, scope, tree)];
}

function isPath(node: Node, scope: Scope, tree: ModuleTree): boolean {
  const inner = unwrap(node);
  if (inner.type === 'Literal' || inner.type === 'TemplateLiteral' || inner.type === 'BinaryExpression') return true;
  if (inner.type === 'ArrayExpression')
    return inner.elements.some((element) => element !== null && isPath(element, scope, tree));
  // `settings.contextRoot`: what a value is called says what it is, when nothing else does.
  if (inner.type === 'MemberExpression')
    return /path|prefix|root|base|ur[il]$/i.test(staticKey(inner.property, inner.computed) ?? '');
  const pieces = inner.type === 'Identifier' ? textPieces(inner, scope, tree) : [];
  return pieces.length > 0 && pieces.every((piece) => piece.kind === 'text');
}

function isHandlerLike(node: Node, scope: Scope, tree: ModuleTree): boolean {
  const inner = unwrap(node);
  if (isFunction(inner)) return true;
  return inner.type === 'Identifier' || inner.type === 'MemberExpression' || inner.type === 'CallExpression'
    ? pathOf(inner, scope, tree) !== undefined
    : false;
}

/** `requireLogin`, `requireRole('admin')` → requireRole, `auth.required` → auth.required. Functions written in place have none. */
function guardName(node: Node): string[] {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return [inner.name];
  if (inner.type === 'CallExpression') return guardName(inner.callee);
  if (inner.type !== 'MemberExpression') return [];
  const [object] = guardName(inner.object);
  const name = staticKey(inner.property, inner.computed);
  return object === undefined || name === undefined ? [] : [`${object}.${name}`];
}
