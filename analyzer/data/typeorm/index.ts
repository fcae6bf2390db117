import { modelOf, recordOf } from '../stores/follow-values.ts';
import type { StoreClient } from '../stores/store-client.ts';
import type { StoreValue, Value } from '../values/value.ts';
import {
  client,
  defineEntityClass,
  defineEntitySchema,
  defineMigratedKey,
  defineMigratedTable,
  packages,
  prefixNote,
} from './define-entities.ts';
import { customRepository, interpretCall, methods, repositoryOf } from './interpret-calls.ts';
import { builder, emptyBuilding, startBuilding } from './query-builder.ts';

const repositories = /^(?:Repository|TreeRepository|MongoRepository|AbstractRepository)$/;

/** TypeORM: entities, repositories, entity managers, active records, query builders, migrations and subscribers. */
export const typeorm: StoreClient = {
  name: client,
  packages,
  methods,
  defining: ['EntitySchema', 'createTable', 'createForeignKey', 'createForeignKeys'],
  external({ package: name, names }, given, ask) {
    if (!packages.test(name)) return undefined;
    const path = names.join('.');
    switch (path) {
      case 'DataSource.new':
      case 'getConnection.()':
      case 'createConnection.()': {
        const prefix = ask.text(ask.property(given[0], 'entityPrefix'));
        if (prefix !== undefined) ask.models.notes.set(prefixNote, prefix);
        return role('connection');
      }
      case 'getManager.()':
        return role('manager');
      case 'getRepository.()':
      case 'getTreeRepository.()':
      case 'getMongoRepository.()':
        return repositoryOf(given[0], ask).value;
      case 'getCustomRepository.()':
        return customRepository(given[0], ask);
      case 'createQueryBuilder.()':
        return startBuilding(modelOf(ask.evaluate(given[0]), ask), ask.text(given[1]), []).value;
      case 'EntitySchema.new':
        return defineEntitySchema(given, ask);
      default:
        return undefined;
    }
  },
  type(name, type, given) {
    if (!packages.test(name)) return undefined;
    const [entity] = given;
    if (repositories.test(type)) {
      if (entity?.kind === 'store' && entity.model !== undefined) return { ...entity, role: 'repository' };
      return entity?.kind === 'open' ? { kind: 'store', client, role: 'repository', open: entity } : role('repository');
    }
    switch (type) {
      case 'EntityManager':
        return role('manager');
      case 'DataSource':
      case 'Connection':
        return role('connection');
      case 'QueryRunner':
        return role('runner');
      case 'SelectQueryBuilder':
      case 'UpdateQueryBuilder':
      case 'DeleteQueryBuilder':
      case 'WhereExpressionBuilder':
      case 'WhereExpression':
        return entity?.kind === 'store' && entity.model !== undefined
          ? builder(entity.model, { ...emptyBuilding, aliases: new Map([[entity.model.name, entity.model]]) })
          : builder(undefined, emptyBuilding);
      case 'InsertEvent':
      case 'UpdateEvent':
      case 'RemoveEvent':
        return entity?.kind === 'store' ? { ...entity, role: 'event' } : role('event');
      default:
        return undefined;
    }
  },
  injected({ package: name, names }, given, ask) {
    if (!packages.test(name)) return undefined;
    switch (names[0]) {
      case 'InjectRepository': {
        const model = modelOf(ask.evaluate(given[0]), ask);
        const value = ask.evaluate(given[0]);
        if (
          model === undefined ||
          (value?.kind === 'class' && ask.models.ofClass(value.module, value.unit) === undefined)
        )
          return undefined;
        return { kind: 'store', client, role: 'repository', model };
      }
      case 'InjectEntityManager':
      case 'InjectManager':
        return role('manager');
      case 'InjectDataSource':
      case 'InjectConnection':
        return role('connection');
      default:
        return undefined;
    }
  },
  member(store, name) {
    if (name === 'manager' || name === 'entityManager') return role('manager');
    if (store.role === 'manager' && (name === 'connection' || name === 'dataSource')) return role('connection');
    if (store.role === 'manager' && name === 'queryRunner') return role('runner');
    if (store.role === 'event' && (name === 'entity' || name === 'databaseEntity')) return recordOf(store.model);
    if (store.role === 'repository' && name === 'repository') return store;
    if (store.role !== 'record') return undefined;
    if (/^\d$/.test(name) || name === 'entities') return store;
    return recordOf(store.model?.relations.get(name)?.target());
  },
  call: interpretCall,
  handed: (store, method) => {
    if (method === 'transaction') return role('manager');
    return store.role === 'builder' ? builder(undefined, emptyBuilding) : undefined;
  },
  define(store, method, given, _found, ask) {
    if (store.role !== 'runner') return;
    if (method === 'createTable') defineMigratedTable(given, ask);
    if (method === 'createForeignKey') defineMigratedKey(given, ask);
    if (method === 'createForeignKeys')
      for (const key of ask.items(given[1])) defineMigratedKey(given[0] === undefined ? [] : [given[0], key], ask);
  },
  defineClass: defineEntityClass,
};

function role(name: string): StoreValue & Value {
  return { kind: 'store', client, role: name };
}
