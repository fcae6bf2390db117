import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { classOf, unitOf, type Scope } from '../../source/scopes.ts';
import { bindingPath, staticValue, type StaticValue } from '../../source/static-value.ts';
import { childrenOf, lastName, staticKey, unwrap, type CallNode, type Node } from '../../source/syntax-tree.ts';
import type { ProducerRecord, QueueRef, QueuesSummary, RegisteringCall, WorkerRecord } from './queues-summary.ts';

const packages = new Set(['bullmq', 'bull', 'bee-queue', '@taskforcesh/bullmq-pro']);
/** Systems of named jobs without queues: how handlers and jobs are given to them, and where the job's name stands. */
const systems = [
  {
    name: 'agenda',
    held: /agenda/i,
    work: new Set(['define']),
    send: new Map<string, number>([
      ['now', 0],
      ['create', 0],
      ['every', 1],
      ['schedule', 1],
    ]),
  },
  {
    name: 'pg-boss',
    held: /boss/i,
    work: new Set(['work', 'subscribe']),
    send: new Map<string, number>([
      ['send', 0],
      ['publish', 0],
      ['sendAfter', 0],
      ['sendOnce', 0],
      ['schedule', 0],
    ]),
  },
] as const;

/** Queues, workers and producers as one module has them. */
export function collectQueues(tree: ModuleTree, lines: LineIndex): QueuesSummary | undefined {
  const held = new Map<string, StaticValue>();
  const workers: WorkerRecord[] = [];
  const producers: ProducerRecord[] = [];
  const registering: RegisteringCall[] = [];
  for (const { node, scope } of tree.news) {
    const made = madeOf(node, scope, tree);
    if (made === 'Queue' || made === 'Bull' || made === 'BeeQueue') hold(node, node.arguments[0], scope);
    if (made === 'Worker') {
      const [name, handler] = node.arguments;
      if (name === undefined) continue;
      workers.push({
        queue: { kind: 'name', value: read(name, scope) },
        job: undefined,
        handler: handler === undefined ? undefined : read(handler, scope),
        unit: unitOf(scope),
        line: lines.lineAt(node.start),
      });
    }
  }
  for (const { node, scope } of tree.calls) {
    const callee = unwrap(node.callee);
    if (callee.type === 'MemberExpression') readMember(node, callee, scope);
    readRegistering(node, scope);
  }
  return held.size + workers.length + producers.length + registering.length === 0
    ? undefined
    : { held, workers, producers, registering };

  function read(node: Node, scope: Scope): StaticValue {
    return staticValue(node, scope, tree, 8);
  }

  /** What is named after a queue holds it, wherever in the expression the queue is made. */
  function hold(made: Node, name: Node | undefined, scope: Scope): void {
    if (name === undefined) return;
    const value = read(name, scope);
    for (const [held_, declarations] of tree.module.declarations) {
      for (const { declaration } of declarations) {
        if (declaration.kind === 'value' && declaration.init !== undefined && contains(declaration.init, made))
          held.set(held_, value);
      }
    }
    for (const { node, scope: within } of tree.assignments) {
      if (!contains(node.right, made) || node.left.type !== 'MemberExpression') continue;
      const field = staticKey(node.left.property, node.left.computed);
      const holder = classOf(within)?.unit;
      if (field !== undefined && holder !== undefined) held.set(`${holder}.${field}`, value);
    }
    for (const [node, within] of tree.scopeOf) {
      if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') continue;
      for (const member of node.body.body) {
        if (member.type !== 'PropertyDefinition' || member.value === null || !contains(member.value, made)) continue;
        held.set(`${within.unit ?? ''}.${staticKey(member.key, member.computed) ?? ''}`, value);
      }
    }
    const unit = unitOf(scope);
    // What a function that makes one queue gives back is that queue.
    if (unit !== '') held.set(`${unit}.()`, held.has(`${unit}.()`) ? { kind: 'unknown' } : value);
  }

  function readMember(node: CallNode, callee: Extract<Node, { type: 'MemberExpression' }>, scope: Scope): void {
    const method = staticKey(callee.property, callee.computed);
    if (method === undefined) return;
    const [first, ...rest] = node.arguments;
    const line = lines.lineAt(node.start);
    const unit = unitOf(scope);
    const system = systems.find(({ held: pattern }) => isNamed(callee.object, pattern));
    const sent = system?.send.get(method);
    const name = node.arguments[sent ?? 0];
    if (system?.work.has(method) === true && first !== undefined) {
      const handler = rest.findLast((argument) => argument.type !== 'ObjectExpression');
      workers.push({
        queue: { kind: 'system', name: system.name },
        job: read(first, scope),
        handler: handler === undefined ? undefined : read(handler, scope),
        unit,
        line,
      });
    } else if (sent !== undefined && system !== undefined && name !== undefined) {
      producers.push({ queue: { kind: 'system', name: system.name }, job: read(name, scope), unit, line });
    } else if (method === 'process') {
      const queue = queueOf(callee.object, scope);
      const handler = node.arguments.at(-1);
      if (queue === undefined || handler === undefined) return;
      const named =
        first === handler || (first?.type === 'Literal' && typeof first.value !== 'string') ? undefined : first;
      workers.push({
        queue,
        job: named === undefined ? undefined : read(named, scope),
        handler: read(handler, scope),
        unit,
        line,
      });
    } else if (
      (method === 'add' || method === 'addBulk' || method === 'createJob') &&
      mayBeQueue(callee.object, scope)
    ) {
      const queue = queueOf(callee.object, scope);
      if (queue === undefined) return;
      const job = method === 'addBulk' ? undefined : first;
      producers.push({
        queue,
        job: job === undefined || job.type === 'SpreadElement' ? undefined : read(job, scope),
        unit,
        line,
      });
    }
  }

  /** Sets have an `add` as well: a queue is called one, comes from elsewhere, or is made here. */
  function mayBeQueue(object: Node, scope: Scope): boolean {
    if (isNamed(object, /queue|jobs?$/i)) return true;
    const path = bindingPath(object, scope, tree);
    return path?.root.kind === 'import' || (path?.root.kind === 'binding' && held.has(path.root.name));
  }

  function queueOf(object: Node, scope: Scope): QueueRef | undefined {
    const path = bindingPath(object, scope, tree) ?? pathOf(object, scope, tree);
    return path === undefined || path.root.kind === 'parameter' ? undefined : { kind: 'held', path };
  }

  function readRegistering(node: CallNode, scope: Scope): void {
    const [first, second] = node.arguments;
    if (first === undefined || second === undefined) return;
    if (first.type !== 'MemberExpression' && first.type !== 'Literal' && first.type !== 'TSAsExpression') return;
    if (
      second.type !== 'Identifier' &&
      second.type !== 'ArrowFunctionExpression' &&
      second.type !== 'FunctionExpression'
    )
      return;
    const callee = pathOf(node.callee, scope, tree);
    if (callee === undefined || callee.root.kind === 'parameter' || callee.root.kind === 'binding') return;
    registering.push({ callee, arguments: [read(first, scope), read(second, scope)], line: lines.lineAt(node.start) });
  }
}

function isNamed(node: Node, pattern: RegExp): boolean {
  return pattern.test(lastName(node) ?? '');
}

/** `Worker` of `new Worker(…)` where it comes from a package for queues. */
function madeOf(node: Extract<Node, { type: 'NewExpression' }>, scope: Scope, tree: ModuleTree): string | undefined {
  const path = pathOf(node.callee, scope, tree);
  if (path?.root.kind !== 'import' || !packages.has(path.root.specifier)) return undefined;
  const names = [path.root.name, ...path.steps].filter((name) => !['default', '*', '='].includes(name));
  return names.length === 0 ? 'Queue' : names.at(-1);
}

function contains(node: Node, inner: Node): boolean {
  if (node === inner) return true;
  return inner.start >= node.start && inner.end <= node.end && childrenOf(node).some((child) => contains(child, inner));
}
