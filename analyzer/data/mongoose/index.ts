import { recordOf } from '../stores/follow-values.ts';
import type { StoreClient } from '../stores/store-client.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue, Value } from '../values/value.ts';
import { interpretCall, methods, mongodbRole, nativeCollection } from './interpret-calls.ts';
import {
  addModel,
  client,
  defineModel,
  defineSchemaClass,
  extendSchema,
  modelName,
  modelValue,
  notesOf,
  packages,
  schemaOf,
  schemaValue,
  type Schema,
} from './schemas.ts';

/** Mongoose, Nest's module for it and Typegoose: schemas, models, documents, population, aggregation and hooks. */
export const mongoose: StoreClient = {
  name: client,
  packages,
  methods,
  defining: [
    'model',
    'Schema',
    'discriminator',
    'forFeature',
    'createForClass',
    'getModelForClass',
    'pre',
    'post',
    'virtual',
  ],
  external({ package: name, names }, given, ask) {
    if (!packages.test(name)) return undefined;
    const path = names[0] === 'mongoose' ? names.slice(1).join('.') : names.join('.');
    switch (path) {
      case 'model.()':
        return defineModel(given, ask);
      case 'models':
        return { kind: 'named', name: 'models' };
      case 'Schema.new':
      case 'Schema.()':
        return schemaValue({ definition: given[0], options: given[1] });
      case 'SchemaFactory.createForClass.()':
      case 'buildSchema.()':
        return classSchema(given[0], ask);
      case 'getModelForClass.()':
        return classModel(given[0], ask);
      case 'MongooseModule.forFeature.()':
        defineFeatures(given[0], ask);
        return undefined;
      case 'connection':
      case 'createConnection.()':
      case 'Connection.new':
        return role('connection');
      case 'startSession.()':
      case 'ClientSession.new':
        return role('session');
      default:
        return undefined;
    }
  },
  type(name, type, given, ask) {
    if (!packages.test(name)) return undefined;
    const [held] = given;
    if (/Model$|^ReturnModelType$/.test(type)) {
      if (held?.kind === 'store' && held.model !== undefined) return { ...held, role: 'model' };
      return held?.kind === 'open' ? { kind: 'store', client, role: 'model', open: held } : role('model');
    }
    if (
      /^(?:HydratedDocument|LeanDocument|DocumentType|EnforceDocument|Query|QueryWithHelpers|HydratedSingleSubdocument|FlattenMaps)$/.test(
        type,
      )
    )
      return held?.kind === 'store' ? held : undefined;
    if (type === 'InferSchemaType') return recordOf(modelOfSchema(held, ask));
    if (type === 'Connection' || type === 'Mongoose') return role('connection');
    return type === 'ClientSession' ? role('session') : undefined;
  },
  injected({ package: name, names }, given, ask) {
    if (!packages.test(name)) return undefined;
    if (names[0] === 'InjectConnection') return role('connection');
    if (names[0] !== 'InjectModel') return undefined;
    const called = modelName(given[0], ask);
    const model = called === undefined ? undefined : ask.models.byName(called, client);
    return model === undefined ? undefined : modelValue(model);
  },
  member(store, name, ask) {
    if (store.role === 'connection') {
      if (name === 'models') return { kind: 'named', name: 'models' };
      return name === 'db' ? mongodbRole('database') : undefined;
    }
    if (store.role === 'schema') {
      const model = modelOfSchema(store, ask);
      if (name === '…statics') return model === undefined ? undefined : modelValue(model);
      return name === '…methods' ? recordOf(model) : undefined;
    }
    if (store.model === undefined) return undefined;
    if (name === 'collection' && store.role === 'model') return nativeCollection(store.model);
    if (store.role !== 'record') return undefined;
    if (/^\d+$/.test(name) || name === 'docs') return store;
    if (name === 'constructor') return { ...store, role: 'model' };
    return recordOf(store.model.relations.get(name)?.target());
  },
  call: (store, method, given, _then, ask) => interpretCall(store, method, given, ask),
  define(store, method, given, found, ask) {
    const schema = schemaOf(store);
    if (schema !== undefined) extendSchema(schema, method, given, found, ask);
    const [type] = found.record.call.types ?? [];
    if (store.role === 'connection' && method === 'model' && type !== undefined) return;
  },
  defineClass: defineSchemaClass,
};

function classSchema(given: Argument | undefined, ask: Evaluator): Value {
  const value = ask.evaluate(given);
  if (value?.kind !== 'class') return undefined;
  const schema: Schema = { definition: undefined, options: undefined, of: { module: value.module, unit: value.unit } };
  const model = ask.models.ofClass(value.module, value.unit);
  if (model !== undefined) addModelNote(schema, ask);
  return schemaValue(schema);
}

function addModelNote(schema: Schema, ask: Evaluator): void {
  const model = schema.of === undefined ? undefined : ask.models.ofClass(schema.of.module, schema.of.unit);
  if (model === undefined) return;
  const notes = notesOf(schema, ask);
  if (notes.models.has(model)) return;
  notes.models.add(model);
  ask.models.later(() => {
    for (const { unit, place } of notes.hooks) ask.models.addHook(model, unit, place);
    for (const { path, ref } of notes.relations)
      model.relations.set(path, { target: () => ask.models.byName(modelName(ref, ask) ?? '', client), kind: 'many' });
  });
}

function classModel(given: Argument | undefined, ask: Evaluator): Value {
  const value = ask.evaluate(given);
  const model = value?.kind === 'class' ? ask.models.ofClass(value.module, value.unit) : undefined;
  if (model === undefined) return undefined;
  model.implied = false;
  return modelValue(model);
}

/** `MongooseModule.forFeature([{ name: User.name, schema: UserSchema, collection }])`. */
function defineFeatures(list: Argument | undefined, ask: Evaluator): void {
  for (const feature of ask.items(list)) {
    const name = modelName(ask.property(feature, 'name'), ask);
    const schema = schemaOf(ask.evaluate(ask.property(feature, 'schema')));
    if (name === undefined) continue;
    addModel(name, schema, ask.text(ask.property(feature, 'collection')), feature.environment.module, ask);
    for (const inner of ask.items(ask.property(feature, 'discriminators'))) {
      const kind = modelName(ask.property(inner, 'name'), ask);
      const base = ask.models.byName(name, client);
      if (kind !== undefined && base !== undefined)
        addModel(
          kind,
          schemaOf(ask.evaluate(ask.property(inner, 'schema'))),
          base.entity,
          feature.environment.module,
          ask,
        );
    }
  }
}

function modelOfSchema(value: Value, ask: Evaluator) {
  const schema = schemaOf(value);
  return schema === undefined ? undefined : [...notesOf(schema, ask).models][0];
}

function role(name: string): StoreValue {
  return { kind: 'store', client, role: name };
}
