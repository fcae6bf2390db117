import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { lookup, unitOf, type Scope } from '../../source/scopes.ts';
import { staticValue } from '../../source/static-value.ts';
import { lastName, staticKey, unwrap, type Node } from '../../source/syntax-tree.ts';
import { withoutResults } from '../handlers.ts';
import type { SocketRecord } from './socket-record.ts';

const listening = new Set(['on', 'once']);

export function collectSockets(tree: ModuleTree, lines: LineIndex): readonly SocketRecord[] | undefined {
  const records = tree.calls.flatMap(({ node, scope }): SocketRecord[] => {
    const callee = unwrap(node.callee);
    if (callee.type !== 'MemberExpression' || !listening.has(staticKey(callee.property, callee.computed) ?? ''))
      return [];
    const [event, handler] = node.arguments;
    if (event === undefined || handler === undefined) return [];
    const { object, namespace } = namespaceOf(callee.object, scope);
    const holder = socketHolder(object, scope);
    const on = pathOf(object, scope, tree);
    if (holder === undefined && (on === undefined || on.root.kind === 'parameter')) return [];
    return [
      {
        on: on?.root.kind === 'parameter' ? undefined : on,
        namespace: namespace === undefined ? undefined : staticValue(namespace, scope, tree),
        holder,
        event: staticValue(event, scope, tree, 9),
        handler: withoutResults(staticValue(handler, scope, tree, 9)),
        unit: unitOf(scope),
        at: node.start,
        line: lines.lineAt(node.start),
      },
    ];
  });
  return records.length === 0 ? undefined : records;

  /** `io.of('/chat')`, in the chain or in a constant. */
  function namespaceOf(node: Node, scope: Scope): { readonly object: Node; readonly namespace: Node | undefined } {
    const inner = unwrap(node);
    if (inner.type === 'CallExpression' && inner.callee.type === 'MemberExpression' && lastName(inner.callee) === 'of')
      return { object: inner.callee.object, namespace: inner.arguments[0] };
    if (
      inner.type === 'CallExpression' &&
      inner.callee.type === 'MemberExpression' &&
      listening.has(lastName(inner.callee) ?? '')
    )
      return namespaceOf(inner.callee.object, scope);
    const declared = inner.type === 'Identifier' ? lookup(scope, inner.name, inner.start) : undefined;
    if (declared?.kind === 'value' && declared.init !== undefined && declared.keys.length === 0) {
      const init = unwrap(declared.init);
      if (init.type === 'CallExpression' && lastName(init.callee) === 'of') return namespaceOf(init, declared.scope);
    }
    return { object: inner, namespace: undefined };
  }

  function socketHolder(object: Node, scope: Scope): SocketRecord['holder'] {
    const inner = unwrap(object);
    if (inner.type !== 'Identifier') return undefined;
    const declared = lookup(scope, inner.name, inner.start);
    const node = declared?.kind === 'parameter' ? declared.scope.node : undefined;
    return declared?.kind !== 'parameter' || node === undefined
      ? undefined
      : { from: node.start, to: node.end, unit: declared.scope.unit };
  }
}
