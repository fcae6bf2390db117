import { qualify } from '../sql/statement-accesses.ts';
import { modelOf, moduleOf, namedModel } from '../stores/follow-values.ts';
import type { Model, Relation } from '../stores/model.ts';
import { readDecorator } from '../stores/link-stores.ts';
import { recordHook } from '../stores/record-hook.ts';
import type { Decorator, FoundClass } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { MemberRecord } from '../values/expression.ts';
import type { Argument, StoreValue, Value } from '../values/value.ts';

export const client = 'typeorm';
export const packages = /^(?:typeorm|@nestjs\/typeorm|typeorm-typedi-extensions|typeorm-transactional)$/;
export const prefixNote = 'typeorm prefix';

const relationKinds: Readonly<Record<string, Relation['kind']>> = {
  ManyToOne: 'belongs',
  OneToOne: 'one',
  OneToMany: 'many',
  ManyToMany: 'through',
};
const listeners = /^(?:Before|After)(?:Insert|Update|Remove|Load|SoftRemove|Recover)$/;
const events = /^(?:before|after)(?:Insert|Update|Remove|SoftRemove|Recover|Query)$|^afterLoad$/;

/** As TypeORM's default naming strategy writes names: `OrderItem` is `order_item`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])|(?!^)([A-Z])([a-z])/g, (_all, end, start, capital, rest) =>
      end === undefined ? `_${capital}${rest}` : `${end}_${start}`,
    )
    .toLowerCase();
}

export function defineEntityClass(found: FoundClass, ask: Evaluator): void {
  for (const decorator of found.decorators) {
    if (!packages.test(decorator.external.package)) continue;
    const [name] = decorator.external.names;
    if (name === 'Entity' || name === 'ViewEntity' || name === 'ChildEntity') defineEntity(found, name, decorator, ask);
    if (name === 'EventSubscriber') ask.models.later(() => readSubscriber(found, ask));
  }
}

function defineEntity(found: FoundClass, kind: string, { given }: Decorator, ask: Evaluator): void {
  const options = given.find((argument) => ask.evaluate(argument)?.kind === 'object');
  const written = ask.text(given[0]) ?? ask.text(ask.property(options, 'name'));
  const schema = ask.text(ask.property(options, 'schema'));
  const prefix = ask.models.notes.get(prefixNote);
  const table = `${typeof prefix === 'string' ? prefix : ''}${written ?? snakeCase(found.unit)}`;
  const model = ask.models.add({
    client,
    name: found.unit,
    entity: qualify(schema, table),
    kind: kind === 'ViewEntity' ? 'view' : 'table',
    module: found.module,
    unit: found.unit,
    line: found.record.line,
    relations: new Map(),
    references: new Set(),
  });
  readMembers(model, found.module, found.unit, found.record.members, ask);
  ask.models.later(() => inherit(model, found.parent, kind === 'ChildEntity', ask));
}

/** What a class gets from those above it: relations, and with single-table inheritance the table as well. */
function inherit(model: Model, parent: Value, sameTable: boolean, ask: Evaluator): void {
  if (parent?.kind !== 'class') return;
  const above = ask.models.ofClass(parent.module, parent.unit);
  if (above !== undefined && sameTable) {
    model.entity = above.entity;
    for (const [name, relation] of above.relations) if (!model.relations.has(name)) model.relations.set(name, relation);
  }
  const record = ask.classes(parent.module, parent.unit);
  if (record === undefined) return;
  if (above === undefined || !sameTable) readMembers(model, parent.module, parent.unit, record.members, ask);
  if (record.parent !== undefined && above === undefined)
    inherit(model, ask.evaluate({ expression: record.parent, environment: { module: parent.module } }), sameTable, ask);
}

function readMembers(
  model: Model,
  module: string,
  unit: string,
  members: readonly MemberRecord[],
  ask: Evaluator,
): void {
  for (const member of members) {
    const decorators = decoratorsOf(member, module, ask);
    for (const decorator of decorators) {
      const [name = ''] = decorator.external.names;
      const kind = Object.hasOwn(relationKinds, name) ? relationKinds[name] : undefined;
      if (kind !== undefined) readRelation(model, member, kind, decorator, decorators, ask);
      else if (listeners.test(name) && member.kind === 'method')
        recordHook(model, { module, unit: `${unit}.${member.name}`, line: member.line }, ask);
    }
  }
}

function decoratorsOf(member: MemberRecord, module: string, ask: Evaluator): Decorator[] {
  return member.decorators
    .flatMap((decorator) => readDecorator(decorator, { module }, ask.locals(module), ask))
    .filter(({ external }) => packages.test(external.package));
}

function readRelation(
  model: Model,
  member: MemberRecord,
  kind: NonNullable<Relation['kind']>,
  { given }: Decorator,
  all: readonly Decorator[],
  ask: Evaluator,
): void {
  const target = () => namedModel(given[0], client, ask);
  const options = given.find((argument) => ask.evaluate(argument)?.kind === 'object');
  const join = all.find(({ external }) => external.names[0] === 'JoinTable');
  const owned =
    kind === 'belongs' || (kind === 'one' && all.some(({ external }) => external.names[0] === 'JoinColumn'));
  const cascade = ask.property(options, 'cascade');
  const cascades = cascade !== undefined && ask.constant(cascade) !== false;
  model.relations.set(member.name, {
    target,
    kind: owned ? 'belongs' : kind,
    ...(kind === 'through'
      ? {
          through: () =>
            join === undefined ? inverseJoin(model, target(), ask) : joinTable(model, member.name, target(), join, ask),
        }
      : {}),
    ...(cascades ? { cascade: true } : {}),
    ...(ask.constant(ask.property(options, 'eager')) === true ? { eager: true } : {}),
  });
  ask.models.later(() => {
    const to = target();
    if (to === undefined) return;
    if (owned) model.references.add(to.entity);
    if (join === undefined) return;
    const table = joinTable(model, member.name, to, join, ask);
    if (table !== undefined) ask.models.addTable(table, [model.entity, to.entity]);
  });
}

