import { modelOf, namedModel, recordOf } from '../stores/follow-values.ts';
import type { Model, Relation } from '../stores/model.ts';
import { touch, type Outcome, type StoreAccess } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue } from '../values/value.ts';
import { client } from './define-entities.ts';

const operations: Readonly<Record<string, { readonly modes: string; readonly records?: boolean }>> = {
  find: { modes: 'r', records: true },
  findAll: { modes: 'r', records: true },
  findOne: { modes: 'r', records: true },
  findOneOrFail: { modes: 'r', records: true },
  findAndCount: { modes: 'r', records: true },
  findByCursor: { modes: 'r', records: true },
  findById: { modes: 'r', records: true },
  count: { modes: 'r' },
  refresh: { modes: 'r', records: true },
  create: { modes: '', records: true },
  getReference: { modes: '', records: true },
  map: { modes: '', records: true },
  merge: { modes: '', records: true },
  assign: { modes: 'w', records: true },
  insert: { modes: 'w' },
  insertMany: { modes: 'w' },
  nativeInsert: { modes: 'w' },
  nativeUpdate: { modes: 'w' },
  nativeDelete: { modes: 'w' },
  upsert: { modes: 'rw', records: true },
  upsertMany: { modes: 'rw', records: true },
  persist: { modes: 'w' },
  persistLater: { modes: 'w' },
  persistAndFlush: { modes: 'w' },
  remove: { modes: 'w' },
  removeLater: { modes: 'w' },
  removeAndFlush: { modes: 'w' },
};

const builderReads = new Set([
  'leftJoin',
  'innerJoin',
  'join',
  'leftJoinAndSelect',
  'innerJoinAndSelect',
  'joinAndSelect',
]);

export const methods = [
  ...Object.keys(operations),
  ...builderReads,
  'populate',
  'getRepository',
  'createQueryBuilder',
  'qb',
  'fork',
  'transactional',
  'begin',
  'init',
  'loadItems',
  'loadCount',
  'add',
  'removeAll',
  'set',
  'update',
  'delete',
  'load',
  'wrap',
  'flush',
  '…assigned',
];

interface CollectionOf {
  readonly owner: Model;
  readonly relation: Relation;
}

export function interpretCall(
  store: StoreValue,
  method: string,
  given: readonly Argument[],
  followedBy: readonly string[],
  ask: Evaluator,
): Outcome | undefined {
  switch (store.role) {
    case 'manager':
      return ofManager(store, method, given, followedBy, ask);
    case 'repository':
      return ofRepository(store, method, given, followedBy, ask);
    case 'record':
      return ofRecord(store, method, given, ask);
    case 'builder':
      return ofBuilder(store, method, given, ask);
    case 'model':
      return method === 'new' ? { value: recordOf(store.model) } : undefined;
    default:
      return undefined;
  }
}

function ofManager(
  store: StoreValue,
  method: string,
  given: readonly Argument[],
  followedBy: readonly string[],
  ask: Evaluator,
): Outcome | undefined {
  if (method === 'fork' || method === 'getContext') return { value: store };
  if (method === 'begin') return { transaction: true };
  if (method === 'populate')
    return {
      accesses: populated(modelOf(ask.evaluate(given[0]), ask), given[1], ask),
      value: recordOf(modelOf(ask.evaluate(given[0]), ask)),
    };
  const operation = Object.hasOwn(operations, method) ? operations[method] : undefined;
  if (method !== 'getRepository' && method !== 'createQueryBuilder' && method !== 'qb' && operation === undefined)
    return undefined;
  const named = namedModel(given[0], client, ask);
  const value = ask.evaluate(given[0]);
  const open = value?.kind === 'open' ? value : undefined;
  if (method === 'getRepository') {
    return {
      value: {
        kind: 'store',
        client,
        role: 'repository',
        ...(named === undefined ? {} : { model: named }),
        ...(open === undefined ? {} : { open }),
      },
    };
  }
  if (operation === undefined) return startBuilding(named, ask.text(given[1]), followedBy);
  if (named === undefined) {
    if (operation.modes === '') return undefined;
    return { unresolved: 'The entity is only known at run time.', ...(open === undefined ? {} : { open: true }) };
  }
  return perform(operation, named, given.slice(1), ask);
}

function ofRepository(
  store: StoreValue,
  method: string,
  given: readonly Argument[],
  followedBy: readonly string[],
  ask: Evaluator,
): Outcome | undefined {
  const { model } = store;
  if (method === 'createQueryBuilder' || method === 'qb') return startBuilding(model, ask.text(given[0]), followedBy);
  if (method === 'getEntityManager') return { value: { kind: 'store', client, role: 'manager' } };
  if (method === 'populate') return { accesses: populated(model, given[1], ask) };
  const operation = Object.hasOwn(operations, method) ? operations[method] : undefined;
  if (operation === undefined) return undefined;
  if (model === undefined)
    return store.open === undefined && operation.modes !== ''
      ? { unresolved: 'The entity is only known at run time.' }
      : undefined;
  return perform(operation, model, given, ask);
}

