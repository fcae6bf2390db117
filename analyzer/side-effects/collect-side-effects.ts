import type { StateKind } from '../facts/facts.ts';
import type { ModuleTree } from '../source/module-tree.ts';
import type { LineIndex } from '../source/place.ts';
import { pathOf } from '../source/resolve-local.ts';
import { lookup, unitOf, type Declaration, type Scope } from '../source/scopes.ts';
import { childrenOf, isFunction, lastName, staticKey, unwrap, type Node } from '../source/syntax-tree.ts';
import type { FoundEffect, FoundState, SideEffectSummary } from './side-effects-summary.ts';

/** What of a module outlives a request or reaches beyond its database: state, timers, settings, mail, search, jobs. */
export function collectSideEffects(tree: ModuleTree, lines: LineIndex): SideEffectSummary | undefined {
  const states = collectStates(tree, lines);
  const timers = collectTimers(tree, lines);
  const environment = collectEnvironment(tree, lines);
  const effects = collectEffects(tree, lines);
  return states.length + timers.length + environment.length + effects.length === 0
    ? undefined
    : { states, timers, environment, effects };
}

const mutating = new Set([
  'set',
  'add',
  'delete',
  'clear',
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'put',
  'del',
  'sort',
  'fill',
  'enqueue',
  'dequeue',
  'remove',
  'reset',
]);

/** Top-level names whose value a function of the module changes, and objects that are made to be shared. */
function collectStates(tree: ModuleTree, lines: LineIndex): FoundState[] {
  const writers = new Map<Declaration, Set<string>>();
  const write = (name: Node, scope: Scope) => {
    const root = rootOf(name);
    if (root === undefined) return;
    const declaration = lookup(scope, root.name, root.start);
    if (declaration?.kind !== 'value' || declaration.scope !== tree.module) return;
    // At the top level a module sets itself up; only what functions change is state.
    if (scope === tree.module) return;
    writers.set(declaration, (writers.get(declaration) ?? new Set()).add(unitOf(scope)));
  };
  for (const { node, scope } of tree.assignments) write(node.left, scope);
  for (const { node, scope } of tree.calls) {
    const callee = unwrap(node.callee);
    if (callee.type === 'MemberExpression' && mutating.has(staticKey(callee.property, callee.computed) ?? ''))
      write(callee.object, scope);
  }
  for (const { node, scope } of changesOf(tree)) write(node, scope);
  const states: FoundState[] = [];
  for (const [name, declarations] of tree.module.declarations) {
    for (const { at, declaration } of declarations) {
      if (declaration.kind !== 'value') continue;
      const changed = writers.get(declaration);
      const kind = kindOf(declaration.init, tree, changed !== undefined, name);
      if (kind !== undefined) states.push({ name, kind, line: lines.lineAt(at), writers: [...(changed ?? [])].sort() });
    }
  }
  return states;
}

const caches =
  /^(?:lru-cache|node-cache|quick-lru|tiny-lru|memory-cache|ttl-lru-cache|@isaacs\/ttlcache|mnemonist|flat-cache|keyv)(?:\/|$)/;
const emitters =
  /^(?:events|eventemitter2|eventemitter3|mitt|nanoevents|emittery|typed-emitter|tiny-typed-emitter|rxjs)$/;
const locks = /^(?:async-mutex|async-lock|await-lock|p-limit|p-queue|bottleneck|semaphore-async-await|mutexify)$/;
const sessions =
  /^(?:express-session|cookie-session|koa-session|@fastify\/session|@fastify\/secure-session|iron-session)$/;
const dull =
  /^(?:(?:next-?)?id|app|server|router|logger|log|exports|module|instance|client|db|pool|connection|sequelize)$/i;

/** What a top-level value is when it lives on: by the package that made it, or because functions change it. */
function kindOf(init: Node | undefined, tree: ModuleTree, changed: boolean, name: string): StateKind | undefined {
  const made = init === undefined ? undefined : unwrap(init);
  if (made?.type === 'NewExpression' || made?.type === 'CallExpression') {
    const path = pathOf(made.callee, tree.module, tree);
    const from = path?.root.kind === 'import' ? path.root.specifier.replace(/^node:/, '') : undefined;
    if (from !== undefined) {
      const last = path?.steps.at(-1) ?? (path?.root.kind === 'import' ? path.root.name : '');
      if (caches.test(from)) return 'cache';
      if (emitters.test(from) && (from !== 'rxjs' || last.endsWith('Subject')) && last !== 'once' && last !== 'require')
        return 'emitter';
      if (locks.test(from)) return 'lock';
      if (sessions.test(from)) return 'session';
    }
    const maker = lastName(made.callee) ?? '';
    if (/EventEmitter$|Emitter2$/.test(maker)) return 'emitter';
    if (/^(?:Mutex|Semaphore|AsyncLock)$/.test(maker)) return 'lock';
  }
  if (!changed) return undefined;
  if (/cache|memo/i.test(name)) return 'cache';
  return dull.test(name) && made === undefined ? undefined : 'variable';
}

