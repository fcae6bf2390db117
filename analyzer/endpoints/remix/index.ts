import type { Adapter, Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { exportedHandlers, type ExportedHandler } from '../file-routes/exported-handlers.ts';
import { fileEndpoints } from '../file-routes/file-endpoints.ts';
import { configuredRoutes, type ConfiguredRoute } from './route-config.ts';
import { routeFile, routePath } from './route-paths.ts';

export interface RemixFindings {
  readonly handlers: readonly ExportedHandler[];
  readonly usesRemix: boolean;
  readonly configured: readonly ConfiguredRoute[];
}

const packages = /^(?:@remix-run\/|react-router(?:$|\/)|@react-router\/|remix(?:$|-))/;

/** Remix and React Router as a framework: `loader` answers GET, `action` the other methods of a route's file. */
export const remix: Adapter<RemixFindings> = { name: 'remix', collect, link };

function collect(tree: ModuleTree, lines: LineIndex, moduleId: string): RemixFindings | undefined {
  const isConfig = /(?:^|\/)app\/routes\.[cm]?[jt]s$/.test(moduleId);
  const usesRemix = importsRemix(tree);
  const underApp = /(?:^|\/)app\//.test(moduleId);
  const handlers = underApp ? exportedHandlers(tree, lines, (name) => name === 'loader' || name === 'action') : [];
  if (!usesRemix && handlers.length === 0) return undefined;
  return { handlers, usesRemix, configured: isConfig ? configuredRoutes(tree) : [] };
}

function link(found: ReadonlyMap<string, RemixFindings>, project: Project): Findings {
  const endpoints: FoundEndpoint[] = [];
  const apps = new Set([...found].flatMap(([module, { usesRemix }]) => (usesRemix ? appsAround(module) : [])));
  const configured = new Map(
    [...found].flatMap(([module, { configured: routes }]) =>
      routes.map(
        ({ file, path }) => [`${module.replace(/routes\.[cm]?[jt]s$/, '')}${file.replace(/^\.\//, '')}`, path] as const,
      ),
    ),
  );
  // Remix 1 has layouts with two underscores, or index files below folders.
  const nested = [...project.modules.keys()].some((module) =>
    /\/app\/routes\/(?:.*\/)?(?:__\w|[^/+]+\/index\.[jt]sx?$)/.test(`/${module}`),
  );
  for (const [module, { handlers }] of found) {
    const file = handlers.length === 0 ? undefined : routeFile(module);
    const path =
      configured.get(module) ?? (file === undefined || !apps.has(file.app) ? undefined : routePath(file.below, nested));
    if (path === undefined) continue;
    for (const handler of handlers) {
      const methods = handler.name === 'loader' ? ['GET'] : writing(handler.methods);
      endpoints.push(...fileEndpoints(module, handler, methods, path, project));
    }
  }
  return { endpoints };
}

/** An action that tells no methods apart is there for forms. */
function writing(methods: readonly string[]): readonly string[] {
  const told = methods.filter((method) => !['GET', 'HEAD', 'OPTIONS'].includes(method));
  return told.length === 0 ? ['POST'] : told;
}

function appsAround(module: string): string[] {
  return [...module.matchAll(/(?:^|\/)app\//g)].map((match) => module.slice(0, match.index + match[0].length));
}

function importsRemix(tree: ModuleTree): boolean {
  for (const declarations of tree.module.declarations.values())
    for (const { declaration } of declarations)
      if (declaration.kind === 'import' && packages.test(declaration.specifier)) return true;
  return false;
}
