import { pluralize, singularize } from 'inflection';
import { modelOf, recordOf } from '../stores/follow-values.ts';
import type { Model, Relation } from '../stores/model.ts';
import { touch, type Outcome, type StoreAccess } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue } from '../values/value.ts';
import { client, defineModel } from './define-models.ts';

/** What static methods of a model do to its table, and whether they give back its records. */
const ofModel: Readonly<Record<string, { readonly modes: string; readonly records: boolean }>> = {
  findAll: { modes: 'r', records: true },
  findOne: { modes: 'r', records: true },
  findByPk: { modes: 'r', records: true },
  findById: { modes: 'r', records: true },
  findByPrimary: { modes: 'r', records: true },
  find: { modes: 'r', records: true },
  all: { modes: 'r', records: true },
  findAndCountAll: { modes: 'r', records: true },
  findAndCount: { modes: 'r', records: true },
  findOrBuild: { modes: 'r', records: true },
  findOrInitialize: { modes: 'r', records: true },
  count: { modes: 'r', records: false },
  max: { modes: 'r', records: false },
  min: { modes: 'r', records: false },
  sum: { modes: 'r', records: false },
  aggregate: { modes: 'r', records: false },
  findOrCreate: { modes: 'rw', records: true },
  findCreateFind: { modes: 'rw', records: true },
  upsert: { modes: 'rw', records: true },
  insertOrUpdate: { modes: 'rw', records: true },
  create: { modes: 'w', records: true },
  bulkCreate: { modes: 'w', records: true },
  update: { modes: 'w', records: true },
  destroy: { modes: 'w', records: false },
  restore: { modes: 'w', records: false },
  truncate: { modes: 'w', records: false },
  increment: { modes: 'w', records: false },
  decrement: { modes: 'w', records: false },
  build: { modes: '', records: true },
  bulkBuild: { modes: '', records: true },
};

const ofRecord: Readonly<Record<string, string>> = {
  save: 'w',
  update: 'w',
  updateAttributes: 'w',
  destroy: 'w',
  restore: 'w',
  increment: 'w',
  decrement: 'w',
  reload: 'r',
};

export const methods = [
  ...Object.keys(ofModel),
  ...Object.keys(ofRecord),
  'scope',
  'unscoped',
  'schema',
  'transaction',
  '$get',
  '$set',
  '$add',
  '$remove',
  '$create',
  '$count',
  '$has',
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
    case 'base':
    case 'model':
      return store.model === undefined ? undefined : callOfModel(store, store.model, method, given, ask);
    case 'record':
      return store.model === undefined ? undefined : callOfRecord(store, store.model, method, given, ask);
    default:
      return undefined;
  }
}

function ofConnection(method: string, given: readonly Argument[], ask: Evaluator): Outcome | undefined {
  if (method === 'define') return { value: defineModel(given, ask) };
  if (method === 'transaction')
    return given.length === 0 || ask.evaluate(given[0])?.kind === 'object' ? { transaction: true } : {};
  if (method === 'model' || method === 'import') {
    const name = ask.text(given[0]);
    const model = name === undefined ? undefined : ask.models.byName(name, client);
    return model === undefined ? undefined : { value: { kind: 'store', client, role: 'model', model } };
  }
  return undefined;
}

function callOfModel(
  store: StoreValue,
  model: Model,
  method: string,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome | undefined {
  if (method === 'scope' || method === 'unscoped' || method === 'schema') return { value: store };
  if (method === 'new') return { value: recordOf(model) };
  const known = Object.hasOwn(ofModel, method) ? ofModel[method] : undefined;
  if (known === undefined) return undefined;
  const own = touch(known.modes, model);
  const options = given.find((argument) => ask.property(argument, 'include') !== undefined);
  const included = includedAccesses(model, ask.property(options, 'include'), known.modes === 'w' ? 'w' : 'r', ask);
  return {
    accesses: known.modes === '' ? [] : [...own, ...included],
    ...(known.records ? { value: recordOf(model) } : {}),
  };
}

function callOfRecord(
  store: StoreValue,
  model: Model,
  method: string,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome | undefined {
  if (Object.hasOwn(ofRecord, method)) return { accesses: touch(ofRecord[method] ?? '', model), value: store };
  const mixin = /^(get|set|add|create|remove|has|count)([A-Z]\w*)$/.exec(method);
  const short = /^\$(get|set|add|create|remove|has|count)$/.exec(method);
  const verb = mixin?.[1] ?? short?.[1];
  const alias = mixin?.[2] ?? (short === null ? undefined : ask.text(given[0]));
  if (verb === undefined || alias === undefined) return undefined;
  const relation = relationBy(model, alias);
  const target = relation?.target();
  if (relation === undefined || target === undefined) return undefined;
  return { accesses: mixinAccesses(verb, model, relation, target), value: recordOf(target) };
}

function relationBy(model: Model, alias: string): Relation | undefined {
  const wanted = alias.toLowerCase();
  for (const [name, relation] of model.relations) {
    if ([name, pluralize(name), singularize(name)].some((form) => form.toLowerCase() === wanted)) return relation;
  }
  return undefined;
}

function mixinAccesses(verb: string, source: Model, relation: Relation, target: Model): StoreAccess[] {
  const through = relation.through?.();
  const join = through === undefined ? undefined : { entity: through, kind: 'table' as const };
  const reading = verb === 'get' || verb === 'has' || verb === 'count';
  if (reading) return [...touch('r', target), ...touch('r', join)];
  if (verb === 'create')
    return [...touch('w', target), ...touch('w', join), ...(relation.kind === 'belongs' ? touch('w', source) : [])];
  if (join !== undefined) return touch('w', join);
  return touch('w', relation.kind === 'belongs' ? source : target);
}

/** `include: [Order, { model: Item, include: [...] }, 'alias', { association: 'alias' }]`. */
function includedAccesses(
  model: Model,
  include: Argument | undefined,
  mode: string,
  ask: Evaluator,
  depth = 0,
): StoreAccess[] {
  if (include === undefined || depth > 6) return [];
  return ask.items(include).flatMap((item): StoreAccess[] => {
    const written = ask.property(item, 'model') ?? ask.property(item, 'association');
    const alias = ask.text(ask.property(item, 'as')) ?? ask.text(ask.property(item, 'association')) ?? ask.text(item);
    const relation = alias === undefined ? undefined : relationBy(model, alias);
    const target =
      modelOf(ask.evaluate(written ?? item), ask) ??
      relation?.target() ??
      (alias === undefined ? undefined : ask.models.byName(alias, client));
    if (target === undefined) {
      if (ask.constant(ask.property(item, 'all')) !== true) return [];
      return [...model.relations.values()].flatMap((one) => touch(mode, one.target()));
    }
    const joined = relation ?? [...model.relations.values()].find((one) => one.target() === target);
    const through = joined?.through?.();
    return [
      ...touch(mode, target),
      ...touch(mode, through === undefined ? undefined : { entity: through, kind: 'table' }),
      ...includedAccesses(target, ask.property(item, 'include'), mode, ask, depth + 1),
    ];
  });
}
