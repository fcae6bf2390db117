import { pathsOf } from '../express/express-framework.ts';
import type { RouterFramework } from '../registration/framework.ts';
import type { Machine } from '../registration/machine.ts';
import { guardFields, guardsOfRecord, registerRecords } from '../registration/route-records.ts';
import type { Router } from '../registration/router.ts';
import {
  alternatives,
  functionsIn,
  itemOf,
  knownText,
  unknown,
  type Item,
  type Site,
  type Value,
} from '../registration/values.ts';
import { autoload } from './autoload.ts';

const methods = new Set([
  'get',
  'post',
  'put',
  'patch',
  'delete',
  'head',
  'options',
  'all',
  'search',
  'propfind',
  'trace',
]);
const guardHooks: ReadonlySet<string> = new Set(guardFields);

/** Fastify: https://fastify.dev/docs/latest/Reference/Routes/, plug-ins with prefixes, hooks, @fastify/autoload. */
export const fastify: RouterFramework = {
  name: 'fastify',
  packages: new Set([
    'fastify',
    'fastify-plugin',
    '@fastify/autoload',
    'fastify-autoload',
    '@fastify/type-provider-typebox',
    '@fastify/type-provider-json-schema-to-ts',
    'fastify-type-provider-zod',
  ]),
  types: new Set([
    'FastifyInstance',
    'FastifyPluginAsync',
    'FastifyPlugin',
    'FastifyPluginCallback',
    'FastifyPluginAsyncTypebox',
    'FastifyPluginCallbackTypebox',
    'FastifyPluginAsyncJsonSchemaToTs',
    'FastifyPluginAsyncZod',
    'FastifyPluginCallbackZod',
  ]),
  // Hooks of a context are put together when it is ready, so their place in it says nothing.
  guardsAll: true,

  create({ specifier, names, given, site }, machine) {
    if (specifier === 'fastify-plugin') return opened(given[0]?.value);
    if (specifier !== 'fastify' || (names.length > 0 && names[0] !== 'fastify' && names[0] !== 'Fastify'))
      return undefined;
    return { kind: 'router', router: machine.createRouter(fastify, site, { app: true }) };
  },

  call(router, name, given, site, machine) {
    const self: Value = { kind: 'router', router };
    switch (name) {
      case 'withTypeProvider':
      case 'setValidatorCompiler':
      case 'setSerializerCompiler':
      case 'addContentTypeParser':
        return self;
      case 'register':
        register(router, given, site, machine);
        return self;
      case 'route':
        registerRecords(router, given, site, machine);
        return self;
      case 'addHook': {
        const hook = knownText(given[0]?.value ?? unknown);
        if (hook !== undefined && guardHooks.has(hook)) machine.addGuards(router, [], given.slice(1));
        return self;
      }
      case 'decorate':
        decorate(router, given);
        return self;
      // `after(() => …)`, `ready(…)`: run when plug-ins are there.
      case 'after':
      case 'ready':
        for (const item of given) if (item.value.kind === 'function') machine.call(item.value, [], site);
        return self;
      default:
    }
    if (!methods.has(name)) return undefined;
    const [path, second, third] = given;
    if (path === undefined || second === undefined) return self;
    const options = second.value.kind === 'record' ? second.value.fields : undefined;
    const handler = third ?? (options === undefined ? second : options.get('handler'));
    if (router.assumed && (handler === undefined || (options === undefined && functionsIn(handler.value).length === 0)))
      return self;
    machine.addRoute(
      router,
      {
        methods: [name.toUpperCase()],
        paths: pathsOf(path, machine),
        guards: options === undefined ? [] : guardsOfRecord(options),
        handlers: handler === undefined ? [] : [handler],
      },
      site,
    );
    return self;
  },
};

/** A plug-in gets an instance of its own, unless fastify-plugin opened it. */
function register(router: Router, given: readonly Item[], site: Site, machine: Machine): void {
  const [plugin, options] = given;
  if (plugin === undefined) return;
  const settings = options?.value.kind === 'record' ? options.value.fields : new Map<string, Item>();
  if (isAutoload(plugin.value)) {
    autoload(settings, machine, ({ module, prefix }) => {
      load(router, machine.exported(module, '*'), prefix, options, site, machine);
    });
    return;
  }
  const named = settings.get('prefix');
  load(router, plugin.value, named === undefined ? [] : pathsOf(named, machine), options, site, machine);
}

function load(
  router: Router,
  plugin: Value,
  prefix: ReturnType<typeof pathsOf>,
  options: Item | undefined,
  site: Site,
  machine: Machine,
): void {
  for (const one of alternatives(plugin)) {
    // `import('./plugin')` and `require` of a module with a default export.
    const value = one.kind === 'record' ? (one.fields.get('default')?.value ?? unknown) : one;
    if (value.kind !== 'function') continue;
    const target = value.open === true && prefix.length === 0 ? router : machine.createRouter(fastify, site);
    if (target !== router) machine.addMount(router, target, prefix, []);
    for (const [name, held] of router.fields) if (!target.fields.has(name)) target.fields.set(name, held);
    const instance = itemOf({ kind: 'router', router: target }, site);
    machine.call(value, options === undefined ? [instance] : [instance, options], site);
  }
}

function opened(value: Value | undefined): Value {
  return value?.kind === 'function' ? { ...value, open: true } : (value ?? unknown);
}

function decorate(router: Router, given: readonly Item[]): void {
  const name = knownText(given[0]?.value ?? unknown);
  const value = given[1]?.value;
  if (name !== undefined && value !== undefined) router.fields.set(name, value);
}

function isAutoload(value: Value): boolean {
  return value.kind === 'symbol' && value.path.root.kind === 'import' && value.path.root.specifier.endsWith('autoload');
}