function perform(
  { modes, records }: { readonly modes: string; readonly records?: boolean },
  model: Model,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome {
  const loaded = modes.includes('r')
    ? given.flatMap((options) =>
        populated(
          model,
          ask.property(options, 'populate') ?? (ask.evaluate(options)?.kind === 'list' ? options : undefined),
          ask,
        ),
      )
    : [];
  const eager =
    modes === 'r'
      ? [...model.relations.values()].flatMap((relation) =>
          relation.eager === true ? touch('r', relation.target()) : [],
        )
      : [];
  return {
    accesses: modes === '' ? [] : [...touch(modes, model), ...loaded, ...eager],
    ...(records === true ? { value: recordOf(model) } : {}),
  };
}

/** A record, or a collection of it: `author.books.add(book)`. */
function ofRecord(store: StoreValue, method: string, given: readonly Argument[], ask: Evaluator): Outcome | undefined {
  const collection = store.detail as CollectionOf | undefined;
  const { model } = store;
  switch (method) {
    case 'assign':
    case '…assigned':
      return { accesses: touch('w', model), value: store };
    case 'populate':
      return { accesses: populated(model, given[0], ask), value: store };
    case 'init':
    case 'load':
    case 'loadItems':
    case 'loadCount':
    case 'matching': {
      const through = collection?.relation.through?.();
      return {
        accesses: [
          ...touch('r', model),
          ...(through === undefined ? [] : touch('r', { entity: through, kind: 'table' })),
        ],
        value: store,
      };
    }
    case 'add':
    case 'remove':
    case 'removeAll':
    case 'set': {
      if (collection === undefined) return undefined;
      const through = collection.relation.through?.();
      return { accesses: touch('w', through === undefined ? model : { entity: through, kind: 'table' }), value: store };
    }
    case 'getItems':
    case 'unwrap':
    case 'getEntity':
    case 'toReference':
      return { value: store };
    default:
      return undefined;
  }
}

/** `populate: ['author', 'comments.author']`. */
function populated(model: Model | undefined, paths: Argument | undefined, ask: Evaluator): StoreAccess[] {
  if (model === undefined || paths === undefined) return [];
  return ask.items(paths).flatMap((item) => {
    const path = ask.text(item);
    return path === undefined ? [] : along(model, path.split('.'));
  });
}

function along(model: Model, [name, ...rest]: readonly string[]): StoreAccess[] {
  const relation = name === undefined ? undefined : model.relations.get(name);
  const target = relation?.target();
  if (relation === undefined || target === undefined) return [];
  const through = relation.through?.();
  return [
    ...touch('r', target),
    ...(through === undefined ? [] : touch('r', { entity: through, kind: 'table' })),
    ...along(target, rest),
  ];
}

function startBuilding(model: Model | undefined, alias: string | undefined, followedBy: readonly string[]): Outcome {
  const writes = followedBy.some((method) => /^(?:insert|update|delete|truncate)$/.test(method));
  const aliases = new Map<string, Model>();
  if (model !== undefined && alias !== undefined) aliases.set(alias, model);
  return {
    accesses: writes ? [] : touch('r', model),
    value: { kind: 'store', client, role: 'builder', ...(model === undefined ? {} : { model }), detail: aliases },
  };
}

function ofBuilder(store: StoreValue, method: string, given: readonly Argument[], ask: Evaluator): Outcome | undefined {
  if (/^(?:insert|update|delete|truncate)$/.test(method)) return { accesses: touch('w', store.model), value: store };
  if (/^(?:getResult|getResultList|getSingleResult|execute|getResultAndCount)$/.test(method))
    return { value: recordOf(store.model) };
  if (!builderReads.has(method)) return { value: store };
  const aliases = new Map(store.detail as ReadonlyMap<string, Model> | undefined);
  const [alias = '', name = ''] = (ask.text(given[0]) ?? '').split('.');
  const relation = (aliases.get(alias) ?? store.model)?.relations.get(name === '' ? alias : name);
  const target = relation?.target();
  const called = ask.text(given[1]);
  if (target !== undefined && called !== undefined) aliases.set(called, target);
  const through = relation?.through?.();
  return {
    accesses: [...touch('r', target), ...(through === undefined ? [] : touch('r', { entity: through, kind: 'table' }))],
    value: { ...store, detail: aliases },
    ...(target === undefined ? { unresolved: 'The joined relation is not known.' } : {}),
  };
}
