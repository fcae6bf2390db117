import { unitId } from '../../dependencies/edges.ts';
import { modelOf, moduleOf } from '../stores/follow-values.ts';
import { readDecorator } from '../stores/link-stores.ts';
import type { Model } from '../stores/model.ts';
import type { FoundCall, FoundClass } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue, Value } from '../values/value.ts';
import { collectionName } from './collection-names.ts';

export const client = 'mongoose';
export const packages =
  /^(?:mongoose|@nestjs\/mongoose|@typegoose\/typegoose|nestjs-typegoose|@m8a\/nestjs-typegoose|mongoose-\w.*)$/;

/** A schema: what it was made of, and what was said about it since. Schemas are the same when they are made by the same expression. */
export interface Schema {
  readonly definition: Argument | undefined;
  readonly options: Argument | undefined;
  /** The class it is made for. */
  readonly of?: { readonly module: string; readonly unit: string };
}

interface SchemaNotes {
  readonly models: Set<Model>;
  readonly hooks: { readonly unit: string; readonly place: string }[];
  readonly relations: { readonly path: string; readonly ref: Argument }[];
}

export function schemaValue(schema: Schema): StoreValue {
  return { kind: 'store', client, role: 'schema', detail: schema };
}

export function schemaOf(value: Value): Schema | undefined {
  if (value?.kind === 'several')
    return value.options.map((option) => schemaOf(option)).find((schema) => schema !== undefined);
  return value?.kind === 'store' && value.client === client && value.role === 'schema'
    ? (value.detail as Schema)
    : undefined;
}

/** What is known of a schema beside its definition. */
export function notesOf(schema: Schema, ask: Evaluator): SchemaNotes {
  const key = 'mongoose schemas';
  const all = (ask.models.notes.get(key) as Map<unknown, SchemaNotes> | undefined) ?? new Map<unknown, SchemaNotes>();
  ask.models.notes.set(key, all);
  const identity = schema.of === undefined ? schema.definition?.expression : `${schema.of.module} ${schema.of.unit}`;
  const known = all.get(identity);
  if (known !== undefined) return known;
  const notes: SchemaNotes = { models: new Set(), hooks: [], relations: [] };
  all.set(identity, notes);
  return notes;
}

/** `model('User', schema, 'collection')`. */
export function defineModel(given: readonly Argument[], ask: Evaluator): Value {
  const [named, schemaGiven, collection] = given;
  const name = modelName(named, ask);
  if (name === undefined) return undefined;
  const schema = schemaOf(ask.evaluate(schemaGiven));
  if (schemaGiven === undefined) {
    const model = ask.models.byName(name, client);
    return model === undefined ? undefined : modelValue(model);
  }
  return modelValue(addModel(name, schema, ask.text(collection), moduleOf(named), ask));
}

export function addModel(
  name: string,
  schema: Schema | undefined,
  collection: string | undefined,
  module: string,
  ask: Evaluator,
): Model {
  const ofClass = schema?.of === undefined ? undefined : ask.models.ofClass(schema.of.module, schema.of.unit);
  const entity = collection ?? ask.text(ask.property(schema?.options, 'collection')) ?? collectionName(name);
  const model =
    ofClass ??
    ask.models.add({
      client,
      name,
      entity,
      kind: 'collection',
      module,
      line: 1,
      relations: new Map(),
      references: new Set(),
    });
  if (ofClass !== undefined && collection !== undefined) ofClass.entity = collection;
  model.implied = false;
  if (schema !== undefined) joinSchema(model, schema, ask);
  return model;
}

function joinSchema(model: Model, schema: Schema, ask: Evaluator): void {
  notesOf(schema, ask).models.add(model);
  readPaths(model, schema.definition, '', ask);
  ask.models.later(() => {
    const notes = notesOf(schema, ask);
    for (const { unit, place } of notes.hooks) ask.models.addHook(model, unit, place);
    for (const { path, ref } of notes.relations) addRelation(model, path, ref, false, ask);
  });
}

export function modelValue(model: Model): StoreValue {
  return { kind: 'store', client, role: 'model', model };
}

