import { modelOf, namedModel, recordOf } from '../stores/follow-values.ts';
import type { Model } from '../stores/model.ts';
import { touch, type Outcome, type StoreAccess } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue, Value } from '../values/value.ts';
import { client } from './define-entities.ts';
import { builderMethods, continueBuilding, startBuilding } from './query-builder.ts';

/** What methods of repositories, managers and active records do, and whether they give back records. */
const operations: Readonly<Record<string, { readonly modes: string; readonly records?: boolean }>> = {
  find: { modes: 'r', records: true },
  findBy: { modes: 'r', records: true },
  findOne: { modes: 'r', records: true },
  findOneBy: { modes: 'r', records: true },
  findOneById: { modes: 'r', records: true },
  findOneOrFail: { modes: 'r', records: true },
  findOneByOrFail: { modes: 'r', records: true },
  findByIds: { modes: 'r', records: true },
  findAndCount: { modes: 'r', records: true },
  findAndCountBy: { modes: 'r', records: true },
  findTrees: { modes: 'r', records: true },
  findRoots: { modes: 'r', records: true },
  findDescendants: { modes: 'r', records: true },
  findDescendantsTree: { modes: 'r', records: true },
  findAncestors: { modes: 'r', records: true },
  findAncestorsTree: { modes: 'r', records: true },
  countDescendants: { modes: 'r' },
  countAncestors: { modes: 'r' },
  preload: { modes: 'r', records: true },
  reload: { modes: 'r', records: true },
  count: { modes: 'r' },
  countBy: { modes: 'r' },
  exist: { modes: 'r' },
  exists: { modes: 'r' },
  existsBy: { modes: 'r' },
  sum: { modes: 'r' },
  average: { modes: 'r' },
  minimum: { modes: 'r' },
  maximum: { modes: 'r' },
  save: { modes: 'w', records: true },
  insert: { modes: 'w' },
  update: { modes: 'w' },
  upsert: { modes: 'rw' },
  delete: { modes: 'w' },
  remove: { modes: 'w', records: true },
  softDelete: { modes: 'w' },
  softRemove: { modes: 'w', records: true },
  restore: { modes: 'w' },
  recover: { modes: 'w', records: true },
  increment: { modes: 'w' },
  decrement: { modes: 'w' },
  clear: { modes: 'w' },
  create: { modes: '', records: true },
  merge: { modes: '', records: true },
};

export const methods = [
  ...Object.keys(operations),
  ...builderMethods,
  'getRepository',
  'getTreeRepository',
  'getCustomRepository',
  'withRepository',
  'transaction',
  'startTransaction',
  'createQueryRunner',
  'extend',
];

const unknownEntity = 'The entity is only known at run time.';

export function interpretCall(
  store: StoreValue,
  method: string,
  given: readonly Argument[],
  then: readonly string[],
  ask: Evaluator,
): Outcome | undefined {
  switch (store.role) {
    case 'repository':
    case 'model':
      return ofRepository(store, method, given, then, ask);
    case 'record':
      return ofRecord(store, method);
    case 'manager':
    case 'connection':
    case 'runner':
      return ofManager(store, method, given, then, ask);
    case 'builder':
      return continueBuilding(store, method, given, ask);
    default:
      return undefined;
  }
}

function ofRepository(
  store: StoreValue,
  method: string,
  given: readonly Argument[],
  then: readonly string[],
  ask: Evaluator,
): Outcome | undefined {
  const { model } = store;
  if (method === 'createQueryBuilder') return startBuilding(model, ask.text(given[0]), then);
  if (method === 'extend') {
    const added = ask.evaluate(given[0]);
    return { value: added === undefined ? store : { kind: 'several', options: [store, added] } };
  }
  if (method === 'getRepository') return { value: { ...store, role: 'repository' } };
  if (method === 'new') return { value: recordOf(model) };
  const operation = Object.hasOwn(operations, method) ? operations[method] : undefined;
  if (operation === undefined) return undefined;
  if (model === undefined)
    return store.open === undefined && operation.modes !== '' ? { unresolved: unknownEntity } : undefined;
  return perform(method, operation, model, given, ask);
}

function ofRecord(store: StoreValue, method: string): Outcome | undefined {
  const operation = Object.hasOwn(operations, method) ? operations[method] : undefined;
  if (operation === undefined || !/^(?:save|remove|softRemove|recover|reload)$/.test(method)) return undefined;
  return {
    accesses: [...touch(operation.modes, store.model), ...cascaded(store.model, operation.modes)],
    value: store,
  };
}

