import type { Machine } from './machine.ts';
import type { Router } from './router.ts';
import { pathsOf } from '../express/express-framework.ts';
import { alternatives, flattenItems, type Item, type RecordValue, type Site } from './values.ts';

/** Hooks and options whose functions run before the handler and may turn a request away. */
export const guardFields = [
  'onRequest',
  'preParsing',
  'preValidation',
  'preHandler',
  'pre',
  'middleware',
  'middlewares',
  'validate',
] as const;

/** Routes that are registered as records: `route({ method, url, preHandler, handler })`, one or a list of them. */
export function registerRecords(router: Router, given: readonly Item[], site: Site, machine: Machine): void {
  for (const item of flattenItems(given)) {
    for (const value of alternatives(item.value))
      if (value.kind === 'record') registerRecord(router, value, site, machine);
  }
}

function registerRecord(router: Router, { fields }: RecordValue, site: Site, machine: Machine): void {
  const path = fields.get('url') ?? fields.get('path');
  const methods = methodsOf(fields.get('method'), machine);
  const answers = flattenItems([fields.get('handler')].flatMap((item) => item ?? []));
  if (path === undefined || methods.length === 0) return;
  machine.addRoute(
    router,
    {
      methods,
      paths: pathsOf(path, machine),
      guards: [...guardsOfRecord(fields), ...answers.slice(0, -1)],
      handlers: answers.slice(-1),
    },
    site,
  );
}

/** `'GET'`, `'get'`, `['GET', 'HEAD']`, `'*'`. */
export function methodsOf(item: Item | undefined, machine: Machine): string[] {
  if (item === undefined) return [];
  return flattenItems([item]).flatMap(({ value }) =>
    machine.texts(value).map(({ parts }) => {
      const name = parts.join('').toUpperCase();
      return name === '*' || name === 'ANY' ? 'ALL' : name;
    }),
  );
}

export function guardsOfRecord(fields: RecordValue['fields']): Item[] {
  return guardFields.flatMap((name) => {
    const item = fields.get(name);
    return item === undefined ? [] : flattenItems([item]);
  });
}
