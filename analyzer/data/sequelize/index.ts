import type { StoreClient } from '../stores/store-client.ts';
import {
  associate,
  associations,
  client,
  defineModel,
  defineTableClass,
  handlerPlace,
  hooks,
  initModel,
  rememberDefaults,
} from './define-models.ts';
import { interpretCall, methods } from './interpret-calls.ts';
import { recordHook } from '../stores/record-hook.ts';
import { recordOf } from '../stores/follow-values.ts';
import { namingDefaults } from './table-names.ts';

const packages = /^(?:sequelize|sequelize-typescript|@sequelize\/core)$/;
const definingHooks: ReadonlySet<string> = new Set(hooks);

/** Sequelize and sequelize-typescript: models, associations, finders, mixins and hooks. */
export const sequelize: StoreClient = {
  name: client,
  packages,
  methods,
  madeMethods: /^(?:get|set|add|create|remove|has|count)[A-Z]/,
  defining: ['define', 'init', 'Sequelize', ...associations, ...hooks, 'addHook', 'hook'],
  external({ package: name, names }, given, ask) {
    if (!packages.test(name)) return undefined;
    const last = names.at(-1);
    if (last === 'new') {
      const options = given.findLast((argument) => ask.evaluate(argument)?.kind === 'object');
      const defaults = namingDefaults(options, ask);
      if (defaults.freezeTableName || defaults.underscored || defaults.schema !== undefined)
        rememberDefaults(defaults, ask);
      return { kind: 'store', client, role: 'connection' };
    }
    return last === 'Model' ? { kind: 'store', client, role: 'base' } : undefined;
  },
  type(name, type, given) {
    if (!packages.test(name) && name !== '@nestjs/sequelize') return undefined;
    if (type === 'Sequelize') return { kind: 'store', client, role: 'connection' };
    const [model] = given;
    if (/^(?:ModelStatic|ModelCtor|Repository|ModelDefined)$/.test(type) && model?.kind === 'store')
      return { ...model, role: 'model' };
    return undefined;
  },
  injected({ package: name, names }, given, ask) {
    if (name !== '@nestjs/sequelize' || names[0] !== 'InjectModel') return undefined;
    const store = ask.storeOf(ask.evaluate(given[0]));
    return store === undefined ? undefined : { ...store, role: 'model' };
  },
  named: (name) => (/^(?:sequelize|Sequelize)$/.test(name) ? { kind: 'store', client, role: 'connection' } : undefined),
  member(store, name) {
    if (store.role === 'connection') {
      if (name === 'models') return { kind: 'named', name: 'models' };
      return name === 'sequelize' ? store : undefined;
    }
    if (store.role !== 'record')
      return name === 'sequelize' ? { kind: 'store', client, role: 'connection' } : undefined;
    const relation = store.model?.relations.get(name);
    if (relation !== undefined) return recordOf(relation.target());
    // `const { rows, count } = await Order.findAndCountAll()`, `const [order, created] = await Order.findOrCreate()`.
    return name === 'rows' || name === '0' ? store : undefined;
  },
  call: (store, method, given, _then, ask) => interpretCall(store, method, given, ask),
  define(store, method, given, found, ask) {
    if (method === 'define' && store.role === 'connection') defineModel(given, ask);
    else if (method === 'init') initModel(store, given, found, ask);
    else if (associations.some((one) => one === method)) ask.models.later(() => associate(store, method, given, ask));
    else if (store.model !== undefined && (definingHooks.has(method) || method === 'addHook' || method === 'hook')) {
      const place = handlerPlace(given.at(-1), ask);
      recordHook(
        store.model,
        place.unit === '' ? { module: found.module, unit: found.record.unit, line: found.record.line } : place,
        ask,
      );
    }
  },
  defineClass: defineTableClass,
};
