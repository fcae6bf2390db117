import type { RouterFramework } from '../registration/framework.ts';
import {
  flattenItems,
  knownText,
  textValue,
  unknown,
  type Item,
  type TextValue,
  type Value,
} from '../registration/values.ts';
import { pathsOf } from './express-framework.ts';

/** What each action of a resource answers, and on which of its two endpoints (https://github.com/tommybananas/finale). */
const actions = [
  { name: 'create', method: 'POST', single: false },
  { name: 'list', method: 'GET', single: false },
  { name: 'read', method: 'GET', single: true },
  { name: 'update', method: 'PUT', single: true },
  { name: 'delete', method: 'DELETE', single: true },
] as const;

/** Resources over Sequelize models on an Express application: finale, and epilogue, which it comes from. */
export const finale: RouterFramework = {
  name: 'finale',
  packages: new Set(['finale-rest', 'finale', 'epilogue']),
  types: new Set(),

  create({ names, given, site }, machine) {
    const [options] = given;
    if (options?.value.kind !== 'record') return undefined;
    const { fields } = options.value;
    if (names.at(-1) === 'initialize') {
      const app = fields.get('app')?.value;
      if (app?.kind === 'router') machine.shared.set('finale', app.router);
      const base = knownText(fields.get('base')?.value ?? unknown);
      machine.shared.set('finale base', textValue(base ?? ''));
      return unknown;
    }
    if (names.at(-1) !== 'resource') return undefined;
    const app = machine.shared.get('finale');
    if (app === undefined || 'kind' in app) return unknown;
    const base = machine.shared.get('finale base');
    const wanted = namesIn(fields.get('actions'));
    const update = knownText(fields.get('updateMethod')?.value ?? unknown)?.toUpperCase();
    const endpoints = fields.get('endpoints');
    const paths = flattenItems(endpoints === undefined ? [] : [endpoints]).map((item) => pathsOf(item, machine));
    const model = fields.get('model');
    for (const action of actions) {
      if (wanted !== undefined && !wanted.includes(action.name)) continue;
      const own = paths[action.single ? 1 : 0] ?? [];
      const prefixed = base !== undefined && 'kind' in base ? own.map((text) => prefix(base, text)) : own;
      if (prefixed.length === 0) continue;
      const method = action.name === 'update' ? (update ?? action.method) : action.method;
      machine.addRoute(
        app,
        { methods: [method], paths: prefixed, guards: [], handlers: model === undefined ? [] : [model] },
        site,
      );
    }
    return unknown;
  },

  call: () => undefined,
};

function prefix(base: TextValue, text: TextValue): TextValue {
  return { ...text, parts: [...base.parts, ...text.parts] };
}

function namesIn(item: Item | undefined): string[] | undefined {
  const value: Value | undefined = item?.value;
  return value?.kind === 'list' ? value.items.flatMap((one) => knownText(one.value) ?? []) : undefined;
}
