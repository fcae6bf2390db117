import { qualify } from '../sql/statement-accesses.ts';
import { modelOf, namedModel, recordOf } from '../stores/follow-values.ts';
import type { Model, Relation } from '../stores/model.ts';
import { touch, type Outcome, type StoreAccess } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue } from '../values/value.ts';
import { client } from './define-entities.ts';

interface Building {
  readonly mode: 'r' | 'w';
  readonly aliases: ReadonlyMap<string, Model>;
  /** `.relation(Order, 'items')`. */
  readonly relation?: { readonly owner: Model; readonly relation: Relation };
}

const writing = new Set(['update', 'delete', 'insert', 'softDelete', 'restore', 'relation']);
const results = /^(?:getMany|getOne|getOneOrFail|getRawMany|getRawOne|getManyAndCount|getRawAndEntities|stream)$/;
const joins = /^(?:left|inner)Join(?:And(?:Select|MapOne|MapMany))?$/;

export const builderMethods = [
  'createQueryBuilder',
  'leftJoin',
  'innerJoin',
  'leftJoinAndSelect',
  'innerJoinAndSelect',
  'leftJoinAndMapOne',
  'leftJoinAndMapMany',
  'innerJoinAndMapOne',
  'innerJoinAndMapMany',
  'from',
  'addFrom',
  'into',
  'update',
  'delete',
  'insert',
  'softDelete',
  'restore',
  'relation',
  'set',
  'add',
  'remove',
  'addAndRemove',
  'loadMany',
  'loadOne',
];

/** `repository.createQueryBuilder('u')`, `manager.createQueryBuilder(User, 'u')`, `dataSource.createQueryBuilder()`. */
export function startBuilding(model: Model | undefined, alias: string | undefined, then: readonly string[]): Outcome {
  const aliases = new Map<string, Model>();
  if (model !== undefined && alias !== undefined) aliases.set(alias, model);
  if (model !== undefined) aliases.set(model.name, model);
  const reads = !then.some((method) => writing.has(method));
  return { accesses: reads ? touch('r', model) : [], value: builder(model, { mode: 'r', aliases }) };
}

export function builder(model: Model | undefined, detail: Building): StoreValue {
  return { kind: 'store', client, role: 'builder', ...(model === undefined ? {} : { model }), detail };
}

export const emptyBuilding: Building = { mode: 'r', aliases: new Map() };

