import { mayHandle, pathsOf } from '../express/express-framework.ts';
import type { RouterFramework } from '../registration/framework.ts';
import type { Machine } from '../registration/machine.ts';
import type { Router } from '../registration/router.ts';
import { flattenItems, unknown, type Item, type Site, type Value } from '../registration/values.ts';
import { registerRecords } from '../registration/route-records.ts';

const methods = new Set(['get', 'post', 'put', 'patch', 'delete', 'del', 'head', 'options', 'link', 'unlink', 'all']);

/** Koa with @koa/router (koa-router, koa-joi-router) and koa-mount: https://github.com/koajs/router/blob/master/API.md */
export const koa: RouterFramework = {
  name: 'koa',
  packages: new Set([
    'koa',
    '@koa/router',
    'koa-router',
    'koa-joi-router',
    'koa-mount',
    'koa-compose',
    'koa-better-router',
    'koa-tree-router',
  ]),
  types: new Set(['Koa', 'Router', 'KoaRouter', 'DefaultState']),

  create({ specifier, names, construct, given, site }, machine) {
    const [first, second] = given;
    if (specifier === 'koa-mount') return mount(first, second, site, machine);
    // What is composed is used one after the other, as a list is.
    if (specifier === 'koa-compose') return first?.value;
    if (!construct && names.length > 0 && names[0] !== 'Router') return undefined;
    if (specifier === 'koa') return { kind: 'router', router: machine.createRouter(koa, site, { app: true }) };
    const prefix = first?.value.kind === 'record' ? first.value.fields.get('prefix') : undefined;
    const prefixes = prefix === undefined ? [] : machine.texts(prefix.value);
    return { kind: 'router', router: machine.createRouter(koa, site, { prefixes }) };
  },

  call(router, name, given, site, machine) {
    const self: Value = { kind: 'router', router };
    switch (name) {
      case 'routes':
      case 'middleware':
        return self;
      // Answers OPTIONS and 405 for what is there: no endpoint of its own.
      case 'allowedMethods':
        return unknown;
      case 'prefix':
        router.prefixes = pathsOf(given[0], machine);
        return self;
      case 'use':
        use(router, given, machine);
        return self;
      case 'route':
        registerRecords(router, given, site, machine);
        return self;
      case 'register':
        register(router, given, site, machine);
        return self;
      case 'redirect':
        machine.addRoute(
          router,
          { methods: ['ALL'], paths: pathsOf(given[0], machine), guards: [], handlers: [] },
          site,
        );
        return self;
      default:
    }
    if (!methods.has(name)) return name === 'param' ? self : undefined;
    // `get('name', '/path', …)`: a name in front.
    const named = given.length > 2 && isText(given[0]) && isText(given[1]);
    const [path, ...rest] = named ? given.slice(1) : given;
    const items = flattenItems(rest);
    const last = items.at(-1);
    if (path === undefined || last === undefined || (router.assumed && !mayHandle(last.value))) return self;
    const method = name === 'del' ? 'DELETE' : name.toUpperCase();
    machine.addRoute(
      router,
      { methods: [method], paths: pathsOf(path, machine), guards: items.slice(0, -1), handlers: [last] },
      site,
    );
    return self;
  },
};

function isText(item: Item | undefined): boolean {
  return item?.value.kind === 'text';
}

/** `mount('/x', app)` is middleware that hands on what lies below a path. */
function mount(first: Item | undefined, second: Item | undefined, site: Site, machine: Machine): Value | undefined {
  const target = (second ?? first)?.value;
  if (target?.kind !== 'router') return undefined;
  const router = machine.createRouter(koa, site, { bare: true });
  machine.addMount(router, target.router, second === undefined ? [] : pathsOf(first, machine), []);
  return { kind: 'router', router };
}

function use(router: Router, given: readonly Item[], machine: Machine): void {
  const [first] = given;
  if (first === undefined) return;
  const texts = first.value.kind === 'list' ? first.value.items : [first];
  const hasPath = texts.length > 0 && texts.every(isText);
  const paths = hasPath ? pathsOf(first, machine) : [];
  const guards: Item[] = [];
  for (const item of flattenItems(hasPath ? given.slice(1) : given)) {
    if (item.value.kind === 'router') machine.addMount(router, item.value.router, paths, [...guards]);
    else if (item.value.kind !== 'unknown' || item.value.carries !== undefined) guards.push(item);
  }
  if (guards.length > 0) machine.addGuards(router, paths, guards);
}

/** `register(path, ['GET'], middleware)`. */
function register(router: Router, given: readonly Item[], site: Site, machine: Machine): void {
  const [path, listed, handlers] = given;
  const items = handlers === undefined ? [] : flattenItems([handlers]);
  const names = listed?.value.kind === 'list' ? listed.value.items.flatMap((item) => machine.texts(item.value)) : [];
  const last = items.at(-1);
  if (path === undefined || last === undefined) return;
  machine.addRoute(
    router,
    {
      methods: names.length === 0 ? ['ALL'] : names.map((text) => (text.parts[0] ?? 'ALL').toUpperCase()),
      paths: pathsOf(path, machine),
      guards: items.slice(0, -1),
      handlers: [last],
    },
    site,
  );
}
