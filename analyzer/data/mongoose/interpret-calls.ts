import { pipelineAccesses, stageAccesses } from '../mongodb/pipeline.ts';
import { collectionNamed, collectionOf, role as mongodbRole } from '../mongodb/index.ts';
import { recordOf } from '../stores/follow-values.ts';
import type { Model, Relation } from '../stores/model.ts';
import { touch, type Outcome, type StoreAccess } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue } from '../values/value.ts';
import { addModel, client, defineModel, modelName, schemaOf } from './schemas.ts';

const ofModel: Readonly<Record<string, string>> = {
  find: 'r',
  findOne: 'r',
  findById: 'r',
  findByIds: 'r',
  count: 'r',
  countDocuments: 'r',
  estimatedDocumentCount: 'r',
  distinct: 'r',
  exists: 'r',
  where: 'r',
  mapReduce: 'r',
  paginate: 'r',
  watch: 'r',
  findOneOrFail: 'r',
  findWithDeleted: 'r',
  findOneWithDeleted: 'r',
  findOneAndUpdate: 'rw',
  findByIdAndUpdate: 'rw',
  findOneAndDelete: 'rw',
  findByIdAndDelete: 'rw',
  findOneAndRemove: 'rw',
  findByIdAndRemove: 'rw',
  findOneAndReplace: 'rw',
  findOrCreate: 'rw',
  create: 'w',
  insertMany: 'w',
  insertOne: 'w',
  update: 'w',
  updateOne: 'w',
  updateMany: 'w',
  replaceOne: 'w',
  remove: 'w',
  deleteOne: 'w',
  deleteMany: 'w',
  bulkWrite: 'w',
  bulkSave: 'w',
  restore: 'w',
  delete: 'w',
  deleteById: 'w',
};

const ofRecord: Readonly<Record<string, string>> = {
  save: 'w',
  remove: 'w',
  deleteOne: 'w',
  deleteMany: 'w',
  delete: 'w',
  update: 'w',
  updateOne: 'w',
  updateMany: 'w',
  replaceOne: 'w',
  restore: 'w',
  findOneAndUpdate: 'w',
  findOneAndDelete: 'w',
  findOneAndRemove: 'w',
};

export const methods = [
  ...Object.keys(ofModel),
  ...Object.keys(ofRecord),
  'aggregate',
  'aggregatePaginate',
  'populate',
  'lookup',
  'graphLookup',
  'unionWith',
  'model',
  'startTransaction',
  'collection',
  'discriminator',
];

