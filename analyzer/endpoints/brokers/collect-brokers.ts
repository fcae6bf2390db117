import type { ModuleTree } from '../../source/module-tree.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import type { LineIndex } from '../../source/place.ts';
import { classOf, lookup, unitOf, type Scope } from '../../source/scopes.ts';
import { bindingPath, entryOf, staticValue, type StaticValue } from '../../source/static-value.ts';
import { lastName, staticKey, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';
import { withoutResults } from '../handlers.ts';

/** A call on a consumer, producer or channel. */
export interface BrokerCall {
  readonly method: 'subscribe' | 'run' | 'send' | 'consume' | 'sendToQueue' | 'publish';
  readonly holder: SymbolPath | undefined;
  /** The name of what is called on: `channel` of `this.channel.consume`. */
  readonly named: string;
  /** Topics or queue. */
  readonly names: StaticValue | undefined;
  readonly handler: StaticValue | undefined;
  /** Consumers are subscribed and run in one class or function. */
  readonly around: string;
  readonly unit: string;
  readonly line: number;
}

export type BrokerSummary = readonly BrokerCall[];

export function collectBrokers(tree: ModuleTree, lines: LineIndex): BrokerSummary | undefined {
  const found = tree.calls.flatMap(({ node, scope }) => readCall(node, scope));
  return found.length === 0 ? undefined : found;

  function readCall(node: CallNode, scope: Scope): BrokerCall[] {
    const callee = unwrap(node.callee);
    if (callee.type !== 'MemberExpression') return [];
    const method = staticKey(callee.property, callee.computed);
    const named = lastName(callee.object) ?? '';
    const [first, second] = node.arguments;
    if (method === undefined || first === undefined) return [];
    const record = (
      kind: BrokerCall['method'],
      names: StaticValue | undefined,
      handler: StaticValue | undefined,
    ): BrokerCall[] => [
      {
        method: kind,
        holder: bindingPath(callee.object, scope, tree),
        named,
        names,
        handler: handler === undefined ? undefined : withoutResults(handler),
        around: classOf(scope)?.unit ?? unitOf(scope),
        unit: unitOf(scope),
        line: lines.lineAt(node.start),
      },
    ];
    const value = () => staticValue(first, scope, tree, 8);
    const isObject = first.type === 'ObjectExpression';
    switch (method) {
      case 'subscribe': {
        const options = isObject ? value() : undefined;
        const names = entryOf(options, 'topics') ?? entryOf(options, 'topic');
        return names === undefined ? [] : record('subscribe', names, undefined);
      }
      case 'run': {
        const options = isObject ? value() : undefined;
        const handler = entryOf(options, 'eachMessage') ?? entryOf(options, 'eachBatch');
        return handler === undefined ? [] : record('run', undefined, handler);
      }
      case 'send': {
        const topic = isObject ? entryOf(value(), 'topic') : undefined;
        return topic === undefined ? [] : record('send', topic, undefined);
      }
      case 'consume':
        return second === undefined
          ? []
          : record('consume', queueName(first, scope), staticValue(second, scope, tree, 8));
      case 'sendToQueue':
        return record('sendToQueue', queueName(first, scope), undefined);
      case 'publish':
        return second === undefined || node.arguments.length < 3
          ? []
          : record('publish', staticValue(second, scope, tree, 8), undefined);
      default:
        return [];
    }
  }

  /** `'mail'`, or `q.queue` of `const q = await channel.assertQueue('mail')`. */
  function queueName(node: Node, scope: Scope): StaticValue {
    const inner = unwrap(node);
    if (
      inner.type === 'MemberExpression' &&
      inner.object.type === 'Identifier' &&
      staticKey(inner.property, inner.computed) === 'queue'
    ) {
      const declared = lookup(scope, inner.object.name, inner.start);
      const made = declared?.kind === 'value' && declared.init !== undefined ? unwrap(declared.init) : undefined;
      const [name] = made?.type === 'CallExpression' && lastName(made.callee) === 'assertQueue' ? made.arguments : [];
      if (declared?.kind === 'value' && name !== undefined) return staticValue(name, declared.scope, tree, 8);
    }
    return staticValue(inner, scope, tree, 8);
  }
}
