import { mayHandle, pathsOf } from '../express/express-framework.ts';
import type { RouterFramework } from '../registration/framework.ts';
import type { Machine } from '../registration/machine.ts';
import { guardsOfRecord, methodsOf } from '../registration/route-records.ts';
import type { Router } from '../registration/router.ts';
import {
  alternatives,
  flattenItems,
  textValue,
  unknown,
  type Item,
  type Site,
  type TextValue,
  type Value,
} from '../registration/values.ts';

const methods = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all']);

/** Hono and its OpenAPI variant: https://hono.dev/docs/api/routing, https://github.com/honojs/middleware/tree/main/packages/zod-openapi */
export const hono: RouterFramework = {
  name: 'hono',
  packages: new Set(['hono', 'hono/tiny', 'hono/quick', 'hono/factory', '@hono/zod-openapi', 'hono/hono-base']),
  types: new Set(['Hono', 'OpenAPIHono', 'HonoBase']),
  pathOf: (path) => path.replaceAll(/(:\w+)\{[^/]*\}/g, '$1').replaceAll(/\{(\w+)\}/g, ':$1'),

  create({ names, construct, given, site }, machine) {
    const name = names.at(-1);
    if (name === 'createRoute') return given[0]?.value;
    if (name === 'createHandlers') return { kind: 'list', items: [...given] };
    if (name === 'createApp' || (construct && (name === 'Hono' || name === 'OpenAPIHono')))
      // Every Hono can answer by itself; those that are mounted are found by that.
      return { kind: 'router', router: machine.createRouter(hono, site, { app: true }) };
    return undefined;
  },

  call(router, name, given, site, machine) {
    const self: Value = { kind: 'router', router };
    switch (name) {
      case 'route': {
        const [path, ...targets] = given;
        for (const target of targets.flatMap((item) => alternatives(item.value)))
          if (target.kind === 'router') machine.addMount(router, target.router, pathsOf(path, machine), []);
        return self;
      }
      case 'basePath': {
        const inner = machine.createRouter(hono, site, { assumed: router.assumed });
        machine.addMount(router, inner, pathsOf(given[0], machine), []);
        return { kind: 'router', router: inner };
      }
      case 'use':
        use(router, given, machine);
        return self;
      case 'on':
        on(router, given, site, machine);
        return self;
      case 'openapi':
        openapi(router, given, site, machine);
        return self;
      case 'doc':
      case 'doc31':
        machine.addRoute(
          router,
          { methods: ['GET'], paths: pathsOf(given[0], machine), guards: [], handlers: [] },
          site,
        );
        return self;
      case 'onError':
      case 'notFound':
        return self;
      default:
    }
    if (!methods.has(name)) return undefined;
    const [first, ...rest] = given;
    const hasPath = first !== undefined && isPath(first, machine);
    const items = flattenItems(hasPath ? rest : given);
    const last = items.at(-1);
    if (last === undefined || (router.assumed && !mayHandle(last.value))) return self;
    const paths = hasPath ? pathsOf(first, machine) : [textValue('')];
    machine.addRoute(
      router,
      { methods: [name.toUpperCase()], paths, guards: items.slice(0, -1), handlers: [last] },
      site,
    );
    return self;
  },
};

function use(router: Router, given: readonly Item[], machine: Machine): void {
  const [first] = given;
  const hasPath = first !== undefined && isPath(first, machine);
  const paths = hasPath
    ? pathsOf(first, machine).filter((path) => path.parts.join('') !== '*' && path.parts.join('') !== '/*')
    : [];
  machine.addGuards(router, paths, flattenItems(hasPath ? given.slice(1) : given));
}

/** `on(['GET', 'POST'], ['/a', '/b'], …handlers)`. */
function on(router: Router, given: readonly Item[], site: Site, machine: Machine): void {
  const [method, path, ...rest] = given;
  const items = flattenItems(rest);
  const last = items.at(-1);
  if (path === undefined || last === undefined) return;
  machine.addRoute(
    router,
    {
      methods: methodsOf(method, machine),
      paths: pathsOf(path, machine),
      guards: items.slice(0, -1),
      handlers: [last],
    },
    site,
  );
}

/** `openapi(createRoute({ method, path, middleware }), handler)`. */
function openapi(router: Router, given: readonly Item[], site: Site, machine: Machine): void {
  const [described, handler] = given;
  for (const value of alternatives(described?.value ?? unknown)) {
    if (value.kind !== 'record') continue;
    const path = value.fields.get('path');
    // The route is written where it is answered; its description may stand anywhere.
    const paths = pathsOf(path, machine).map((text): TextValue => ({ kind: 'text', parts: text.parts }));
    machine.addRoute(
      router,
      {
        methods: methodsOf(value.fields.get('method'), machine),
        paths,
        guards: guardsOfRecord(value.fields),
        handlers: handler === undefined ? [] : [handler],
      },
      site,
    );
  }
}

function isPath(item: Item, machine: Machine): boolean {
  return item.value.kind === 'text' || item.value.kind === 'list' || machine.texts(item.value).length > 0;
}