/** `'User'`, `User.name`, `User` or `User.modelName`. */
export function modelName(argument: Argument | undefined, ask: Evaluator): string | undefined {
  const text = ask.text(argument);
  if (text !== undefined || argument === undefined) return text;
  const { expression, environment } = argument;
  const holder =
    expression.kind === 'member' && /^(?:name|modelName)$/.test(expression.name) ? expression.of : expression;
  const value = ask.evaluate({ expression: holder, environment });
  if (value?.kind === 'class') return value.unit;
  return value?.kind === 'store' ? value.model?.name : undefined;
}

function addRelation(model: Model, path: string, ref: Argument, references: boolean, ask: Evaluator): void {
  const target = () => {
    const name = modelName(ref, ask);
    return (name === undefined ? undefined : ask.models.byName(name, client)) ?? modelOf(ask.evaluate(ref), ask);
  };
  model.relations.set(path, { target, kind: 'belongs' });
  if (!references) return;
  ask.models.later(() => {
    const to = target();
    if (to !== undefined) model.references.add(to.entity);
  });
}

/** References in a schema's definition, in nested objects, lists and schemas: `{ items: [{ product: { type, ref: 'Product' } }] }`. */
function readPaths(model: Model, definition: Argument | undefined, prefix: string, ask: Evaluator, depth = 0): void {
  if (definition === undefined || depth > 5) return;
  const value = ask.evaluate(definition);
  if (value?.kind === 'list') {
    readPaths(model, value.items[0], prefix, ask, depth + 1);
    return;
  }
  const inner = schemaOf(value);
  if (inner !== undefined) {
    readPaths(model, inner.definition, prefix, ask, depth + 1);
    return;
  }
  const ref = ask.property(definition, 'ref');
  if (ref !== undefined && prefix !== '') addRelation(model, prefix, ref, true, ask);
  for (const [name, part] of ask.properties(definition)) {
    if (name === 'ref') continue;
    const path = name === 'type' && prefix !== '' ? prefix : prefix === '' ? name : `${prefix}.${name}`;
    readPaths(model, part, path, ask, depth + 1);
  }
}

/** `@Schema({ collection }) class User` of Nest, `@modelOptions() class User` of Typegoose. Only models in use are collections. */
export function defineSchemaClass(found: FoundClass, ask: Evaluator): void {
  const decorator = found.decorators.find(
    ({ external }) => packages.test(external.package) && /^(?:Schema|modelOptions)$/.test(external.names[0] ?? ''),
  );
  const environment = { module: found.module };
  const properties = found.record.members.flatMap((member) =>
    member.decorators
      .flatMap((one) => readDecorator(one, environment, ask.locals(found.module), ask))
      .filter(({ external }) => packages.test(external.package) && /^(?:Prop|prop)$/.test(external.names[0] ?? ''))
      .map(({ given }) => ({ member, given })),
  );
  if (decorator === undefined && properties.length === 0) return;
  const options = decorator?.given[0];
  const written =
    ask.text(ask.property(options, 'collection')) ?? ask.text(ask.property(options, 'schemaOptions', 'collection'));
  const model = ask.models.add({
    client,
    name: found.unit,
    entity: written ?? collectionName(found.unit),
    kind: 'collection',
    module: found.module,
    unit: found.unit,
    line: found.record.line,
    relations: new Map(),
    references: new Set(),
    implied: true,
  });
  for (const { member, given } of properties) {
    for (const argument of given) readPaths(model, argument, member.name, ask);
  }
}

/** `schema.pre('save', …)`, `schema.virtual('orders', { ref })`, `schema.add({…})`. */
export function extendSchema(
  schema: Schema,
  method: string,
  given: readonly Argument[],
  found: FoundCall,
  ask: Evaluator,
): void {
  const notes = notesOf(schema, ask);
  if (method === 'pre' || method === 'post') {
    const value = ask.evaluate(given.at(-1));
    const unit =
      value?.kind === 'function' ? unitId(value.module, value.unit) : unitId(found.module, found.record.unit);
    notes.hooks.push({ unit, place: `${found.module}:${found.record.line}` });
  } else if (method === 'virtual') {
    const path = ask.text(given[0]);
    const ref = ask.property(given[1], 'ref');
    if (path !== undefined && ref !== undefined) notes.relations.push({ path, ref });
  }
}
