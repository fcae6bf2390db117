import type { Project } from '../../adapters/adapter.ts';
import type { Unresolved } from '../../facts/facts.ts';
import { entryOf, itemsOf, piecesOf, type StaticValue } from '../../source/static-value.ts';
import type { ClassIndex } from '../decorated/class-index.ts';
import { textOf, textsOf, unknownText } from '../decorated/values.ts';
import { joinPaths } from '../express/join-paths.ts';
import type { ModuleGraph } from './module-graph.ts';
import type { NestSummary } from './nest-summary.ts';

/** What one `NestFactory.create` says of all of its routes. */
export interface Application {
  readonly modules: ReadonlySet<string>;
  readonly prefix: string;
  /** Routes without the prefix: a path, `*` at the end for all below it, and a method if only that. */
  readonly excluded: readonly { readonly path: string; readonly method: string | undefined }[];
  /** Undefined unless versions stand in the path. */
  readonly versioning: { readonly prefix: string; readonly defaults: readonly string[] } | undefined;
  readonly guards: readonly string[];
}

/** Reads start files. Settings that a start file leaves to a function in another module are found there. */
export function linkApplications(
  found: ReadonlyMap<string, NestSummary>,
  project: Project,
  index: ClassIndex,
  graph: ModuleGraph,
  unresolved: Unresolved[],
): Application[] {
  const { linker, modules } = project;
  const starts = [...found].flatMap(([module, { roots }]) =>
    roots.map((root) => ({ module, root: root.kind === 'reference' ? index.at(module, root.path) : undefined })),
  );
  const withSettings = new Set([...found].flatMap(([module, { settings }]) => (settings.length > 0 ? [module] : [])));
  if (starts.length === 0) return [read([...withSettings], allModules())];
  const settled = starts.map((start) => ({
    ...start,
    own: [start.module, ...calledModules(start.module)].filter((id) => withSettings.has(id)),
  }));
  // An application that is made to print its schema serves nobody.
  const listening = settled.filter(({ own }) => own.some(listens));
  return (listening.length > 0 ? listening : settled).map(({ root, own }, _, all) => {
    const settings = own.length > 0 || all.length > 1 ? own : [...withSettings];
    return read(settings, root === undefined ? allModules() : graph.reachable(root.id));
  });

  function listens(module: string): boolean {
    return found.get(module)?.settings.some(({ call }) => call.name === 'listen') === true;
  }

  function allModules(): Set<string> {
    return new Set([...graph.controllers.keys(), ...graph.imports.keys()]);
  }

  function calledModules(module: string): string[] {
    return (modules.get(module)?.references ?? []).flatMap((reference) => {
      const target = linker.follow(module, reference.path);
      return target?.kind === 'unit' && target.module !== module ? [target.module] : [];
    });
  }

  function read(settingModules: readonly string[], reached: ReadonlySet<string>): Application {
    let prefix = '';
    let excluded: Application['excluded'] = [];
    let versioning: Application['versioning'];
    const guards: string[] = [];
    for (const module of new Set(settingModules)) {
      for (const { call, line } of found.get(module)?.settings ?? []) {
        const [first, second] = call.arguments;
        if (call.name === 'setGlobalPrefix') {
          const text = knownPart(module, first, line, 'setGlobalPrefix') ?? '';
          prefix = joinPaths('', text.startsWith('/') ? text : `/${text}`);
          excluded = itemsOf(entryOf(second, 'exclude')).flatMap((item) => excludedRoute(module, item));
        }
        if (call.name === 'enableVersioning') versioning = versioningOf(module, first, line);
        if (call.name === 'useGlobalGuards') guards.push(...call.arguments.flatMap(guardName));
      }
    }
    return { modules: reached, prefix: prefix === '/' ? '' : prefix, excluded, versioning, guards };
  }

  function excludedRoute(module: string, item: StaticValue): Application['excluded'][number][] {
    const path = textOf(linker, module, item.kind === 'object' ? entryOf(item, 'path') : item);
    if (path === undefined) return [];
    const method = entryOf(item, 'method');
    const name = method?.kind === 'reference' ? method.path.steps.at(-1) : undefined;
    return [
      { path: joinPaths('', path.startsWith('/') ? path : `/${path}`), method: name === 'ALL' ? undefined : name },
    ];
  }

  /** What is written of a prefix. The rest (often an empty setting) is only known at run time. */
  function knownPart(module: string, value: StaticValue | undefined, line: number, text: string): string | undefined {
    const known = textOf(linker, module, value);
    if (value !== undefined && (known === undefined || known.includes(unknownText))) {
      const reason = 'A prefix of all paths is only known at run time: they may lack it.';
      unresolved.push({ place: `${module}:${line}`, what: 'endpoint', text, reason });
    }
    return known?.replaceAll(unknownText, '').replace(/^\/+(?=\w)/, '');
  }

  function versioningOf(module: string, options: StaticValue | undefined, line: number): Application['versioning'] {
    const type = entryOf(options, 'type');
    const kind = type?.kind === 'reference' ? type.path.steps.at(-1) : type?.kind === 'constant' ? type.value : 'URI';
    if (kind !== 'URI' && kind !== 0) return undefined;
    const written = entryOf(options, 'prefix');
    return {
      prefix: written?.kind === 'constant' ? '' : (knownPart(module, written, line, 'enableVersioning') ?? 'v'),
      defaults: versionsOf(module, entryOf(options, 'defaultVersion'), project),
    };
  }
}

/** Versions as texts; neutral is `''`. */
export function versionsOf(module: string, value: StaticValue | undefined, { linker }: Project): string[] {
  return itemsOf(value).flatMap((item) => {
    if (item.kind === 'reference' && [item.path.root, ...item.path.steps].some((part) => isNeutral(part))) return [''];
    return piecesOf(item) === undefined ? [] : textsOf(linker, module, item);
  });
}

function isNeutral(part: unknown): boolean {
  if (part === 'VERSION_NEUTRAL') return true;
  return typeof part === 'object' && part !== null && 'name' in part && part.name === 'VERSION_NEUTRAL';
}

/** `RolesGuard`, `new RolesGuard()`, `AuthGuard('jwt')` → its name. */
export function guardName(value: StaticValue): string[] {
  if (value.kind === 'reference') {
    const { root, steps } = value.path;
    const last = steps.filter((step) => step !== 'new' && step !== '()').at(-1);
    const name = last ?? ('name' in root ? root.name : undefined);
    return name === undefined ? [] : [name];
  }
  return value.kind === 'call' && value.name !== undefined ? [value.name] : [];
}
