import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { unitOf, type Scope } from '../../source/scopes.ts';
import { bindingPath, staticValue } from '../../source/static-value.ts';
import { staticKey, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';
import type { EmitterCall, EventsSummary, SentMessage } from './events-summary.ts';

const emitting = new Set(['emit', 'emitAsync', 'emitSerial']);
const listening = new Set(['on', 'once', 'addListener', 'prependListener', 'onAny', 'subscribe']);
const sending = new Set([
  'execute',
  'publish',
  'publishAll',
  'apply',
  'dispatch',
  'send',
  'addEvent',
  'emit',
  'emitAsync',
]);

/** Calls on emitters and buses. Which object is one is known when all modules are linked. */
export function collectEvents(tree: ModuleTree, lines: LineIndex): EventsSummary | undefined {
  const emits: EmitterCall[] = [];
  const listens: EmitterCall[] = [];
  const sent: SentMessage[] = [];
  for (const { node, scope } of tree.calls) {
    const callee = unwrap(node.callee);
    const method = callee.type === 'MemberExpression' ? staticKey(callee.property, callee.computed) : undefined;
    if (callee.type !== 'MemberExpression' || method === undefined) continue;
    const line = lines.lineAt(node.start);
    if (emitting.has(method) || listening.has(method)) {
      const call = emitterCall(node, callee.object, scope, line);
      if (call !== undefined) (emitting.has(method) ? emits : listens).push(call);
    }
    if (sending.has(method)) sent.push(...messagesOf(node, method, scope, line));
  }
  return emits.length + listens.length + sent.length === 0 ? undefined : { emits, listens, sent };

  function emitterCall(node: CallNode, object: Node, scope: Scope, line: number): EmitterCall | undefined {
    const [event, handler] = node.arguments;
    const emitter = bindingPath(object, scope, tree);
    if (event === undefined || emitter === undefined || emitter.root.kind === 'parameter') return undefined;
    return {
      emitter,
      event: staticValue(event, scope, tree, 10),
      handler: handler === undefined ? undefined : staticValue(handler, scope, tree, 12),
      unit: unitOf(scope),
      line,
    };
  }

  /** Classes of which an instance is handed over, directly, by name, or in a list. */
  function messagesOf(node: CallNode, method: string, scope: Scope, line: number): SentMessage[] {
    return node.arguments.slice(0, 2).flatMap((argument) => {
      const inner = unwrap(argument);
      const items = inner.type === 'ArrayExpression' ? inner.elements : [inner];
      return items.flatMap((item): SentMessage[] => {
        const path = item === null ? undefined : pathOf(item, scope, tree);
        if (path === undefined || path.root.kind === 'parameter') return [];
        return path.steps.includes('new') || path.steps.includes('()')
          ? [{ message: path, method, unit: unitOf(scope), line }]
          : [];
      });
    });
  }
}
