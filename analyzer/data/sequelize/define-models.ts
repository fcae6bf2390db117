import { pluralize, singularize } from 'inflection';
import { recordHook } from '../stores/record-hook.ts';
import { calledValue, modelOf, moduleOf, namedModel } from '../stores/follow-values.ts';
import type { Model } from '../stores/model.ts';
import { readDecorator } from '../stores/link-stores.ts';
import type { FoundCall, FoundClass } from '../stores/store-client.ts';
import { qualify } from '../sql/statement-accesses.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue } from '../values/value.ts';
import { plainNaming, tableOf, type NamingDefaults } from './table-names.ts';

export const client = 'sequelize';
const defaultsNote = 'sequelize defaults';

export const associations = ['hasMany', 'hasOne', 'belongsTo', 'belongsToMany'] as const;
export const hooks = [
  'beforeValidate',
  'afterValidate',
  'beforeCreate',
  'afterCreate',
  'beforeDestroy',
  'afterDestroy',
  'beforeUpdate',
  'afterUpdate',
  'beforeSave',
  'afterSave',
  'beforeUpsert',
  'afterUpsert',
  'beforeBulkCreate',
  'afterBulkCreate',
  'beforeBulkUpdate',
  'afterBulkUpdate',
  'beforeBulkDestroy',
  'afterBulkDestroy',
  'beforeFind',
  'afterFind',
] as const;
const hookNames: ReadonlySet<string> = new Set(hooks);

export function rememberDefaults(defaults: NamingDefaults, ask: Evaluator): void {
  ask.models.notes.set(defaultsNote, defaults);
}

function defaultsOf(ask: Evaluator): NamingDefaults {
  return (ask.models.notes.get(defaultsNote) as NamingDefaults | undefined) ?? plainNaming;
}

/** `sequelize.define('order', attributes, options)`. */
export function defineModel(given: readonly Argument[], ask: Evaluator): StoreValue | undefined {
  const [nameGiven, attributes, options] = given;
  const name = ask.text(nameGiven);
  if (name === undefined) return undefined;
  const model = ask.models.add({
    client,
    name,
    entity: tableOf(name, options, defaultsOf(ask), ask),
    kind: 'table',
    module: moduleOf(nameGiven),
    line: 1,
    relations: new Map(),
    references: new Set(),
  });
  readAttributes(model, attributes, ask);
  readOptionHooks(model, options, ask);
  return { kind: 'store', client, role: 'model', model };
}

/** `Order.init(attributes, { sequelize, modelName, tableName })` of a class. */
export function initModel(store: StoreValue, given: readonly Argument[], found: FoundCall, ask: Evaluator): void {
  const { of } = found.record.call;
  const receiver = of.kind === 'member' ? of.of : of;
  const owner = receiver.kind === 'member' && receiver.name === '…super' ? receiver.of : receiver;
  const value = ask.evaluate({ expression: owner, environment: { module: found.module } });
  if (value?.kind !== 'class' && value?.kind !== 'instance') return;
  const [attributes, options] = given;
  const className = value.unit.split('@')[0] ?? value.unit;
  const name = ask.text(ask.property(options, 'modelName')) ?? className;
  const model =
    store.model ??
    ask.models.add({
      client,
      name,
      entity: '',
      kind: 'table',
      module: value.module,
      unit: value.unit,
      line: ask.classes(value.module, value.unit)?.line ?? 1,
      relations: new Map(),
      references: new Set(),
    });
  model.entity = tableOf(name, options, defaultsOf(ask), ask);
  readAttributes(model, attributes, ask);
  readOptionHooks(model, options, ask);
}