export function continueBuilding(
  store: StoreValue,
  method: string,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome | undefined {
  const building = buildingOf(store);
  const { model } = store;
  if (results.test(method)) return { value: recordOf(model) };
  if (joins.test(method)) return join(store, building, /Map/.test(method) ? given.slice(1) : given, ask);
  switch (method) {
    case 'from':
    case 'addFrom':
    case 'into': {
      const mode = method === 'into' || building.mode === 'w' ? 'w' : 'r';
      const named = entityArgument(given[0], ask);
      if (named === undefined)
        return isCallback(given[0], ask)
          ? { value: store }
          : { value: store, unresolved: 'The table of this query is only known at run time.' };
      const alias = ask.text(given[1]);
      const aliases = new Map(building.aliases);
      if (named.model !== undefined && alias !== undefined) aliases.set(alias, named.model);
      return { accesses: touch(mode, named), value: builder(model ?? named.model, { ...building, aliases }) };
    }
    case 'update':
    case 'insert':
    case 'delete':
    case 'softDelete':
    case 'restore': {
      const named = method === 'update' ? entityArgument(given[0], ask) : undefined;
      const target = named ?? model;
      return { accesses: touch('w', target), value: builder(named?.model ?? model, { ...building, mode: 'w' }) };
    }
    case 'relation': {
      const owner = given.length > 1 ? modelOf(ask.evaluate(given[0]), ask) : model;
      const name = ask.text(given.at(-1));
      const relation = name === undefined ? undefined : owner?.relations.get(name);
      return {
        value: builder(
          model,
          relation === undefined || owner === undefined ? building : { ...building, relation: { owner, relation } },
        ),
      };
    }
    case 'add':
    case 'set':
    case 'remove':
    case 'addAndRemove':
    case 'loadMany':
    case 'loadOne':
      return building.relation === undefined
        ? { value: store }
        : throughRelation(building.relation, method.startsWith('load'));
    case 'subQuery':
    case 'createQueryBuilder':
      return { value: builder(undefined, { mode: 'r', aliases: building.aliases }) };
    default:
      return { value: store };
  }
}

function throughRelation({ owner, relation }: NonNullable<Building['relation']>, reads: boolean): Outcome {
  const through = relation.through?.();
  const target = relation.target();
  if (reads) return { accesses: [...touch('r', target), ...touch('r', joinOf(through))], value: recordOf(target) };
  return { accesses: touch('w', joinOf(through) ?? (relation.kind === 'belongs' ? owner : target)) };
}

function join(store: StoreValue, building: Building, given: readonly Argument[], ask: Evaluator): Outcome {
  const [first, second] = given;
  const alias = ask.text(second);
  const path = ask.text(first);
  const step = path === undefined ? undefined : /^([\w]+)\.([\w]+)$/.exec(path);
  const relation =
    step === null || step === undefined ? undefined : relationOf(store.model, building, step[1] ?? '', step[2] ?? '');
  const named = relation === undefined ? entityArgument(first, ask) : undefined;
  const target = relation?.target() ?? named?.model;
  const accesses: StoreAccess[] = [
    ...touch('r', relation?.target() ?? named),
    ...touch('r', joinOf(relation?.through?.())),
  ];
  const aliases = new Map(building.aliases);
  if (target !== undefined && alias !== undefined) aliases.set(alias, target);
  return {
    accesses,
    value: builder(store.model, { ...building, aliases }),
    ...(accesses.length > 0 || isCallback(first, ask) ? {} : { unresolved: 'The joined relation is not known.' }),
  };
}

/** A relation by alias; an alias that another statement gave is sought among what the query's model leads to. */
function relationOf(model: Model | undefined, building: Building, alias: string, name: string): Relation | undefined {
  const owner = building.aliases.get(alias);
  if (owner !== undefined) return owner.relations.get(name);
  const near = new Set<Model>(building.aliases.values());
  if (model !== undefined) near.add(model);
  for (const one of near) {
    if (near.size > 40) break;
    for (const relation of one.relations.values()) {
      const target = relation.target();
      if (target !== undefined) near.add(target);
    }
  }
  const found = [...near].flatMap((one) => one.relations.get(name) ?? []);
  const targets = new Set(found.map((relation) => relation.target()?.entity));
  return targets.size === 1 ? found[0] : undefined;
}

interface NamedTable {
  readonly entity: string;
  readonly kind: Model['kind'];
  readonly model?: Model;
}

/** What a query is made of: a model, its name, or the name of a table. */
function entityArgument(argument: Argument | undefined, ask: Evaluator): NamedTable | undefined {
  const model = namedModel(argument, client, ask);
  if (model !== undefined) return { entity: model.entity, kind: model.kind, model };
  const text = ask.text(argument)?.replace(/"/g, '');
  if (text === undefined || !/^[\w.]+$/.test(text)) return undefined;
  const entity = text.includes('.') ? text : qualify(undefined, text);
  const known = ask.models.all().find((one) => one.entity === entity);
  return known === undefined ? { entity, kind: 'table' } : { entity, kind: known.kind, model: known };
}

function isCallback(argument: Argument | undefined, ask: Evaluator): boolean {
  const value = ask.evaluate(argument);
  return (
    value?.kind === 'returning' ||
    value?.kind === 'function' ||
    (value?.kind === 'store' && value.role === 'builder') ||
    (ask.texts(argument)[0]?.[0] ?? '').startsWith('(')
  );
}

function joinOf(through: string | undefined): NamedTable | undefined {
  return through === undefined ? undefined : { entity: through, kind: 'table' };
}

function buildingOf(store: StoreValue): Building {
  return (store.detail as Building | undefined) ?? emptyBuilding;
}