function joinTable(
  model: Model,
  property: string,
  target: Model | undefined,
  join: Decorator,
  ask: Evaluator,
): string | undefined {
  const written = ask.text(ask.property(join.given[0], 'name')) ?? ask.text(join.given[0]);
  const schema = ask.text(ask.property(join.given[0], 'schema')) ?? schemaOf(model);
  if (written !== undefined) return qualify(schema, written);
  return target === undefined
    ? undefined
    : qualify(schema, snakeCase(`${tableOf(model)}_${property}_${tableOf(target)}`));
}

/** The side without `@JoinTable` knows its table from the other. */
function inverseJoin(model: Model, target: Model | undefined, ask: Evaluator): string | undefined {
  if (target?.unit === undefined) return undefined;
  for (const member of ask.classes(target.module, target.unit)?.members ?? []) {
    const decorators = decoratorsOf(member, target.module, ask);
    const join = decorators.find(({ external }) => external.names[0] === 'JoinTable');
    const relation = decorators.find(({ external }) => external.names[0] === 'ManyToMany');
    if (join !== undefined && relation !== undefined && namedModel(relation.given[0], client, ask) === model)
      return joinTable(target, member.name, model, join, ask);
  }
  return undefined;
}

function tableOf(model: Model): string {
  return model.entity.slice(model.entity.indexOf('.') + 1);
}

function schemaOf(model: Model): string {
  return model.entity.slice(0, model.entity.indexOf('.'));
}

/** `@EventSubscriber() class Audit { listenTo() { return Order; } afterInsert() {…} }`: without `listenTo` it hears of every entity. */
function readSubscriber(found: FoundClass, ask: Evaluator): void {
  const heard = ask.evaluate({
    expression: {
      kind: 'call',
      of: { kind: 'member', of: { kind: 'this', unit: found.unit }, name: 'listenTo' },
      arguments: [],
    },
    environment: { module: found.module },
  });
  const model = modelOf(heard, ask);
  const models =
    model === undefined
      ? found.record.members.some(({ name }) => name === 'listenTo')
        ? []
        : ask.models.all().filter((one) => one.client === client)
      : [model];
  for (const member of found.record.members) {
    if (member.kind !== 'method' || !events.test(member.name)) continue;
    for (const one of models)
      recordHook(one, { module: found.module, unit: `${found.unit}.${member.name}`, line: member.line }, ask);
  }
}

/** `new EntitySchema({ name, tableName, schema, target, relations })`. */
export function defineEntitySchema([options]: readonly Argument[], ask: Evaluator): StoreValue | undefined {
  const name = ask.text(ask.property(options, 'name'));
  if (name === undefined) return undefined;
  const target = ask.evaluate(ask.property(options, 'target'));
  const model = ask.models.add({
    client,
    name,
    entity: qualify(
      ask.text(ask.property(options, 'schema')),
      ask.text(ask.property(options, 'tableName')) ?? snakeCase(name),
    ),
    kind: 'table',
    module: moduleOf(options),
    ...(target?.kind === 'class' ? { unit: target.unit } : {}),
    line: 1,
    relations: new Map(),
    references: new Set(),
  });
  for (const [property, relation] of ask.properties(ask.property(options, 'relations'))) {
    const type = ask.text(ask.property(relation, 'type'));
    const to = () => namedModel(ask.property(relation, 'target'), client, ask);
    const kind =
      type === 'many-to-one'
        ? 'belongs'
        : type === 'many-to-many'
          ? 'through'
          : type === 'one-to-many'
            ? 'many'
            : 'one';
    model.relations.set(property, { target: to, kind });
    ask.models.later(() => {
      const other = to();
      if (other !== undefined && (kind === 'belongs' || ask.property(relation, 'joinColumn') !== undefined))
        model.references.add(other.entity);
    });
  }
  return { kind: 'store', client, role: 'model', model };
}

/** `queryRunner.createTable(new Table({ name, foreignKeys }))` in a migration. */
export function defineMigratedTable(given: readonly Argument[], ask: Evaluator): void {
  const [table] = given;
  const expression = table?.expression;
  const options =
    expression?.kind === 'new' && table !== undefined
      ? { expression: expression.arguments[0] ?? expression, environment: table.environment }
      : table;
  const name = ask.text(ask.property(options, 'name'));
  if (name === undefined) return;
  const keys = ask.items(ask.property(options, 'foreignKeys')).map((key) => {
    const inner =
      key.expression.kind === 'new'
        ? { expression: key.expression.arguments[0] ?? key.expression, environment: key.environment }
        : key;
    return ask.text(ask.property(inner, 'referencedTableName'));
  });
  ask.models.addTable(tableId(name), keys.filter((key) => key !== undefined).map(tableId));
}

export function defineMigratedKey([table, key]: readonly Argument[], ask: Evaluator): void {
  const name = ask.text(table);
  const inner =
    key?.expression.kind === 'new'
      ? { expression: key.expression.arguments[0] ?? key.expression, environment: key.environment }
      : key;
  const to = ask.text(ask.property(inner, 'referencedTableName'));
  if (name !== undefined && to !== undefined) ask.models.addTable(tableId(name), [tableId(to)]);
}

function tableId(name: string): string {
  return name.includes('.') ? name : qualify(undefined, name);
}