/** `x++`, `delete x.y`: neither assigns. */
function changesOf(tree: ModuleTree): { readonly node: Node; readonly scope: Scope }[] {
  const found: { readonly node: Node; readonly scope: Scope }[] = [];
  const pending: { readonly node: Node; readonly scope: Scope }[] = [{ node: tree.program, scope: tree.module }];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const { node } = at;
    const scope = tree.scopeOf.get(node) ?? at.scope;
    if (node.type === 'UpdateExpression') found.push({ node: node.argument, scope });
    if (node.type === 'UnaryExpression' && node.operator === 'delete') found.push({ node: node.argument, scope });
    for (const child of childrenOf(node)) pending.push({ node: child, scope });
  }
  return found;
}

function rootOf(node: Node): Extract<Node, { type: 'Identifier' }> | undefined {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return inner;
  return inner.type === 'MemberExpression' ? rootOf(inner.object) : undefined;
}

function collectTimers(tree: ModuleTree, lines: LineIndex): SideEffectSummary['timers'] {
  return tree.calls.flatMap(({ node, scope }) => {
    const callee = unwrap(node.callee);
    const name = callee.type === 'Identifier' ? callee.name : undefined;
    return name === 'setInterval' ? [{ unit: unitOf(scope), name, line: lines.lineAt(node.start) }] : [];
  });
}

/** `process.env.KEY`, `const { KEY } = process.env`, `import.meta.env.KEY`, and settings by name: `config.get('mail.host')`. */
function collectEnvironment(tree: ModuleTree, lines: LineIndex): SideEffectSummary['environment'] {
  const found: { unit: string; key: string; line: number }[] = [];
  for (const { node, scope } of tree.chains) {
    const key = environmentKey(node);
    if (key !== undefined) found.push({ unit: unitOf(scope), key, line: lines.lineAt(node.start) });
  }
  for (const { node, scope } of tree.calls) {
    const callee = unwrap(node.callee);
    if (callee.type !== 'MemberExpression') continue;
    const method = staticKey(callee.property, callee.computed);
    const holder = lastName(callee.object) ?? '';
    const [first] = node.arguments;
    if (
      (method === 'get' || method === 'getOrThrow') &&
      /^config(?:Service)?$|ConfigService$/.test(holder) &&
      first?.type === 'Literal' &&
      typeof first.value === 'string'
    )
      found.push({ unit: unitOf(scope), key: first.value, line: lines.lineAt(node.start) });
  }
  for (const declarations of declarationsOf(tree)) {
    const { init, keys, scope } = declarations.declaration;
    const [key] = keys;
    if (key !== undefined && keys.length === 1 && init !== undefined && isEnvironment(unwrap(init)) && key !== '…')
      found.push({ unit: unitOf(scope), key, line: lines.lineAt(declarations.at) });
  }
  return found;
}

function declarationsOf(tree: ModuleTree) {
  return [tree.module, ...tree.scopeOf.values()].flatMap((scope) =>
    [...scope.declarations.values()].flatMap((list) =>
      list.flatMap(({ at, declaration }) => (declaration.kind === 'value' ? [{ at, declaration }] : [])),
    ),
  );
}

function environmentKey(node: Node): string | undefined {
  const inner = unwrap(node);
  if (inner.type !== 'MemberExpression') return undefined;
  return isEnvironment(unwrap(inner.object)) ? staticKey(inner.property, inner.computed) : environmentKey(inner.object);
}

function isEnvironment(node: Node): boolean {
  if (node.type !== 'MemberExpression' || staticKey(node.property, node.computed) !== 'env') return false;
  const object = unwrap(node.object);
  return (object.type === 'Identifier' && object.name === 'process') || object.type === 'MetaProperty';
}

const mailers =
  /^(?:nodemailer|@sendgrid\/mail|@sendgrid\/\w+|resend|postmark|mailgun(?:\.js|-js)|@nestjs-modules\/mailer|node-mailjet|@aws-sdk\/client-ses(?:v2)?|@getbrevo\/brevo|mailersend|email-templates)$/;
