import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { findBinding } from '../../dependencies/find-binding.ts';
import { unitId } from '../../dependencies/edges.ts';
import type { StaticObject, StaticValue } from '../../source/static-value.ts';
import { textOf } from '../decorated/values.ts';
import { handlersOf } from '../handlers.ts';
import { rootTypes } from './collect-graphql.ts';
import { decoratedResolvers } from './decorated-resolvers.ts';
import type { GraphqlSummary } from './graphql-summary.ts';

const servers =
  /^(?:apollo-server|@apollo\/(?:server|subgraph)|graphql-yoga|@graphql-yoga|mercurius|@?graphql-tools|@graphql-tools|express-graphql|graphql-http|@as-integrations|graphql-modules|koa-graphql|@envelop|@nestjs\/(?:graphql|apollo))/;
const builders = /^(?:@pothos\/|nexus$|@nexus\/schema|graphql$)/;

/** Resolver maps, fields defined by calls, and resolver classes. */
export function linkGraphql(found: ReadonlyMap<string, GraphqlSummary>, project: Project): Findings {
  const { linker, modules } = project;
  const endpoints = new Map<string, FoundEndpoint>();
  const serves = [...modules.values()].some(({ imports }) => imports.some(({ specifier }) => servers.test(specifier)));
  for (const [module, { roots }] of serves ? found : []) for (const root of roots) addTypes(module, root);
  for (const [module, { defined }] of found) {
    for (const { type, name, handler, maker, line } of defined) {
      const target = linker.follow(module, maker);
      if (target?.kind !== 'external' || !builders.test(target.specifier)) continue;
      const text = typeof name === 'string' ? name : textOf(linker, module, name);
      if (text !== undefined) add(type, text, module, handler, line);
    }
  }
  return { endpoints: [...endpoints.values(), ...decoratedResolvers(project)] };

  function addTypes(module: string, root: StaticObject): void {
    for (const { key, value } of root.entries) addFields(module, key, value, 0);
    for (const spread of root.spreads) {
      const held = objectAt(module, spread);
      if (held !== undefined) addTypes(held.module, held.object);
    }
  }

  function addFields(module: string, type: string, value: StaticValue, depth: number): void {
    if (depth > 6) return;
    if (value.kind === 'call') {
      for (const argument of value.arguments) addFields(module, type, argument, depth + 1);
      return;
    }
    if (value.kind !== 'object') {
      const held = objectAt(module, value);
      if (held !== undefined) addFields(held.module, type, held.object, depth + 1);
      else addModule(module, type, value);
      return;
    }
    for (const { key, value: field, at } of value.entries) {
      if (key.startsWith('__') && key !== '__resolveReference') continue;
      if (field.kind !== 'text' && field.kind !== 'constant' && field.kind !== 'list')
        add(type, key, module, field, found.get(module)?.lines.get(at) ?? 1);
    }
    for (const spread of value.spreads) addFields(module, type, spread, depth + 1);
  }

  /** `import * as Query from './queries'`: each exported function is a field. */
  function addModule(module: string, type: string, value: StaticValue): void {
    const target = value.kind === 'reference' ? linker.follow(module, value.path) : undefined;
    const summary = target?.kind === 'module' ? modules.get(target.module) : undefined;
    for (const [name, path] of summary?.exports ?? []) {
      const held = summary === undefined ? undefined : linker.follow(summary.id, path);
      if (held?.kind !== 'unit' || summary === undefined || name === 'default') continue;
      const line = modules.get(held.module)?.units.find((unit) => unit.name === held.unit)?.line ?? 1;
      add(
        type,
        name,
        held.module,
        { kind: 'reference', path: { root: { kind: 'unit', name: held.unit }, steps: [] }, pieces: [] },
        line,
      );
    }
  }

  function objectAt(
    module: string,
    value: StaticValue,
  ): { readonly module: string; readonly object: StaticObject } | undefined {
    const path = value.kind === 'reference' ? value.path : value.kind === 'call' ? value.callee : undefined;
    const binding = path === undefined ? undefined : findBinding(modules, linker, module, path);
    const object = binding === undefined ? undefined : found.get(binding.module)?.objects.get(binding.name);
    if (binding === undefined || object === undefined) return undefined;
    // `resolvers.Query` of an object elsewhere.
    const inner = binding.steps.reduce<StaticValue | undefined>(
      (at, step) => (at?.kind === 'object' ? at.entries.find(({ key }) => key === step)?.value : undefined),
      object,
    );
    return inner?.kind === 'object' ? { module: binding.module, object: inner } : undefined;
  }

  function add(type: string, name: string, module: string, handler: StaticValue | undefined, line: number): void {
    const root = rootTypes[type];
    const id = root === undefined ? `field ${type}.${name}` : `${root} ${name}`;
    const found_ = handlersOf(project, module, handler);
    const guards = guardsOf(handler);
    if (endpoints.has(id)) return;
    endpoints.set(id, {
      id,
      kind: 'graphql',
      ...found_,
      handlers: found_.handlers.filter((unit) => unit !== unitId(module, '')),
      module,
      ...(guards.length === 0 ? {} : { guards }),
      place: `${module}:${line}`,
    });
  }
}

function isHandler(value: StaticValue): boolean {
  return (
    value.kind === 'function' ||
    value.kind === 'reference' ||
    (value.kind === 'call' && value.arguments.some(isHandler))
  );
}

/** `authenticated(async () => …)`, `combineResolvers(isAdmin, async () => …)`. */
function guardsOf(handler: StaticValue | undefined): string[] {
  // What is handed no function makes one: it is the handler itself.
  if (handler?.kind !== 'call' || !handler.arguments.some(isHandler)) return [];
  if (handler.name !== undefined && !/^(?:combine|compose|pipe|chain|wrap|bind|withFilter)/i.test(handler.name))
    return [handler.name];
  return handler.arguments.slice(0, -1).flatMap((argument) => {
    if (argument.kind === 'call') return argument.name === undefined ? [] : [argument.name];
    if (argument.kind !== 'reference') return [];
    const { root, steps } = argument.path;
    const name = steps.at(-1) ?? ('name' in root ? root.name : undefined);
    return name === undefined ? [] : [name];
  });
}