function ofManager(
  store: StoreValue,
  method: string,
  given: readonly Argument[],
  then: readonly string[],
  ask: Evaluator,
): Outcome | undefined {
  switch (method) {
    case 'getRepository':
    case 'getTreeRepository':
    case 'getMongoRepository':
      return repositoryOf(given[0], ask);
    case 'getCustomRepository':
    case 'withRepository':
      return { value: customRepository(given[0], ask) };
    case 'createQueryBuilder':
      return startBuilding(
        given.length === 0 ? undefined : namedModel(given[0], client, ask),
        ask.text(given[1]),
        then,
      );
    case 'createQueryRunner':
      return { value: { kind: 'store', client, role: 'runner' } };
    case 'startTransaction':
      return { transaction: true };
    case 'connect':
    case 'initialize':
      return { value: store };
    default:
  }
  const operation = Object.hasOwn(operations, method) ? operations[method] : undefined;
  if (
    operation === undefined ||
    (store.role === 'connection' && !/^(?:find|save)/.test(method)) ||
    store.role === 'runner'
  )
    return undefined;
  const named =
    modelOf(ask.evaluate(given[0]), ask) ??
    (ask.text(given[0]) === undefined ? undefined : namedModel(given[0], client, ask));
  if (named !== undefined) return perform(method, operation, named, given.slice(1), ask);
  const isOpen = ask.evaluate(given[0])?.kind === 'open';
  return operation.modes === '' ? undefined : { unresolved: unknownEntity, ...(isOpen ? { open: true } : {}) };
}

/** A repository of what an argument names; open when only callers know it. */
export function repositoryOf(argument: Argument | undefined, ask: Evaluator): Outcome {
  const model = namedModel(argument, client, ask);
  if (model !== undefined) return { value: { kind: 'store', client, role: 'repository', model } };
  const value = ask.evaluate(argument);
  if (value?.kind === 'open') return { value: { kind: 'store', client, role: 'repository', open: value } };
  return { value: { kind: 'store', client, role: 'repository' } };
}

export function customRepository(argument: Argument | undefined, ask: Evaluator): Value {
  const value = ask.evaluate(argument);
  return value?.kind === 'class' ? { ...value, kind: 'instance' } : value;
}

function perform(
  method: string,
  { modes, records }: { readonly modes: string; readonly records?: boolean },
  model: Model,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome {
  const related =
    modes === 'r'
      ? [...loaded(model, given, ask), ...eager(model)]
      : /^(?:save|remove|softRemove|recover)$/.test(method)
        ? cascaded(model, modes)
        : [];
  return {
    accesses: modes === '' ? [] : [...touch(modes, model), ...related],
    ...(records === true ? { value: recordOf(model) } : {}),
  };
}

/** `{ relations: ['items', 'items.product'] }`, `{ relations: { items: { product: true } } }`, `{ join: { … } }`. */
function loaded(model: Model, given: readonly Argument[], ask: Evaluator): StoreAccess[] {
  return given.flatMap((options) => {
    const relations = ask.property(options, 'relations');
    const joins = [
      ...ask.properties(ask.property(options, 'join', 'leftJoinAndSelect')),
      ...ask.properties(ask.property(options, 'join', 'innerJoinAndSelect')),
    ];
    return [
      ...(relations === undefined ? [] : readRelations(model, relations, ask)),
      ...joins.flatMap(([, path]) => readPath(model, (ask.text(path) ?? '').split('.').slice(1))),
    ];
  });
}

function readRelations(model: Model, relations: Argument, ask: Evaluator, depth = 0): StoreAccess[] {
  if (depth > 6) return [];
  const properties = ask.properties(relations);
  if (properties.length > 0) {
    return properties.flatMap(([name, inner]) => {
      if (ask.constant(inner) === false) return [];
      const target = model.relations.get(name)?.target();
      return [
        ...readPath(model, [name]),
        ...(target === undefined ? [] : readRelations(target, inner, ask, depth + 1)),
      ];
    });
  }
  return ask.items(relations).flatMap((item) => {
    const path = ask.text(item);
    return path === undefined ? [] : readPath(model, path.split('.'));
  });
}

function readPath(model: Model, path: readonly string[]): StoreAccess[] {
  const [name, ...rest] = path;
  const relation = name === undefined ? undefined : model.relations.get(name);
  const target = relation?.target();
  if (relation === undefined || target === undefined) return [];
  const through = relation.through?.();
  return [
    ...touch('r', target),
    ...(through === undefined ? [] : touch('r', { entity: through, kind: 'table' })),
    ...readPath(target, rest),
  ];
}

function eager(model: Model, seen = new Set<Model>()): StoreAccess[] {
  if (seen.has(model)) return [];
  seen.add(model);
  return [...model.relations].flatMap(([name, relation]) => {
    const target = relation.eager === true ? relation.target() : undefined;
    return target === undefined ? [] : [...readPath(model, [name]), ...eager(target, seen)];
  });
}

/** Relations that are saved with their owner. */
function cascaded(model: Model | undefined, modes: string): StoreAccess[] {
  if (model === undefined || modes !== 'w') return [];
  return [...model.relations.values()].flatMap((relation) => {
    if (relation.cascade !== true) return [];
    const through = relation.through?.();
    return [
      ...touch('w', relation.target()),
      ...touch('w', through === undefined ? undefined : { entity: through, kind: 'table' }),
    ];
  });
}
