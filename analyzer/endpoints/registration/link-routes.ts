import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import type { Unresolved } from '../../facts/facts.ts';
import { compareText } from '../../source/place.ts';
import { runPrograms } from './create-machine.ts';
import type { RouterFramework } from './framework.ts';
import { createGuardNames } from './guard-names.ts';
import { createHandlerUnits } from './handler-units.ts';
import { joinPaths } from '../join-paths.ts';
import type { ModuleProgram } from './program.ts';
import type { MountRecord, RouteRecord, Router } from './router.ts';
import type { TextValue } from './values.ts';

const hole = ':unknown';
const maxPaths = 64;

/** Routers, mounts and routes of all modules as endpoints with their full paths, guards and handlers. */
export function linkRoutes(
  programs: ReadonlyMap<string, ModuleProgram>,
  frameworks: readonly RouterFramework[],
  project: Project,
): Findings {
  const { routers, called } = runPrograms(programs, frameworks, project);
  const guardsOf = createGuardNames(project);
  const handlerUnits = createHandlerUnits(project);
  // What was run without a caller, and then turned out to have one, was run twice.
  const real = (record: { readonly forced: object | undefined }) =>
    record.forced === undefined || !called.has(record.forced);
  const mounted = new Set(routers.flatMap((router) => router.mounts.filter(real).map((mount) => mount.target)));
  const endpoints = new Map<string, FoundEndpoint>();
  const idsOf = new Map<RouteRecord, Set<string>>();
  const unresolved = new Map<string, Unresolved>();
  for (const router of routers) {
    if (mounted.has(router)) continue;
    if (!router.app && !router.bare && router.routes.some(real)) {
      report(router.module, router.line, 'Router', 'No mount of this router was found: its paths may lack a prefix.');
    }
    visit(router, [''], [], new Set());
  }
  // A mount that only run time knows adds nothing to one that is written down.
  for (const ids of idsOf.values()) {
    if ([...ids].some((id) => !id.includes(hole))) for (const id of ids) if (id.includes(hole)) endpoints.delete(id);
  }
  return {
    endpoints: [...endpoints.values()].sort((a, b) => compareText(a.id, b.id)),
    unresolved: [...unresolved.values()],
  };

  function visit(router: Router, above: readonly string[], guards: readonly string[], seen: ReadonlySet<Router>): void {
    if (seen.has(router)) return;
    const within = new Set(seen).add(router);
    const prefixes = joined(above, router.prefixes);
    for (const route of router.routes.filter(real)) {
      if (guardsItsChain(router, route)) continue;
      for (const path of joined(prefixes, route.paths)) {
        const all = [...guards, ...passed(router, route, path, prefixes), ...guardsOf(route.guards)];
        addRoute(route, router.framework.pathOf?.(path) ?? path, [...new Set(all)]);
      }
    }
    for (const mount of router.mounts.filter(real)) {
      const paths = joined(prefixes, mount.paths);
      const all = [...guards, ...passed(router, mount, paths[0] ?? '', prefixes), ...guardsOf(mount.guards)];
      visit(mount.target, paths, all, within);
    }
  }

  /** Guards of the router that a route or mount comes behind. */
  function passed(
    router: Router,
    record: RouteRecord | MountRecord,
    path: string,
    prefixes: readonly string[],
  ): string[] {
    const chained = router.routes
      .filter((route) => real(route) && route.order < record.order && guardsItsChain(router, route))
      .flatMap((route) => guardsOf([...route.guards, ...route.handlers]));
    const used = router.guards
      .filter((guard) => real(guard) && (router.framework.guardsAll === true || guard.order < record.order))
      .filter(
        (guard) => guard.paths.length === 0 || joined(prefixes, guard.paths).some((start) => isBelow(path, start)),
      )
      .flatMap((guard) => guardsOf(guard.guards, router.app ? 'application' : 'router'));
    return [...used, ...chained];
  }

  /** `route('/x').all(requireLogin).get(…)`: what comes before other methods lets them through. */
  function guardsItsChain(router: Router, route: RouteRecord): boolean {
    return (
      router.bare &&
      route.methods.includes('ALL') &&
      router.routes.some((other) => real(other) && other.order > route.order && !other.methods.includes('ALL'))
    );
  }

  function addRoute(record: RouteRecord, path: string, guards: readonly string[]): void {
    const nothingKnown = path.replaceAll(hole, '').replaceAll('/', '') === '';
    if (path.includes(hole)) {
      // What nobody calls, with a path that nobody gives, is a helper.
      if (nothingKnown && record.forced !== undefined) return;
      const reason = nothingKnown
        ? 'Its path is only known at run time.'
        : 'A part of the path is only known at run time.';
      report(record.module, record.line, `${record.methods.join('|')} ${path}`, reason);
      if (nothingKnown) return;
    }
    const { handlers, module, stretch } = handlerUnits(record);
    for (const method of record.methods) {
      const id = `${method} ${path}`;
      idsOf.set(record, (idsOf.get(record) ?? new Set<string>()).add(id));
      const known = endpoints.get(id);
      const all = [...new Set([...(known?.guards ?? []), ...guards])];
      endpoints.set(id, {
        id,
        kind: 'http',
        handlers: [...new Set([...(known?.handlers ?? []), ...handlers])],
        module: known?.module ?? module,
        ...(all.length === 0 ? {} : { guards: all }),
        ...(known?.stretch === undefined && stretch === undefined ? {} : { stretch: known?.stretch ?? stretch }),
        place: known?.place ?? `${record.module}:${record.line}`,
      });
    }
  }

  function report(module: string, line: number, text: string, reason: string): void {
    const place = `${module}:${line}`;
    unresolved.set(`${place} ${text}`, { place, what: 'endpoint', text, reason });
  }
}

function joined(prefixes: readonly string[], paths: readonly TextValue[]): string[] {
  if (paths.length === 0) return [...prefixes];
  return [...new Set(prefixes.flatMap((prefix) => paths.map((path) => joinPaths(prefix, textOf(path)))))].slice(
    0,
    maxPaths,
  );
}

/** What is not known stands as a parameter. At the start it is most often the prefix of an interface: `${API}users`. */
function textOf({ parts }: TextValue): string {
  return parts
    .map((part, index) => {
      if (part !== undefined) return part;
      const next = parts[index + 1];
      return index === 0 && next !== undefined && !next.startsWith('/') ? `${hole}/` : hole;
    })
    .join('')
    .replaceAll(`${hole}${hole}`, hole);
}

/** Whether a path lies below another, parameters taken by their place. */
function isBelow(path: string, start: string): boolean {
  const given = path.split('/');
  return start
    .replace(/\/?\*\w*$/, '')
    .replace(/\/$/, '')
    .split('/')
    .every((segment, index) => segment === given[index] || (segment.startsWith(':') && given[index] !== undefined));
}
