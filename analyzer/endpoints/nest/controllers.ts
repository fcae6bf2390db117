import type { FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import type { Unresolved } from '../../facts/facts.ts';
import { entryOf, itemsOf, type StaticValue } from '../../source/static-value.ts';
import type { ClassIndex, KnownClass, OwnedMember } from '../decorated/class-index.ts';
import type { AppliedDecorator } from '../decorated/expand-decorators.ts';
import { textOf, textsOf, unknownText } from '../decorated/values.ts';
import { joinPaths } from '../express/join-paths.ts';
import { versionsOf, type Application } from './applications.ts';
import type { ModuleGraph } from './module-graph.ts';
import type { NestSummary } from './nest-summary.ts';

const common = '@nestjs/common';
const methods: Readonly<Record<string, string>> = {
  Get: 'GET',
  Post: 'POST',
  Put: 'PUT',
  Patch: 'PATCH',
  Delete: 'DELETE',
  Head: 'HEAD',
  Options: 'OPTIONS',
  All: 'ALL',
  Search: 'SEARCH',
  Sse: 'GET',
};

export interface NestContext {
  readonly project: Project;
  readonly index: ClassIndex;
  readonly graph: ModuleGraph;
  readonly found: ReadonlyMap<string, NestSummary>;
  readonly decoratorsOf: (known: KnownClass) => readonly AppliedDecorator[];
  readonly decoratorsOn: (owned: OwnedMember) => readonly AppliedDecorator[];
  /** Names in `@UseGuards`, those for everything first. */
  readonly guardsOf: (decorators: readonly AppliedDecorator[]) => readonly string[];
}

/**
 * HTTP routes of `@Controller` classes, with inherited ones. A path is put together as NestJS does it: global prefix, version,
 * RouterModule, controller, method (packages/core/router/route-path-factory.ts).
 */
export function controllerEndpoints(
  context: NestContext,
  applications: readonly Application[],
  unresolved: Unresolved[],
): FoundEndpoint[] {
  const { project, index, graph, decoratorsOf, decoratorsOn, guardsOf } = context;
  const { linker } = project;
  const modulePaths = routerModulePaths(context);
  return index.classes.flatMap((known) => {
    const decorator = decoratorsOf(known).find(({ package: from, name }) => from === common && name === 'Controller');
    return decorator === undefined ? [] : controllerOf(known, decorator);
  });

  function controllerOf(known: KnownClass, controller: AppliedDecorator): FoundEndpoint[] {
    const listing = graph.listing(known.id);
    const routes = index.members(known).flatMap((owned) => routesOf(known, controller, owned, listing));
    if (listing.length > 0 || graph.incomplete || graph.controllers.size === 0) return routes;
    if (routes.length > 0)
      unresolved.push({
        place: `${known.module}:${controller.line}`,
        what: 'endpoint',
        text: known.record.unit,
        reason: 'No module lists this controller: NestJS does not serve it.',
      });
    return [];
  }

  function routesOf(
    known: KnownClass,
    controller: AppliedDecorator,
    owned: OwnedMember,
    listing: readonly string[],
  ): FoundEndpoint[] {
    const { member, owner } = owned;
    if (member.unit === undefined) return [];
    const decorators = decoratorsOn(owned);
    const routes = decorators.flatMap((decorator) => routeOf(decorator));
    if (routes.length === 0) return [];
    const [options] = controller.arguments;
    const own = textsOf(linker, controller.module, options?.kind === 'object' ? entryOf(options, 'path') : options);
    const version = decorators.find(({ package: from, name }) => from === common && name === 'Version');
    const versions =
      version === undefined
        ? versionsOf(controller.module, entryOf(options, 'version'), project)
        : versionsOf(version.module, version.arguments[0], project);
    const applied = applications.filter(({ modules }) => listing.some((id) => modules.has(id)));
    const serving = applied.length > 0 ? applied : applications.slice(0, 1);
    const prefixes = listing.flatMap((id) => modulePaths.get(id) ?? []);
    const guards = [...guardsOf(decoratorsOf(known)), ...guardsOf(decorators)];
    return routes.flatMap(({ method, paths, decorator }) =>
      serving.flatMap((application) =>
        fullPaths(application, versions, prefixes, own, paths, method).map((path) =>
          endpoint(`${method} ${path}`, owner, member.unit ?? '', decorator, [...application.guards, ...guards]),
        ),
      ),
    );
  }

  function endpoint(
    id: string,
    owner: KnownClass,
    unit: string,
    decorator: AppliedDecorator,
    guards: readonly string[],
  ): FoundEndpoint {
    const place = `${owner.module}:${decorator.line}`;
    if (id.includes(unknownText))
      unresolved.push({ place, what: 'endpoint', text: id, reason: 'A part of the path is only known at run time.' });
    const named = [...new Set(guards)];
    return {
      id,
      kind: 'http',
      handlers: [unitId(owner.module, unit)],
      module: owner.module,
      ...(named.length === 0 ? {} : { guards: named }),
      place,
    };
  }

  function routeOf(decorator: AppliedDecorator): { method: string; paths: string[]; decorator: AppliedDecorator }[] {
    if (decorator.package !== common) return [];
    const [first] = decorator.arguments;
    if (decorator.name === 'RequestMapping') {
      const method = entryOf(first, 'method');
      const name = method?.kind === 'reference' ? method.path.steps.at(-1) : undefined;
      return [{ method: name ?? 'GET', paths: pathsOf(decorator.module, entryOf(first, 'path')), decorator }];
    }
    const method = methods[decorator.name];
    return method === undefined ? [] : [{ method, paths: pathsOf(decorator.module, first), decorator }];
  }

  function pathsOf(module: string, value: StaticValue | undefined): string[] {
    if (value === undefined) return [''];
    const texts = textsOf(linker, module, value);
    return texts.length > 0 ? texts : [unknownText];
  }
}

function fullPaths(
  { prefix, excluded, versioning }: Application,
  versions: readonly string[],
  modulePaths: readonly string[],
  controllerPaths: readonly string[],
  methodPaths: readonly string[],
  method: string,
): string[] {
  const asked = versions.length > 0 ? versions : (versioning?.defaults ?? []);
  const starts =
    versioning === undefined || asked.length === 0
      ? ['']
      : asked.map((version) => (version === '' ? '' : `/${versioning.prefix}${version}`));
  const ways = [starts, modulePaths, controllerPaths, methodPaths].map((list) => (list.length === 0 ? [''] : list));
  const paths = ways.reduce(
    (before, list) => before.flatMap((start) => list.map((end) => joinPaths(start, end))),
    [''],
  );
  return [...new Set(paths.map((path) => (isExcluded(path) ? path : joinPaths(prefix, path))))].map(expressPath);

  function isExcluded(path: string): boolean {
    return excluded.some(({ path: pattern, method: only }) => {
      if (only !== undefined && only !== method) return false;
      const wild = /^(.*?)\/?(?:\*\w*|\(\.\*\)|\{\*\w+\})$/.exec(pattern);
      return wild === null ? pattern === path : path === wild[1] || path.startsWith(`${wild[1] ?? ''}/`);
    });
  }
}

function expressPath(path: string): string {
  return path === '' ? '/' : path;
}

/** Prefixes that RouterModule gives to modules, by their ids. */
function routerModulePaths({ found, project, index }: NestContext): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  const read = (module: string, value: StaticValue | undefined, prefix: string): void => {
    for (const item of itemsOf(value)) {
      const path = joinPaths(prefix, textOf(project.linker, module, entryOf(item, 'path')) ?? '');
      const held = item.kind === 'reference' ? item : entryOf(item, 'module');
      const known = held?.kind === 'reference' ? index.at(module, held.path) : undefined;
      const own = item.kind === 'reference' ? prefix : path;
      if (known !== undefined) paths.set(known.id, [...(paths.get(known.id) ?? []), own]);
      read(module, entryOf(item, 'children'), path);
    }
  };
  for (const [module, { routes }] of found) for (const call of routes) read(module, call.arguments[0], '');
  return paths;
}