/** `@Table({ tableName: 'orders' }) class Order extends Model` of sequelize-typescript. */
export function defineTableClass(found: FoundClass, ask: Evaluator): void {
  const table = found.decorators.find(
    ({ external }) => external.package === 'sequelize-typescript' && external.names[0] === 'Table',
  );
  if (table === undefined) return;
  const [options] = table.given;
  const name = ask.text(ask.property(options, 'modelName')) ?? found.unit;
  const model = ask.models.add({
    client,
    name,
    entity: tableOf(name, options, defaultsOf(ask), ask),
    kind: 'table',
    module: found.module,
    unit: found.unit,
    line: found.record.line,
    relations: new Map(),
    references: new Set(),
  });
  const environment = { module: found.module };
  for (const member of found.record.members) {
    for (const decorator of member.decorators.flatMap((one) =>
      readDecorator(one, environment, ask.locals(found.module), ask),
    )) {
      const [kind = ''] = decorator.external.names;
      if (decorator.external.package !== 'sequelize-typescript') continue;
      const target = () => namedModel(decorator.given[0], client, ask);
      if (kind === 'ForeignKey' || kind === 'BelongsTo') ask.models.later(() => addReference(model, target()));
      if (kind === 'HasMany' || kind === 'HasOne') ask.models.later(() => addReference(target(), model));
      if (kind === 'BelongsTo' || kind === 'HasMany' || kind === 'HasOne') {
        model.relations.set(member.name, {
          target,
          kind: kind === 'BelongsTo' ? 'belongs' : kind === 'HasOne' ? 'one' : 'many',
        });
      } else if (kind === 'BelongsToMany') joinThrough(model, member.name, target, decorator.given[1], ask);
      if (member.kind === 'method' && hookNames.has(kind.charAt(0).toLowerCase() + kind.slice(1)))
        recordHook(model, { module: found.module, unit: `${found.unit}.${member.name}`, line: member.line }, ask);
    }
  }
}

/** `User.hasMany(Order, { as })` and the like. */
export function associate(store: StoreValue, method: string, given: readonly Argument[], ask: Evaluator): void {
  const source = store.model;
  const target = namedModel(given[0], client, ask);
  if (source === undefined || target === undefined) return;
  const options = given[1];
  const as = ask.text(ask.property(options, 'as')) ?? ask.text(ask.property(options, 'as', 'plural'));
  const many = method === 'hasMany' || method === 'belongsToMany';
  const alias = as ?? (many ? pluralize(target.name) : singularize(target.name));
  if (method === 'belongsToMany') {
    const through = ask.property(options, 'through');
    joinThrough(source, alias, () => target, ask.property(through, 'model') ?? through, ask);
    return;
  }
  source.relations.set(alias, {
    target: () => target,
    kind: method === 'belongsTo' ? 'belongs' : many ? 'many' : 'one',
  });
  if (method === 'belongsTo') addReference(source, target);
  else addReference(target, source);
}

function joinThrough(
  source: Model,
  alias: string,
  target: () => Model | undefined,
  through: Argument | undefined,
  ask: Evaluator,
): void {
  const known = () => namedModel(through, client, ask);
  const name = ask.text(through);
  const table = () => known()?.entity ?? (name === undefined ? undefined : qualify(undefined, name));
  source.relations.set(alias, { target, through: table, kind: 'through' });
  ask.models.later(() => {
    const entity = table();
    if (entity === undefined) return;
    const ends = [source.entity, target()?.entity].filter((end): end is string => end !== undefined);
    const join = known();
    if (join === undefined) ask.models.addTable(entity, ends);
    else for (const end of ends) join.references.add(end);
  });
}

function addReference(from: Model | undefined, to: Model | undefined): void {
  if (from !== undefined && to !== undefined) from.references.add(to.entity);
}

/** `{ userId: { type, references: { model: 'Users', key: 'id' } } }`. */
function readAttributes(model: Model, attributes: Argument | undefined, ask: Evaluator): void {
  for (const [, attribute] of ask.properties(attributes)) {
    const target = ask.property(attribute, 'references', 'model') ?? ask.property(attribute, 'references', 'table');
    if (target === undefined) continue;
    ask.models.later(() => {
      const table = ask.text(target) ?? ask.text(ask.property(target, 'tableName'));
      const entity =
        modelOf(calledValue(target, ask), ask)?.entity ??
        (table === undefined
          ? undefined
          : (ask.models.byName(table, client)?.entity ?? qualify(ask.text(ask.property(target, 'schema')), table)));
      if (entity !== undefined) model.references.add(entity);
    });
  }
}

function readOptionHooks(model: Model, options: Argument | undefined, ask: Evaluator): void {
  for (const [name, handler] of ask.properties(ask.property(options, 'hooks'))) {
    if (hookNames.has(name)) recordHook(model, handlerPlace(handler, ask), ask);
  }
}

export function handlerPlace(
  handler: Argument | undefined,
  ask: Evaluator,
): { readonly module: string; readonly unit: string; readonly line: number } {
  const value = ask.evaluate(handler);
  if (value?.kind === 'function')
    return { module: value.module, unit: value.unit, line: ask.lineOf(value.module, value.unit) };
  return { module: moduleOf(handler), unit: '', line: 1 };
}
