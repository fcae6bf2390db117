import type { Located, ModuleTree } from '../source/module-tree.ts';
import type { LineIndex } from '../source/place.ts';
import { lookup, unitOf, type Scope } from '../source/scopes.ts';
import { isClass, isFunction, lastName, staticKey, unwrap, type CallNode, type Node } from '../source/syntax-tree.ts';

/** A stretch of a module that runs in one transaction: `withTransaction(pool, async (client) => …)`. */
export interface TransactionRecord {
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  /** The name of its client; functions that are handed it run in the transaction too. */
  readonly client: string | undefined;
  readonly line: number;
}

const opens = /transaction|^(?:with|in|run)?tx$|^withTx|inTx$|^atomic/i;
/** `findTransactions(…)`: the word means money, not a database. */
const business =
  /^(?:create|find|get|list|load|process|update|delete|remove|fetch|is|has|map|save|add|handle|parse|format|filter|sign|send|verify|validate|count|import|export|on)[A-Z]?\w*transactions?(?:s|By\w*|For\w*)?$/i;
const runners = new Set(['execute', 'run', 'do', 'start', 'complete']);
const begins = /^(?:startTransaction|beginTransaction|begin)$/;
const ends = /^(?:commit|rollback|commitTransaction|abortTransaction|rollbackTransaction|endSession|release)$/;

/** What of a module runs in a transaction, whichever client or ORM opens it: callbacks, lists, decorated methods, `begin … commit`. */
export function collectTransactions(tree: ModuleTree, lines: LineIndex): TransactionRecord[] {
  return [
    ...tree.calls.flatMap((call) => readCall(call, lines)),
    ...decoratedMethods(tree, lines),
    ...manualTransactions(tree, lines),
  ];
}

function readCall({ node, scope }: Located<CallNode>, lines: LineIndex): TransactionRecord[] {
  if (!opensTransaction(node)) return [];
  const record = { unit: unitOf(scope), line: lines.lineAt(node.start) };
  return node.arguments.flatMap((argument): TransactionRecord[] => {
    const given = heldBy(argument, scope);
    if (isFunction(given)) {
      const [client] = given.params;
      const name = client?.type === 'Identifier' ? client.name : undefined;
      return [{ ...record, from: given.start, to: given.end, client: name }];
    }
    // `prisma.$transaction([prisma.a.create(…), …])`, also where the list is made before.
    return given.type === 'ArrayExpression' && lastName(node.callee) === '$transaction'
      ? [{ ...record, from: given.start, to: given.end, client: undefined }]
      : [];
  });
}

/** `….transaction(cb)`, `db.transaction().execute(cb)`, `sql.begin(cb)`, `unitOfWork.run(cb)`. */
function opensTransaction(call: CallNode): boolean {
  const name = lastName(call.callee);
  if (name === undefined) return false;
  if (opens.test(name)) return !business.test(name);
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return false;
  const holder = lastName(callee.object) ?? '';
  if (name === 'begin') return true;
  return runners.has(name) && (startsTransaction(callee.object) || /^(?:uow|unitOfWork|_?unitOfWork)$/i.test(holder));
}

/** `db.transaction().setIsolationLevel('serializable')`. */
function startsTransaction(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.type !== 'CallExpression') return false;
  const callee = unwrap(inner.callee);
  if (callee.type !== 'MemberExpression') return false;
  return staticKey(callee.property, callee.computed) === 'transaction' || startsTransaction(callee.object);
}

function heldBy(argument: Node, scope: Scope): Node {
  const inner = unwrap(argument);
  const declaration = inner.type === 'Identifier' ? lookup(scope, inner.name, inner.start) : undefined;
  return declaration?.kind === 'value' && declaration.init !== undefined && declaration.keys.length === 0
    ? unwrap(declaration.init)
    : inner;
}

/** `@Transactional()` on a method, or on its class. */
function decoratedMethods(tree: ModuleTree, lines: LineIndex): TransactionRecord[] {
  return [...tree.scopeOf.keys()].flatMap((node) => {
    if (!isClass(node)) return [];
    const whole = node.decorators.some(isTransactional);
    return node.body.body.flatMap((member): TransactionRecord[] => {
      if (member.type !== 'MethodDefinition' || member.kind !== 'method') return [];
      const unit = tree.scopeOf.get(member.value)?.unit;
      if (unit === undefined || !(whole || member.decorators.some(isTransactional))) return [];
      const { start: from, end: to } = member.value;
      return [{ unit, from, to, client: undefined, line: lines.lineAt(member.key.start) }];
    });
  });
}

function isTransactional(decorator: Extract<Node, { type: 'Decorator' }>): boolean {
  const expression = unwrap(decorator.expression);
  const name = lastName(expression.type === 'CallExpression' ? expression.callee : expression);
  return name !== undefined && /^(?:Use)?Transaction(?:al)?$/.test(name);
}

/** From `queryRunner.startTransaction()` or `const trx = await knex.transaction()` to the last commit or rollback on it. */
function manualTransactions(tree: ModuleTree, lines: LineIndex): TransactionRecord[] {
  return tree.calls.flatMap(({ node, scope }): TransactionRecord[] => {
    const callee = unwrap(node.callee);
    if (callee.type !== 'MemberExpression' || node.arguments.some((one) => isFunction(unwrap(one)))) return [];
    const name = staticKey(callee.property, callee.computed) ?? '';
    const client = begins.test(name)
      ? lastName(callee.object)
      : name === 'transaction' || name === 'transactionProvider'
        ? variableOf(node, scope)
        : undefined;
    if (client === undefined) return [];
    const last = tree.calls
      .filter(({ node: other, scope: within }) => within === scope && other.start > node.start && endsOn(other, client))
      .at(-1);
    return last === undefined
      ? []
      : [{ unit: unitOf(scope), from: node.start, to: last.node.end, client, line: lines.lineAt(node.start) }];
  });
}

/** The variable that is given what a call gives back. */
function variableOf(call: CallNode, scope: Scope): string | undefined {
  for (const [name, declarations] of scope.declarations) {
    for (const { declaration } of declarations)
      if (declaration.kind === 'value' && declaration.init !== undefined && unwrap(declaration.init) === call)
        return name;
  }
  return undefined;
}

function endsOn(call: CallNode, client: string): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || !ends.test(staticKey(callee.property, callee.computed) ?? '')) return false;
  return lastName(callee.object) === client;
}
