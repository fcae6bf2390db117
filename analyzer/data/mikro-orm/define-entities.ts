import { qualify } from '../sql/statement-accesses.ts';
import { modelOf, namedModel } from '../stores/follow-values.ts';
import { readDecorator } from '../stores/link-stores.ts';
import type { Model, Relation } from '../stores/model.ts';
import { recordHook } from '../stores/record-hook.ts';
import type { Decorator, FoundClass } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { MemberRecord } from '../values/expression.ts';
import type { Argument } from '../values/value.ts';

export const client = 'mikro-orm';
export const packages = /^(?:mikro-orm|@mikro-orm\/[\w-]+)(?:\/\w+)?$/;

const relationKinds: Readonly<Record<string, Relation['kind']>> = {
  ManyToOne: 'belongs',
  OneToOne: 'one',
  OneToMany: 'many',
  ManyToMany: 'through',
};
const hooks = /^(?:before|after)(?:Create|Update|Upsert|Delete|Flush)$|^on(?:Init|Load|Flush)$/;

/** As MikroORM's underscore naming strategy writes names. */
export function underscored(name: string): string {
  return name.replace(/([^A-Z])([A-Z])/g, '$1_$2').toLowerCase();
}

export function defineEntityClass(found: FoundClass, ask: Evaluator): void {
  const decorator = found.decorators.find(
    ({ external }) => packages.test(external.package) && external.names[0] === 'Entity',
  );
  if (decorator === undefined) {
    const subscriber = found.decorators.some(
      ({ external }) => packages.test(external.package) && external.names[0] === 'Subscriber',
    );
    if (subscriber || found.record.members.some(({ name }) => name === 'getSubscribedEntities'))
      ask.models.later(() => readSubscriber(found, ask));
    return;
  }
  const [options] = decorator.given;
  if (ask.constant(ask.property(options, 'abstract')) === true) return;
  const written = ask.text(ask.property(options, 'tableName')) ?? ask.text(ask.property(options, 'collection'));
  const documents = decorator.external.package === '@mikro-orm/mongodb' || ask.usesPackage('@mikro-orm/mongodb');
  const name =
    written ?? (documents ? found.unit.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase() : underscored(found.unit));
  const model = ask.models.add({
    client,
    name: found.unit,
    entity: documents ? name : qualify(ask.text(ask.property(options, 'schema')), name),
    kind: documents ? 'collection' : 'table',
    module: found.module,
    unit: found.unit,
    line: found.record.line,
    relations: new Map(),
    references: new Set(),
  });
  readMembers(model, found.module, found.unit, found.record.members, ask);
  ask.models.later(() => inherit(model, found, ask));
}

/** Relations of classes above; a class below another entity shares its table. */
function inherit(model: Model, found: FoundClass, ask: Evaluator): void {
  let { parent } = found;
  for (let depth = 0; depth < 8 && parent?.kind === 'class'; depth++) {
    const { module, unit } = parent;
    const above = ask.models.ofClass(module, unit);
    const record = ask.classes(module, unit);
    if (record === undefined) return;
    readMembers(model, module, unit, record.members, ask);
    if (above !== undefined) model.entity = above.entity;
    parent =
      record.parent === undefined ? undefined : ask.evaluate({ expression: record.parent, environment: { module } });
  }
}

function readMembers(
  model: Model,
  module: string,
  unit: string,
  members: readonly MemberRecord[],
  ask: Evaluator,
): void {
  for (const member of members) {
    const decorators = member.decorators
      .flatMap((decorator) => readDecorator(decorator, { module }, ask.locals(module), ask))
      .filter(({ external }) => packages.test(external.package));
    for (const decorator of decorators) {
      const [name = ''] = decorator.external.names;
      const kind = Object.hasOwn(relationKinds, name) ? relationKinds[name] : undefined;
      if (kind !== undefined) readRelation(model, module, member, kind, decorator, ask);
      else if (member.kind === 'method' && hooks.test(name.charAt(0).toLowerCase() + name.slice(1)))
        recordHook(model, { module, unit: `${unit}.${member.name}`, line: member.line }, ask);
    }
  }
}

function readRelation(
  model: Model,
  module: string,
  member: MemberRecord,
  kind: NonNullable<Relation['kind']>,
  { given }: Decorator,
  ask: Evaluator,
): void {
  const [first] = given;
  const options = given.find((argument) => ask.evaluate(argument)?.kind === 'object');
  const written = ask.property(options, 'entity') ?? (options === first ? undefined : first);
  const target = () => namedModel(written, client, ask) ?? declaredTarget(module, member, ask);
  const inverse = memberName(ask.property(options, 'mappedBy') ?? (options === given[1] ? undefined : given[1]), ask);
  const mapped = ask.constant(ask.property(options, 'owner')) === true ? undefined : inverse;
  const owned = kind === 'belongs' || (kind === 'one' && mapped === undefined);
  const pivot = ask.text(ask.property(options, 'pivotTable'));
  model.relations.set(member.name, {
    target,
    kind: owned ? 'belongs' : kind,
    ...(mapped === undefined ? {} : { inverse: true }),
    ...(kind === 'through' && model.kind === 'table'
      ? { through: () => pivotOf(model, member.name, target(), pivot, mapped) }
      : {}),
    ...(ask.constant(ask.property(options, 'eager')) === true ? { eager: true } : {}),
  });
  ask.models.later(() => {
    const to = target();
    if (to === undefined) return;
    if (owned) model.references.add(to.entity);
    const table =
      kind === 'through' && model.kind === 'table' ? pivotOf(model, member.name, to, pivot, mapped) : undefined;
    if (table !== undefined) ask.models.addTable(table, [model.entity, to.entity]);
  });
}

/** `'books'` or `(author) => author.books`. */
function memberName(argument: Argument | undefined, ask: Evaluator): string | undefined {
  if (argument === undefined) return undefined;
  const { expression } = argument;
  const [returned] = expression.kind === 'returns' ? expression.options : [];
  return returned?.kind === 'member' ? returned.name : ask.text(argument);
}

/** `author!: User`, `books = new Collection<Book>(this)`. */
function declaredTarget(module: string, member: MemberRecord, ask: Evaluator): Model | undefined {
  const made = member.value?.kind === 'new' ? member.value.types?.[0] : undefined;
  const type = member.type ?? made;
  return type === undefined ? undefined : modelOf(ask.type(type, { module }), ask);
}

function pivotOf(
  model: Model,
  property: string,
  target: Model | undefined,
  written: string | undefined,
  inverse: string | undefined,
): string | undefined {
  if (written !== undefined) return written.includes('.') ? written : qualify(undefined, written);
  if (inverse === undefined) return `${model.entity}_${underscored(property)}`;
  const other = target?.relations.get(inverse);
  return other?.inverse === true ? undefined : other?.through?.();
}

function readSubscriber(found: FoundClass, ask: Evaluator): void {
  const heard = ask.evaluate({
    expression: {
      kind: 'call',
      of: { kind: 'member', of: { kind: 'this', unit: found.unit }, name: 'getSubscribedEntities' },
      arguments: [],
    },
    environment: { module: found.module },
  });
  const models = heard?.kind === 'list' ? heard.items.flatMap((item) => modelOf(ask.evaluate(item), ask) ?? []) : [];
  for (const member of found.record.members) {
    if (member.kind !== 'method' || !hooks.test(member.name)) continue;
    for (const model of models)
      recordHook(model, { module: found.module, unit: `${found.unit}.${member.name}`, line: member.line }, ask);
  }
}
