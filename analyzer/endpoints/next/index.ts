import type { Adapter, Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { childrenOf, staticKey, type Node } from '../../source/syntax-tree.ts';
import { exportedHandlers, type ExportedHandler } from '../file-routes/exported-handlers.ts';
import { fileEndpoints } from '../file-routes/file-endpoints.ts';
import { isHttpMethod } from '../file-routes/request-methods.ts';
import { joinPaths } from '../join-paths.ts';
import { nextRoute } from './next-paths.ts';

export interface NextFindings {
  readonly handlers: readonly ExportedHandler[];
  /** The module imports something of Next.js, or configures it. */
  readonly usesNext: boolean;
  /** `basePath` of next.config. */
  readonly basePath: string | undefined;
}

/** Next.js: files below pages/api, and route files below app. Whether a folder is such an application, its modules say. */
export const next: Adapter<NextFindings> = { name: 'next', collect, link };

function collect(tree: ModuleTree, lines: LineIndex, moduleId: string): NextFindings | undefined {
  const isConfig = /(?:^|\/)next\.config\.[cm]?[jt]s$/.test(moduleId);
  const usesNext = isConfig || importsNext(tree);
  const route = nextRoute(moduleId);
  const handlers =
    route === undefined
      ? []
      : exportedHandlers(tree, lines, (name) => (route.kind === 'pages' ? name === 'default' : isHttpMethod(name)));
  if (!usesNext && handlers.length === 0) return undefined;
  return { handlers, usesNext, basePath: isConfig ? basePathIn(tree.program) : undefined };
}

function link(found: ReadonlyMap<string, NextFindings>, project: Project): Findings {
  const users = [...found].filter(([, { usesNext }]) => usesNext).map(([module]) => module);
  const endpoints: FoundEndpoint[] = [];
  for (const [module, { handlers }] of found) {
    const route = handlers.length === 0 ? undefined : nextRoute(module);
    if (route === undefined || !users.some((user) => user.startsWith(route.root))) continue;
    const base = [...found].find(([id, { basePath }]) => basePath !== undefined && folderOf(id) === route.root)?.[1]
      .basePath;
    const path = joinPaths(base ?? '', route.path);
    for (const handler of handlers) {
      const told = route.kind === 'app' ? [handler.name] : handler.methods;
      endpoints.push(...fileEndpoints(module, handler, told.length === 0 ? ['ALL'] : told, path, project));
    }
  }
  return { endpoints };
}

function importsNext(tree: ModuleTree): boolean {
  for (const declarations of tree.module.declarations.values())
    for (const { declaration } of declarations)
      if (declaration.kind === 'import' && /^next(?:\/|$)/.test(declaration.specifier)) return true;
  return false;
}

function basePathIn(node: Node): string | undefined {
  if (node.type === 'Property' && staticKey(node.key, node.computed) === 'basePath') {
    const { value } = node;
    return value.type === 'Literal' && typeof value.value === 'string' && value.value !== '' ? value.value : undefined;
  }
  for (const child of childrenOf(node)) {
    const found = basePathIn(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function folderOf(module: string): string {
  return module.slice(0, module.lastIndexOf('/') + 1);
}
