import { touch, type Outcome, type StoreClient } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue, Value } from '../values/value.ts';
import { pipelineAccesses } from './pipeline.ts';

const client = 'mongodb';
/** The driver, and stores that are spoken to as it is. */
const packages = /^(?:mongodb|mongodb-legacy|marsdb|nedb|nedb-promises|@seald-io\/nedb|mongojs|mongoist|monk)$/;

const operations: Readonly<Record<string, string>> = {
  find: 'r',
  findOne: 'r',
  count: 'r',
  countDocuments: 'r',
  estimatedDocumentCount: 'r',
  distinct: 'r',
  aggregate: 'r',
  watch: 'r',
  mapReduce: 'r',
  findAsync: 'r',
  findOneAsync: 'r',
  findOneAndUpdate: 'rw',
  findOneAndDelete: 'rw',
  findOneAndReplace: 'rw',
  findAndModify: 'rw',
  findAndRemove: 'rw',
  insert: 'w',
  insertOne: 'w',
  insertMany: 'w',
  update: 'w',
  updateOne: 'w',
  updateMany: 'w',
  replaceOne: 'w',
  remove: 'w',
  deleteOne: 'w',
  deleteMany: 'w',
  bulkWrite: 'w',
  save: 'w',
  drop: 'w',
  initializeOrderedBulkOp: 'w',
  initializeUnorderedBulkOp: 'w',
  insertAsync: 'w',
  updateAsync: 'w',
  removeAsync: 'w',
};

/** The native MongoDB driver: databases, collections and what is done to them. */
export const mongodb: StoreClient = {
  name: client,
  packages,
  methods: [...Object.keys(operations), 'collection', 'db', 'startTransaction'],
  external({ package: name, names }, given, ask) {
    if (!packages.test(name)) return undefined;
    const path = names.join('.');
    if (/^(?:MongoClient\.new|(?:MongoClient\.)?connect\.\(\))$/.test(path)) return role('client');
    if (name === 'marsdb' && path === 'Collection.new') return collectionOf(given[0], ask);
    if (/nedb/.test(name) && /(?:^|\.)(?:new|create\.\(\))$/.test(path)) return datastore(given[0], ask);
    if (/^(?:mongojs|mongoist|monk)$/.test(name) && (path === '()' || path === 'new')) return role('database');
    return undefined;
  },
  type(name, type) {
    if (!packages.test(name)) return undefined;
    if (type === 'Db') return role('database');
    if (type === 'MongoClient') return role('client');
    if (type === 'ClientSession') return role('session');
    return type === 'Collection' ? role('collection') : undefined;
  },
  named: (name) =>
    /^(?:db|database|mongodb|mongo|dbclient|dbClient|mongoClient|getDb|getDB)$/.test(name)
      ? role('database')
      : undefined,
  member(store, name, ask) {
    if (store.role === 'collection' && (name === 'name' || name === 'collectionName') && store.model !== undefined)
      return { kind: 'text', module: '', pieces: [{ kind: 'text', text: store.model.entity }] };
    if (store.role !== 'database') return undefined;
    const model = ask.models.byName(name);
    if (model !== undefined) return { kind: 'store', client: model.client, role: 'model', model };
    return name === 'db' || name === 'client' ? store : undefined;
  },
  call(store, method, given, _then, ask) {
    switch (store.role) {
      case 'client':
      case 'database':
        if (method === 'collection' || method === 'get') return { value: collectionOf(given[0], ask) };
        if (method === 'startSession') return { value: role('session') };
        return method === 'db' || method === 'connect' || method === '()' ? { value: role('database') } : undefined;
      case 'session':
        return method === 'startTransaction' ? { transaction: true } : undefined;
      case 'collection':
        return ofCollection(store, method, given, ask);
      default:
        return undefined;
    }
  },
};

function ofCollection(
  store: StoreValue,
  method: string,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome | undefined {
  if (method === 'aggregate')
    return { accesses: [...touch('r', store.model), ...pipelineAccesses(given[0], ask)], ...unknown(store) };
  const modes = Object.hasOwn(operations, method) ? operations[method] : undefined;
  return modes === undefined ? undefined : { accesses: touch(modes, store.model), ...unknown(store) };
}

function unknown(store: StoreValue): Outcome {
  return store.model === undefined && store.open === undefined
    ? { unresolved: 'The collection is only named at run time.' }
    : {};
}

/** A collection by its name; open when only callers know it. */
export function collectionOf(name: Argument | undefined, ask: Evaluator): Value {
  const options = ask.texts(name).filter((text) => text.length > 0 && text.every((piece) => piece !== undefined));
  if (options.length === 0) {
    const value = ask.evaluate(name);
    return { kind: 'store', client, role: 'collection', ...(value?.kind === 'open' ? { open: value } : {}) };
  }
  const stores = options.map((text): StoreValue => collectionNamed(text.join('')));
  return stores.length === 1 ? stores[0] : { kind: 'several', options: stores };
}

export function collectionNamed(entity: string): StoreValue {
  return {
    kind: 'store',
    client,
    role: 'collection',
    model: {
      client,
      name: entity,
      entity,
      kind: 'collection',
      module: '',
      line: 1,
      relations: new Map(),
      references: new Set(),
    },
  };
}

/** NeDB keeps one collection in one file. */
function datastore(given: Argument | undefined, ask: Evaluator): Value {
  const file = ask.text(ask.property(given, 'filename')) ?? ask.text(given);
  const name = file
    ?.split('/')
    .at(-1)
    ?.replace(/\.\w+$/, '');
  return name === undefined ? role('collection') : collectionNamed(name);
}

export function role(name: string): StoreValue {
  return { kind: 'store', client, role: name };
}