const searchers =
  /^(?:@elastic\/elasticsearch|elasticsearch|@opensearch-project\/opensearch|algoliasearch|meilisearch|typesense|@nestjs\/elasticsearch|solr-client)$/;
const queues =
  /^(?:bull|bullmq|@nestjs\/bull|@nestjs\/bullmq|agenda|bee-queue|pg-boss|kue|graphile-worker|amqplib|kafkajs|@aws-sdk\/client-sqs|@google-cloud\/(?:pubsub|tasks)|@google-cloud\/pubsub)$/;
const sending: readonly (readonly [FoundEffect['kind'], RegExp, RegExp])[] = [
  ['mail', mailers, /^(?:sendMail|send|sendEmail|sendMultiple|sendTemplate|sendEmailWithTemplate)$/],
  [
    'search',
    searchers,
    /^(?:index|bulk|update|delete|deleteByQuery|updateByQuery|saveObjects?|partialUpdateObjects?|deleteObjects?|addDocuments|updateDocuments|deleteDocuments?|upsert|import)$/,
  ],
  [
    'job',
    queues,
    /^(?:add|addBulk|addJob|addJobs|now|schedule|every|enqueue|createJob|send|publish|sendToQueue|produce|insert|publishMessage|emit)$/,
  ],
];

/** Calls that send mail, change a search index or put a job or message out: by the package of what they are called on, or of its type. */
function collectEffects(tree: ModuleTree, lines: LineIndex): FoundEffect[] {
  const kindsHere = sending.filter(([, packages]) => importsOf(tree).some((specifier) => packages.test(specifier)));
  if (kindsHere.length === 0) return [];
  const fields = typedFields(tree);
  return tree.calls.flatMap(({ node, scope }): FoundEffect[] => {
    const callee = unwrap(node.callee);
    const method = callee.type === 'MemberExpression' ? staticKey(callee.property, callee.computed) : undefined;
    if (callee.type !== 'MemberExpression' || method === undefined) return [];
    const from = packageOf(callee.object, scope, tree, fields);
    for (const [kind, packages, methods] of kindsHere) {
      if (from !== undefined && packages.test(from) && methods.test(method))
        return [{ unit: unitOf(scope), kind, line: lines.lineAt(node.start) }];
    }
    return [];
  });
}

function importsOf(tree: ModuleTree): string[] {
  const imported: string[] = [];
  for (const declarations of tree.module.declarations.values()) {
    for (const { declaration } of declarations) {
      if (declaration.kind === 'import') imported.push(declaration.specifier);
      else if (declaration.kind === 'value' && declaration.init !== undefined) {
        const path = pathOf(declaration.init, tree.module, tree);
        if (path?.root.kind === 'import') imported.push(path.root.specifier);
      }
    }
  }
  return imported;
}

/** The package of a field's or a parameter's type: `constructor(private queue: Queue)`. */
function typedFields(tree: ModuleTree): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [node, scope] of tree.scopeOf) {
    if (!isFunction(node)) continue;
    for (const [name, list] of scope.declarations) {
      for (const { declaration } of list) {
        if (declaration.kind !== 'parameter' || declaration.type === undefined) continue;
        const type = lookup(tree.module, declaration.type, Number.MAX_SAFE_INTEGER);
        if (type?.kind === 'import') fields.set(name, type.specifier);
      }
    }
  }
  for (const { node, scope } of tree.assignments) {
    if (node.left.type !== 'MemberExpression' || node.left.object.type !== 'ThisExpression') continue;
    const name = staticKey(node.left.property, node.left.computed);
    const path = pathOf(node.right, scope, tree);
    if (name !== undefined && path?.root.kind === 'import') fields.set(name, path.root.specifier);
  }
  return fields;
}

function packageOf(
  node: Node,
  scope: Scope,
  tree: ModuleTree,
  fields: ReadonlyMap<string, string>,
): string | undefined {
  const inner = unwrap(node);
  const path = pathOf(inner, scope, tree);
  if (path?.root.kind === 'import') return path.root.specifier;
  if (inner.type === 'MemberExpression' && inner.object.type === 'ThisExpression')
    return fields.get(staticKey(inner.property, inner.computed) ?? '');
  if (inner.type === 'Identifier') return fields.get(inner.name);
  return inner.type === 'CallExpression'
    ? packageOf(inner.callee, scope, tree, fields)
    : inner.type === 'MemberExpression'
      ? packageOf(inner.object, scope, tree, fields)
      : undefined;
}