export function interpretCall(
  store: StoreValue,
  method: string,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome | undefined {
  switch (store.role) {
    case 'connection':
      return ofConnection(method, given, ask);
    case 'session':
      return method === 'startTransaction' ? { transaction: true } : undefined;
    case 'schema':
      return { value: store };
    case 'aggregate':
      return ofAggregate(store, method, given, ask);
    case 'model':
      return store.model === undefined
        ? unknownModel(store, method)
        : callOfModel(store, store.model, method, given, ask);
    case 'record':
      return store.model === undefined ? undefined : callOfRecord(store, store.model, method, given, ask);
    default:
      return undefined;
  }
}

function unknownModel(store: StoreValue, method: string): Outcome | undefined {
  return store.open === undefined && Object.hasOwn(ofModel, method)
    ? { unresolved: 'The model is only known at run time.' }
    : undefined;
}

function ofConnection(method: string, given: readonly Argument[], ask: Evaluator): Outcome | undefined {
  if (method === 'model') return { value: defineModel(given, ask) };
  if (method === 'collection') return { value: collectionOf(given[0], ask) };
  if (method === 'startSession') return { value: { kind: 'store', client, role: 'session' } };
  return /^(?:useDb|asPromise|createConnection)$/.test(method)
    ? { value: { kind: 'store', client, role: 'connection' } }
    : undefined;
}

function ofAggregate(store: StoreValue, method: string, given: readonly Argument[], ask: Evaluator): Outcome {
  const [body] = given;
  if (body !== undefined && /^(?:lookup|graphLookup|unionWith|facet)$/.test(method))
    return { accesses: stageAccesses(`$${method}`, body, ask), value: store };
  return { accesses: method === 'append' ? pipelineAccesses(body, ask) : [], value: store };
}

function callOfModel(
  store: StoreValue,
  model: Model,
  method: string,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome | undefined {
  switch (method) {
    case 'new':
    case 'hydrate':
      return { value: recordOf(model) };
    case 'aggregate':
    case 'aggregatePaginate':
      return {
        accesses: [...touch('r', model), ...pipelineAccesses(given[0], ask)],
        value: { ...store, role: 'aggregate' },
      };
    case 'populate':
      return { accesses: populated(model, given.slice(1), ask), value: recordOf(model) };
    case 'discriminator':
      return discriminator(model, given, ask);
    default:
  }
  if (Object.hasOwn(ofModel, method)) {
    const options = given.flatMap((argument) => ask.property(argument, 'populate') ?? []);
    return {
      accesses: [...touch(ofModel[method] ?? '', model), ...populated(model, options, ask)],
      value: recordOf(model),
    };
  }
  // A static of the schema: what it does is seen where it is written, and it mostly gives back records.
  return /^(?:find|get|load|create|fetch|by)/i.test(method) ? { value: recordOf(model) } : undefined;
}

function discriminator(model: Model, given: readonly Argument[], ask: Evaluator): Outcome {
  const name = modelName(given[0], ask);
  if (name === undefined) return {};
  const made = addModel(
    name,
    schemaOf(ask.evaluate(given[1])),
    model.entity,
    given[0]?.environment.module ?? model.module,
    ask,
  );
  for (const [path, relation] of model.relations) if (!made.relations.has(path)) made.relations.set(path, relation);
  return { value: { kind: 'store', client, role: 'model', model: made } };
}

function callOfRecord(
  store: StoreValue,
  model: Model,
  method: string,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome | undefined {
  if (method === 'populate') return { accesses: populated(model, given, ask), value: store };
  if (Object.hasOwn(ofRecord, method)) return { accesses: touch(ofRecord[method] ?? '', model), value: store };
  return chained.has(method) ? { value: store } : undefined;
}

/** Methods of queries and documents that give back themselves. */
const chained = new Set([
  'exec',
  'lean',
  'sort',
  'skip',
  'limit',
  'select',
  'where',
  'equals',
  'in',
  'nin',
  'gt',
  'gte',
  'lt',
  'lte',
  'or',
  'and',
  'nor',
  'session',
  'orFail',
  'set',
  'setOptions',
  'cursor',
  'collation',
  'hint',
  'batchSize',
  'read',
  'clone',
  'toObject',
  'execPopulate',
  'find',
  'findOne',
  'countDocuments',
  'count',
  'projection',
  'slice',
  'regex',
  'exists',
  'elemMatch',
  'maxTimeMS',
  'allowDiskUse',
  'comment',
  'getFilter',
  'depopulate',
  'overwrite',
]);

/** `populate('author', 'name')`, `populate('author comments.user')`, `populate({ path, model, populate })`, lists of these. */
function populated(model: Model, given: readonly Argument[], ask: Evaluator, depth = 0): StoreAccess[] {
  if (depth > 5) return [];
  const [first, , third] = given;
  if (first === undefined) return [];
  return ask.items(first).flatMap((item): StoreAccess[] => {
    const written = ask.property(item, 'model') ?? (ask.text(item) === undefined ? undefined : third);
    const path = ask.text(ask.property(item, 'path')) ?? ask.text(item);
    const name = modelName(written, ask);
    const named = name === undefined ? undefined : ask.models.byName(name, client);
    const targets =
      named === undefined ? (path ?? '').split(/\s+/).flatMap((one) => relationAlong(model, one)) : [named];
    const inner = ask.property(item, 'populate');
    return targets.flatMap((target) => [
      ...touch('r', target),
      ...(inner === undefined ? [] : populated(target, [inner], ask, depth + 1)),
    ]);
  });
}

/** A path may go on into what it populates. */
function relationAlong(model: Model, path: string): Model[] {
  const whole = relationAt(model, path)?.target();
  if (whole !== undefined) return [whole];
  const parts = path.split('.');
  for (let length = parts.length - 1; length > 0; length--) {
    const target = relationAt(model, parts.slice(0, length).join('.'))?.target();
    if (target !== undefined) return [target, ...relationAlong(target, parts.slice(length).join('.'))];
  }
  return [];
}

function relationAt(model: Model, path: string): Relation | undefined {
  return model.relations.get(path) ?? model.relations.get(path.replace(/\.(?:\$|\d+)(?=\.|$)/g, ''));
}

export function nativeCollection(model: Model): StoreValue {
  return collectionNamed(model.entity);
}

export { mongodbRole };
