import type { Findings, FoundAccess, FoundTransaction, Project } from '../../adapters/adapter.ts';
import type { Entity, EntityKind, SideEffect, Unresolved } from '../../facts/facts.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { createEvaluator } from '../values/evaluate.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { CallRecord, Expression, ModuleValues } from '../values/expression.ts';
import type { Environment, Value } from '../values/value.ts';
import { createModelRegistry, type ModelRegistry } from './model-registry.ts';
import type { Decorator, StoreAccess, StoreClient } from './store-client.ts';

type Values = ReadonlyMap<string, ModuleValues>;

/** What one call was found to do, in its own place or by the functions that it hands a store to. */
interface Found {
  readonly accesses: StoreAccess[];
  readonly reasons: string[];
  transaction: boolean;
  /** Only the callers of the function around it know the store. */
  open: boolean;
}

const mostRounds = 4;
const openReason = 'Only the callers of this function know what it is called on.';

/** Finds the models of all modules, then what each call does to which store. */
export function linkStores(values: Values, project: Project, clients: readonly StoreClient[]): Findings {
  const models = createModelRegistry();
  const used = usedClients(project, clients);
  const evaluator = () => createEvaluator(project, values, clients, models, (client) => used.has(client));
  const defining = evaluator();
  defineClasses(values, defining, clients);
  defineByCalls(values, defining, clients);
  models.finish();

  const ask = evaluator();
  const wrappers = new Map<string, CallRecord[]>();
  const wrapped = new Set<CallRecord>();
  /** Open calls that some caller gave a store to. */
  const closed = new Set<CallRecord>();
  const results = new Map<CallRecord, Found>();
  const calls = allCalls(values);
  for (let round = 0; round < mostRounds; round++) {
    const before = wrapped.size;
    for (const { module, record } of calls) {
      if (wrapped.has(record)) continue;
      const found = run(record, { module }, 0);
      results.set(record, found);
      if (!found.open || record.unit === '') continue;
      wrapped.add(record);
      const key = `${module}#${record.unit}`;
      wrappers.set(key, [...(wrappers.get(key) ?? []), record]);
    }
    if (wrapped.size === before) break;
  }
  const inherited = inheritedCalls();
  for (const record of closed) results.get(record)?.reasons.splice(0);
  return findings(calls, results, models, inherited);

  function run(record: CallRecord, environment: Environment, depth: number): Found {
    const found: Found = { accesses: [], reasons: [], open: false, transaction: false };
    const given = record.call.arguments.map((argument) => ({ expression: argument, environment }));
    const { of } = record.call;
    const method = of.kind === 'member' ? of.name : '()';
    const receiver = ask.evaluate({ expression: of.kind === 'member' ? of.of : of, environment });
    for (const option of receiver?.kind === 'several' ? receiver.options : [receiver]) read(option);
    if (depth < mostRounds) {
      for (const called of ask.calledFunction({ expression: record.call, environment })) {
        for (const inner of wrappers.get(`${called.module}#${called.unit}`) ?? []) {
          if (inner === record) continue;
          const deeper = run(inner, called.environment, depth + 1);
          if (deeper.accesses.length > 0) closed.add(inner);
          found.accesses.push(...deeper.accesses);
          found.open ||= deeper.open;
        }
      }
    }
    return found;

    function read(option: Value): void {
      if (option?.kind === 'open') {
        found.open = true;
        return;
      }
      const store = ask.storeOf(option);
      // A method of a class below which the models are: the model is the one it is called on.
      if (store?.role === 'base') found.open = true;
      if (store?.open !== undefined) {
        found.open = true;
        found.reasons.push(openReason);
      }
      const outcome = ask.invoke(option, method, given, record.followedBy);
      found.accesses.push(...(outcome?.accesses ?? []));
      if (outcome?.open === true) found.open = true;
      if (outcome?.transaction === true) found.transaction = true;
      if (outcome?.unresolved !== undefined) found.reasons.push(outcome.unresolved);
    }
  }

  /** Calls of methods that a class inherits from one with type parameters: `orders.findAll()` of `Repository<T>`. */
  function inheritedCalls(): FoundAccess[] {
    const accesses: FoundAccess[] = [];
    const recorded = new Set(calls.map(({ module, record }) => `${module} ${record.line} ${record.unit}`));
    for (const [module, summary] of project.modules) {
      for (const reference of summary.references) {
        if (reference.arguments === undefined || recorded.has(`${module} ${reference.line} ${reference.unit}`))
          continue;
        const last = reference.path.steps.at(-1);
        if (last === undefined || last === '()' || !wrappedNames().has(last)) continue;
        const call: CallRecord = {
          unit: reference.unit,
          call: { kind: 'call', of: expressionOf(reference.path, project, module), arguments: [] },
          followedBy: [],
          at: reference.at,
          line: reference.line,
        };
        for (const access of run(call, { module }, 0).accesses) accesses.push(place(module, call, access));
      }
    }
    return accesses;
  }

  function wrappedNames(): Set<string> {
    return new Set([...wrappers.keys()].map((key) => key.split(/[#.]/).at(-1) ?? ''));
  }
}

function place(module: string, record: CallRecord, { mode, entity }: StoreAccess): FoundAccess {
  return { module, unit: record.unit, entity, mode, at: record.at, line: record.line };
}

function findings(
  calls: readonly { readonly module: string; readonly record: CallRecord }[],
  results: ReadonlyMap<CallRecord, Found>,
  models: ModelRegistry,
  inherited: readonly FoundAccess[],
): Findings {
  const accesses: FoundAccess[] = [...inherited];
  const kinds = new Map<string, EntityKind>();
  const unresolved: Unresolved[] = [];
  const transactions: FoundTransaction[] = [];
  for (const { module, record } of calls) {
    const found = results.get(record);
    const told = new Set<string>();
    for (const access of found?.accesses ?? []) {
      kinds.set(access.entity, access.kind);
      const key = `${access.mode} ${access.entity}`;
      if (told.has(key)) continue;
      told.add(key);
      accesses.push(place(module, record, access));
    }
    if (found?.transaction === true && record.unit !== '')
      transactions.push({ kind: 'unit', module, unit: record.unit });
    for (const reason of new Set(found?.reasons))
      unresolved.push({ place: `${module}:${record.line}`, what: 'call', text: textOf(record.call), reason });
  }
  const sideEffects = models
    .hooks()
    .map(({ model, unit, place: at }): SideEffect => ({ entity: model.entity, kind: 'hook', unit, place: at }));
  return { accesses, entities: entitiesOf(models, kinds), transactions, unresolved, sideEffects };
}

function entitiesOf(models: ModelRegistry, kinds: ReadonlyMap<string, EntityKind>): Entity[] {
  const inUse = models.all().filter((model) => model.implied !== true || kinds.has(model.entity));
  const entities = inUse.map((model): Entity => ({
    id: model.entity,
    kind: model.kind,
    ...(model.references.size === 0 ? {} : { references: [...model.references].sort() }),
    place: `${model.module}:${model.line}`,
  }));
  for (const [id, references] of models.tables())
    entities.push({ id, kind: 'table', references: [...references].sort() });
  const known = new Set(entities.map((entity) => entity.id));
  for (const [id, kind] of kinds) if (!known.has(id)) entities.push({ id, kind });
  return entities;
}

function usedClients(project: Project, clients: readonly StoreClient[]): Set<string> {
  const used = new Set<string>();
  const packages = new Set<string>();
  for (const summary of project.modules.values())
    for (const { specifier } of summary.imports)
      if (!specifier.startsWith('.')) packages.add(specifier.replace(/^node:/, ''));
  for (const name of packages) for (const client of clients) if (client.packages.test(name)) used.add(client.name);
  return used;
}

function defineClasses(values: Values, ask: Evaluator, clients: readonly StoreClient[]): void {
  for (const [module, { classes, locals }] of values) {
    for (const [unit, record] of classes) {
      const environment = { module };
      const decorators = record.decorators.flatMap((decorator) => readDecorator(decorator, environment, locals, ask));
      const parent = record.parent === undefined ? undefined : ask.evaluate({ expression: record.parent, environment });
      for (const client of clients) client.defineClass?.({ module, unit, record, decorators, parent }, ask);
    }
  }
}

/** A decorator of a package with what it is given: `@Entity('orders')`. */
export function readDecorator(
  decorator: Expression,
  environment: Environment,
  locals: readonly Expression[],
  ask: Evaluator,
): Decorator[] {
  const expression = decorator.kind === 'local' ? (locals[decorator.index] ?? decorator) : decorator;
  const callee = ask.evaluate({ expression: expression.kind === 'call' ? expression.of : expression, environment });
  if (callee?.kind !== 'external') return [];
  const given = expression.kind === 'call' ? expression.arguments : [];
  return [{ external: callee, given: given.map((argument) => ({ expression: argument, environment })) }];
}

function defineByCalls(values: Values, ask: Evaluator, clients: readonly StoreClient[]): void {
  const methods = new Set(clients.flatMap((client) => client.defining ?? []));
  const byName = new Map(clients.map((client) => [client.name, client]));
  const found = allCalls(values).filter(({ record }) => methods.has(nameOf(record.call.of)));
  // Models first, then what joins them.
  for (const { module, record } of found) ask.evaluate({ expression: record.call, environment: { module } });
  for (const call of found) {
    const { of } = call.record.call;
    if (of.kind !== 'member') continue;
    const environment = { module: call.module };
    const receiver = ask.evaluate({ expression: of.of, environment });
    for (const option of receiver?.kind === 'several' ? receiver.options : [receiver]) {
      const store = ask.storeOf(option);
      if (store === undefined) continue;
      const given = call.record.call.arguments.map((argument) => ({ expression: argument, environment }));
      byName.get(store.client)?.define?.(store, of.name, given, call, ask);
    }
  }
}

function allCalls(values: Values): { readonly module: string; readonly record: CallRecord }[] {
  return [...values].flatMap(([module, { calls }]) => calls.map((record) => ({ module, record })));
}

function nameOf(callee: Expression): string {
  return callee.kind === 'member' || callee.kind === 'free' || callee.kind === 'import' ? callee.name : '';
}

/** The expression that a path of the symbol linker stands for. */
function expressionOf(path: SymbolPath, project: Project, module: string): Expression {
  const { root, steps } = path;
  let at: Expression;
  if (root.kind === 'import') at = { kind: 'import', specifier: root.specifier, name: root.name };
  else if (root.kind === 'unit') {
    const unit = project.modules.get(module)?.units.find((one) => one.name === root.name);
    at = { kind: 'unit', unit: root.name, is: unit?.kind ?? 'function' };
  } else return { kind: 'unknown' };
  const rest = [...steps];
  if (root.kind === 'unit' && rest[0] === 'new' && at.kind === 'unit' && at.is === 'class') {
    at = { kind: 'this', unit: root.name };
    rest.shift();
  }
  for (const step of rest) {
    at =
      step === '()'
        ? { kind: 'call', of: at, arguments: [] }
        : step === 'new'
          ? { kind: 'new', of: at, arguments: [] }
          : { kind: 'member', of: at, name: step };
  }
  return at;
}

/** How a call reads, without its arguments. */
function textOf(expression: Expression): string {
  switch (expression.kind) {
    case 'call':
      return `${textOf(expression.of)}(…)`;
    case 'new':
      return `new ${textOf(expression.of)}(…)`;
    case 'member':
      return `${textOf(expression.of)}.${expression.name}`;
    case 'import':
    case 'free':
    case 'parameter':
      return expression.name;
    case 'unit':
      return expression.unit;
    case 'this':
      return 'this';
    default:
      return '…';
  }
}
