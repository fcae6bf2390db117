import type { RouterFramework } from '../registration/framework.ts';
import type { Machine } from '../registration/machine.ts';
import type { Router } from '../registration/router.ts';
import {
  alternatives,
  flattenItems,
  textValue,
  type Item,
  type Site,
  type TextValue,
  type Value,
} from '../registration/values.ts';

const methods = new Set([
  'get',
  'post',
  'put',
  'patch',
  'delete',
  'del',
  'head',
  'options',
  'all',
  'search',
  'trace',
  'copy',
  'lock',
  'unlock',
  'move',
  'purge',
  'propfind',
  'report',
  'mkcol',
  'merge',
  'opts',
]);

/** Express, and the packages that copy how it registers routes: https://expressjs.com/en/5x/api.html#router, polka, restify. */
export const express: RouterFramework = {
  name: 'express',
  packages: new Set([
    'express',
    'express-promise-router',
    'express-async-router',
    '@awaitjs/express',
    '@feathersjs/express',
    'ultimate-express',
    'hyper-express',
    'polka',
    'restify',
    'restify-router',
    'router',
    '@root/async-router',
    'express-ws',
  ]),
  types: new Set(['Express', 'Application', 'Router', 'IRouter', 'IRoute', 'Polka', 'Server', 'ExpressApp']),

  create({ specifier, names, given, site }, machine) {
    const [name, ...further] = names;
    if (further.length > 0) return undefined;
    // `expressWs(app)` hangs `ws` on the application that it is given; `addAsync(app)` gives it back.
    if (specifier === 'express-ws' || name === 'addAsync') return given[0]?.value;
    if (name === 'Router' || name === 'AsyncRouter') return routerValue(machine, site, false);
    if (name === undefined)
      return routerValue(
        machine,
        site,
        /^(?:express|polka|ultimate-express|hyper-express)$/.test(specifier) || /feathers/.test(specifier),
      );
    return name === 'createServer' || name === 'Server' || name === 'express'
      ? routerValue(machine, site, true)
      : undefined;
  },

  call(router, name, given, site, machine) {
    const self: Value = { kind: 'router', router };
    if (name === 'route' || name === 'use' || name === 'applyRoutes') {
      if (name === 'route') return route(router, given, site, machine);
      use(router, given, machine);
      return self;
    }
    if (!methods.has(name))
      return /^(?:param|set|enable|disable|engine|pre|on|lazyrouter)$/.test(name) ? self : undefined;
    const method = name === 'del' ? 'DELETE' : name === 'opts' ? 'OPTIONS' : name.toUpperCase();
    const [first, ...rest] = given;
    const items = flattenItems(router.bare ? given : rest);
    const last = items.at(-1);
    // `app.get('setting')` reads a setting.
    if (last === undefined || (!router.bare && first === undefined)) return self;
    const paths = router.bare ? [textValue('')] : pathsOf(first, machine);
    if (router.assumed && !mayHandle(last.value)) return self;
    machine.addRoute(router, { methods: [method], paths, guards: items.slice(0, -1), handlers: [last] }, site);
    return self;
  },
};

function routerValue(machine: Machine, site: Site, app: boolean): Value {
  return { kind: 'router', router: machine.createRouter(express, site, { app }) };
}

function route(router: Router, given: readonly Item[], site: Site, machine: Machine): Value {
  const target = machine.createRouter(router.framework, site, { bare: true, assumed: router.assumed });
  machine.addMount(router, target, pathsOf(given[0], machine), []);
  return { kind: 'router', router: target };
}

/** `use([path,] …guards and routers)`: what stands before a router in the list guards it. */
function use(router: Router, given: readonly Item[], machine: Machine): void {
  const [first] = given;
  if (first === undefined) return;
  const hasPath = isPath(first.value) || (given.length > 1 && isCalledPath(first));
  const paths = hasPath ? pathsOf(first, machine) : [];
  const guards: Item[] = [];
  for (const item of flattenItems(hasPath ? given.slice(1) : given)) {
    const targets = alternatives(item.value).filter((value) => value.kind === 'router');
    for (const { router: target } of targets) machine.addMount(router, target, paths, [...guards]);
    if (targets.length === 0) guards.push(item);
  }
  if (guards.length > 0) machine.addGuards(router, paths, guards);
}

/** A path is text, also one of which nothing is known, or a list of such. */
function isPath(value: Value): boolean {
  return alternatives(value).some(
    (one) => one.kind === 'text' || (one.kind === 'list' && one.items.some((item) => item.value.kind === 'text')),
  );
}

/** `use(settings.contextRoot, router)`: what a value is called says what it is, when nothing else does. */
function isCalledPath({ name, value }: Item): boolean {
  const open = value.kind === 'unknown' ? value.carries === undefined : value.kind === 'symbol';
  return open && name !== undefined && /(?:path|prefix|root|base|ur[il])$/i.test(name);
}

export function pathsOf(item: Item | undefined, machine: Machine): readonly TextValue[] {
  if (item === undefined) return [textValue(undefined)];
  const values = alternatives(item.value).flatMap((value) =>
    value.kind === 'list' ? value.items.map((one) => one.value) : [value],
  );
  const texts = values.flatMap((value) => machine.texts(value)).map((text) => placed(text, item));
  return texts.length === 0 ? [placed(textValue(undefined), item)] : texts;
}

/** A constant of another module counts as written where it is used. */
function placed(text: TextValue, item: Item): TextValue {
  return text.origin === undefined
    ? { ...text, origin: { module: item.module, at: item.from, line: item.line } }
    : text;
}

/** Whether something can answer: text and tables can't. */
export function mayHandle(value: Value): boolean {
  return alternatives(value).some(
    (one) =>
      one.kind === 'function' ||
      one.kind === 'symbol' ||
      one.kind === 'native' ||
      (one.kind === 'unknown' && one.carries !== undefined),
  );
}
