import { modelOf, recordOf } from '../stores/follow-values.ts';
import type { StoreClient } from '../stores/store-client.ts';
import type { StoreValue } from '../values/value.ts';
import { client, defineEntityClass, packages } from './define-entities.ts';
import { interpretCall, methods } from './interpret-calls.ts';

/** MikroORM: entities, entity managers, repositories, collections and subscribers. */
export const mikroOrm: StoreClient = {
  name: client,
  packages,
  methods,
  external({ package: name, names }, given, ask) {
    if (!packages.test(name)) return undefined;
    const path = names.join('.');
    if (path === 'MikroORM.init.()' || path === 'MikroORM.initSync.()' || path === 'MikroORM.new') return role('orm');
    if (path === 'wrap.()') return recordOf(modelOf(ask.evaluate(given[0]), ask));
    return undefined;
  },
  type(name, type, given) {
    if (!packages.test(name)) return undefined;
    const [entity] = given;
    if (/^(?:\w*EntityManager)$/.test(type)) return role('manager');
    if (type === 'MikroORM') return role('orm');
    if (/^\w*EntityRepository$/.test(type)) {
      if (entity?.kind === 'store' && entity.model !== undefined) return { ...entity, role: 'repository' };
      return entity?.kind === 'open' ? { kind: 'store', client, role: 'repository', open: entity } : role('repository');
    }
    if (type === 'QueryBuilder') return entity?.kind === 'store' ? { ...entity, role: 'builder' } : role('builder');
    return undefined;
  },
  injected({ package: name, names }, given, ask) {
    if (!packages.test(name)) return undefined;
    if (names[0] === 'InjectEntityManager') return role('manager');
    if (names[0] === 'InjectMikroORM') return role('orm');
    if (names[0] !== 'InjectRepository') return undefined;
    const model = modelOf(ask.evaluate(given[0]), ask);
    return model === undefined ? undefined : { kind: 'store', client, role: 'repository', model };
  },
  named: (name) => (name === 'em' || name === 'entityManager' ? role('manager') : undefined),
  member(store, name) {
    if (store.role === 'orm') return name === 'em' ? role('manager') : undefined;
    if (store.role === 'repository') return name === 'em' || name === '_em' ? role('manager') : undefined;
    if (store.role !== 'record' || store.model === undefined) return undefined;
    if (/^\d$/.test(name) || name === '$' || name === 'items') return store;
    const relation = store.model.relations.get(name);
    const target = recordOf(relation?.target());
    return target === undefined || relation === undefined
      ? undefined
      : { ...target, detail: { owner: store.model, relation } };
  },
  call: interpretCall,
  handed: (store, method) =>
    method === 'transactional' || method === 'transaction' ? (store.role === 'manager' ? store : undefined) : undefined,
  defineClass: defineEntityClass,
};

function role(name: string): StoreValue {
  return { kind: 'store', client, role: name };
}
