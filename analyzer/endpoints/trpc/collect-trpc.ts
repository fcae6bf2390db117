import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { bindingPath, staticValue, type StaticValue } from '../../source/static-value.ts';
import { isFunction, staticKey, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';
import { lookup, type Scope } from '../../source/scopes.ts';
import { pathOf } from '../../source/resolve-local.ts';
import type { TrpcRouter, TrpcSummary, TrpcValue } from './trpc-summary.ts';

const operations = new Set(['query', 'mutation', 'subscription']);
const maxDepth = 12;

/** Routers and procedures at the top level of a module, or in what a top-level function gives back. */
export function collectTrpc(tree: ModuleTree, lines: LineIndex): TrpcSummary | undefined {
  const values = new Map<string, TrpcValue>();
  for (const [name, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations) {
      if (declaration.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0) continue;
      keep(name, declaration.init, tree.module);
    }
  }
  for (const statement of tree.program.type === 'Program' ? tree.program.body : []) {
    if (statement.type === 'ExportDefaultDeclaration') keep('…default', statement.declaration as Node, tree.module);
  }
  for (const { node, scope } of tree.returns) if (scope.unit !== undefined) keep(`${scope.unit}.()`, node, scope);
  return values.size === 0 ? undefined : { values };

  function keep(name: string, node: Node, scope: Scope): void {
    const value = unwrap(node).type === 'CallExpression' ? read(node, scope, 0) : undefined;
    if (value !== undefined && value.kind !== 'reference') values.set(name, value);
  }

  function read(node: Node, scope: Scope, depth: number): TrpcValue | undefined {
    const inner = unwrap(node);
    if (depth > maxDepth) return undefined;
    if (inner.type === 'CallExpression') return readCall(inner, scope, depth);
    if (inner.type === 'Identifier') {
      const declaration = lookup(scope, inner.name, inner.start);
      if (declaration?.kind === 'value' && declaration.scope !== tree.module && declaration.init !== undefined)
        return read(declaration.init, declaration.scope, depth + 1);
    }
    const path =
      inner.type === 'Identifier' || inner.type === 'MemberExpression' ? bindingPath(inner, scope, tree) : undefined;
    return path === undefined || path.root.kind === 'parameter' ? undefined : { kind: 'reference', path };
  }

  function readCall(call: CallNode, scope: Scope, depth: number): TrpcValue | undefined {
    const callee = unwrap(call.callee);
    const method = callee.type === 'MemberExpression' ? staticKey(callee.property, callee.computed) : undefined;
    const [first] = call.arguments;
    // Version 9: `router().query('list', { resolve }).merge('orders.', orders)`.
    if (callee.type === 'MemberExpression' && method !== undefined && (operations.has(method) || method === 'merge')) {
      const before = unwrap(callee.object).type === 'CallExpression' ? read(callee.object, scope, depth) : undefined;
      if (before?.kind === 'router') return extend(before, method, call, scope, depth);
    }
    if (callee.type === 'MemberExpression' && method !== undefined && operations.has(method)) {
      if (first === undefined || (first.type === 'Literal' && typeof first.value === 'string')) return undefined;
      return procedure(method, call, callee.object, scope);
    }
    // Middlewares of a version 9 router stand between its procedures.
    if (
      callee.type === 'MemberExpression' &&
      (method === 'middleware' || method === 'transformer' || method === 'formatError')
    )
      return read(callee.object, scope, depth);
    const name = method ?? (callee.type === 'Identifier' ? callee.name : '');
    if (/^mergeRouters$/.test(name)) return merge(call, scope, depth);
    if (name === 'lazy') return lazy(first, scope);
    if (!/router$/i.test(name)) return undefined;
    const maker = pathOf(callee, scope, tree);
    if (maker === undefined || maker.root.kind === 'parameter') return undefined;
    const object = first === undefined ? undefined : unwrap(first);
    if (object === undefined) return emptyRouter(maker, call);
    return object.type === 'ObjectExpression' ? router(maker, object, scope, depth, call) : undefined;
  }

  function emptyRouter(maker: SymbolPath, call: CallNode): TrpcRouter {
    return { kind: 'router', maker, entries: [], merged: [], line: lines.lineAt(call.start) };
  }

  function router(
    maker: SymbolPath,
    object: Extract<Node, { type: 'ObjectExpression' }>,
    scope: Scope,
    depth: number,
    call: CallNode,
  ): TrpcRouter {
    const entries: TrpcRouter['entries'][number][] = [];
    const merged: TrpcRouter['merged'][number][] = [];
    for (const property of object.properties) {
      if (property.type === 'SpreadElement') {
        const value = read(property.argument, scope, depth + 1);
        if (value !== undefined) merged.push({ prefix: '', value });
        continue;
      }
      const key = staticKey(property.key, property.computed);
      const held = unwrap(property.value);
      // A plain object is a router, too.
      const value =
        held.type === 'ObjectExpression' ? router(maker, held, scope, depth + 1, call) : read(held, scope, depth + 1);
      if (key !== undefined && value !== undefined) entries.push({ key, value, line: lines.lineAt(property.start) });
    }
    return { ...emptyRouter(maker, call), entries, merged };
  }

  function extend(before: TrpcRouter, method: string, call: CallNode, scope: Scope, depth: number): TrpcRouter {
    const [first, second] = call.arguments;
    const name = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined;
    if (method === 'merge') {
      const held = name === undefined ? first : second;
      const value = held === undefined ? undefined : read(held, scope, depth + 1);
      return value === undefined ? before : { ...before, merged: [...before.merged, { prefix: name ?? '', value }] };
    }
    if (name === undefined || second === undefined) return before;
    const line = lines.lineAt(call.callee.type === 'MemberExpression' ? call.callee.property.start : call.start);
    const value: TrpcValue = {
      kind: 'procedure',
      operation: method as 'query',
      handler: brief(staticValue(second, scope, tree, 11)),
      base: before.maker,
      guards: [],
      at: second.start,
    };
    return { ...before, entries: [...before.entries, { key: name, value, line }] };
  }

  function procedure(operation: string, call: CallNode, object: Node, scope: Scope): TrpcValue {
    const [handler] = call.arguments;
    const guards: string[] = [];
    let base: Node = unwrap(object);
    while (base.type === 'CallExpression') {
      const callee = unwrap(base.callee);
      const [used] = base.arguments;
      if (
        callee.type === 'MemberExpression' &&
        staticKey(callee.property, callee.computed) === 'use' &&
        used !== undefined
      ) {
        const name = guardName(used);
        if (name !== undefined) guards.unshift(name);
      }
      base = callee.type === 'MemberExpression' ? unwrap(callee.object) : callee;
    }
    const own =
      base.type === 'Identifier'
        ? base.name
        : base.type === 'MemberExpression'
          ? staticKey(base.property, base.computed)
          : undefined;
    if (own !== undefined && !/^(?:base|public|t)?procedure$/i.test(own)) guards.unshift(own);
    const value = handler === undefined ? undefined : staticValue(handler, scope, tree, 12);
    return {
      kind: 'procedure',
      operation: operation as 'query',
      handler: brief(value),
      base: pathOf(base, scope, tree),
      guards,
      at: call.start,
    };
  }

  function merge(call: CallNode, scope: Scope, depth: number): TrpcValue | undefined {
    const maker = pathOf(call.callee, scope, tree);
    if (maker === undefined) return undefined;
    const merged = call.arguments.flatMap((argument) => {
      const value = read(argument, scope, depth + 1);
      return value === undefined ? [] : [{ prefix: '', value }];
    });
    return { ...emptyRouter(maker, call), merged };
  }

  /** `lazy(() => import('./orders'))`. */
  function lazy(first: Node | undefined, scope: Scope): TrpcValue | undefined {
    const given = first === undefined ? undefined : unwrap(first);
    if (given === undefined || !isFunction(given) || given.body === null) return undefined;
    let body: Node = unwrap(given.body);
    if (body.type === 'CallExpression' && body.callee.type === 'MemberExpression') body = unwrap(body.callee.object);
    const path = pathOf(body, scope, tree);
    return path === undefined ? undefined : { kind: 'reference', path };
  }
}

function guardName(node: Node): string | undefined {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return inner.name;
  if (inner.type === 'MemberExpression') return staticKey(inner.property, inner.computed);
  return inner.type === 'CallExpression' ? guardName(inner.callee) : undefined;
}

/** A handler without what it gives back, which nobody asks. */
export function brief(value: StaticValue | undefined): StaticValue | undefined {
  if (value?.kind === 'function') return { ...value, returns: undefined };
  if (value?.kind === 'call')
    return { ...value, arguments: value.arguments.map((argument) => brief(argument) ?? argument) };
  if (value?.kind !== 'object') return value;
  const wanted = new Set(['resolve', 'subscribe']);
  const entries = value.entries.filter(({ key }) => wanted.has(key));
  return {
    ...value,
    entries: entries.map((entry) => ({ ...entry, value: brief(entry.value) ?? entry.value })),
    spreads: [],
  };
}
