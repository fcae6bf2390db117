import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import type { Unresolved } from '../../facts/facts.ts';
import { unitId } from '../../dependencies/edges.ts';
import type { ModuleSummary, TextPiece } from '../../source/module-summary.ts';
import { compareText } from '../../source/place.ts';
import { resolveText } from '../../source/resolve-text.ts';
import { joinPaths } from './join-paths.ts';
import type { ExpressSummary, RouteRecord, RouterRef } from './express-summary.ts';

interface Mount {
  readonly to: string;
  readonly paths: readonly string[];
  readonly guards: readonly string[];
}

interface Route {
  readonly module: ModuleSummary;
  readonly record: RouteRecord;
  readonly paths: readonly string[];
}

interface Node {
  readonly key: string;
  readonly place: string;
  /** What `express()` gives, or a parameter that is handed one. */
  app: boolean;
  readonly routes: Route[];
  readonly mounts: Mount[];
  readonly uses: { readonly guards: readonly string[]; readonly at: number }[];
  mounted: boolean;
}

/** Joins routers, mounts and routes of all modules into endpoints with their full paths, guards and handlers. */
export function linkExpress(found: ReadonlyMap<string, ExpressSummary>, { modules, linker }: Project): Findings {
  const nodes = new Map<string, Node>();
  const unresolved: Unresolved[] = [];
  for (const [id, express] of found) addRouters(id, express);
  for (const [id, express] of found) addMounts(id, express);
  for (const [id, express] of found) addRoutes(id, express);
  const endpoints = new Map<string, FoundEndpoint>();
  for (const node of [...nodes.values()].sort((a, b) => compareText(a.key, b.key))) {
    if (node.mounted) continue;
    if (!node.app && node.routes.length > 0) {
      unresolved.push({
        place: node.place,
        what: 'endpoint',
        text: 'Router',
        reason: 'No mount of this router was found: its paths may lack a prefix.',
      });
    }
    visit(node, [''], [], new Set());
  }
  return { endpoints: [...endpoints.values()].sort((a, b) => compareText(a.id, b.id)), unresolved };

  function addRouters(module: string, express: ExpressSummary): void {
    for (const [id, { app, line }] of express.routers) nodeOf(`${module}|${id}`, `${module}:${line}`, app);
  }

  function addMounts(id: string, express: ExpressSummary): void {
    for (const mount of express.mounts) {
      const from = keyOf(id, mount.router);
      const to = keyOf(id, mount.target);
      if (from === undefined || to === undefined || from === to || (mount.target.kind !== 'own' && !nodes.has(to)))
        continue;
      connect(
        from,
        to,
        mount.paths.map((path) => pathText(id, path)),
        mount.guards,
        `${id}:${mount.line}`,
      );
    }
    for (const pass of express.passed) {
      const target = linker.follow(id, pass.callee);
      const unit = target?.kind === 'unit' ? unitTaking(target.module, target.unit) : undefined;
      const from = keyOf(id, pass.router);
      if (unit === undefined || from === undefined) continue;
      connect(
        from,
        `${unit.module}|${unit.unit}(${pass.index}${pass.key === undefined ? '' : `.${pass.key}`})`,
        [''],
        [],
        id,
      );
    }
    for (const use of express.uses) {
      const key = keyOf(id, use.router);
      if (key !== undefined)
        nodes.get(key)?.uses.push({ guards: use.guards.filter((guard) => isOwn(id, guard)), at: use.at });
    }
  }

  function addRoutes(id: string, express: ExpressSummary): void {
    const module = modules.get(id);
    for (const record of module === undefined ? [] : express.routes) {
      const key = keyOf(id, record.router);
      if (key === undefined || module === undefined) continue;
      const known =
        nodes.get(key) ?? (record.router.kind === 'parameter' ? nodeOf(key, `${id}:${record.line}`, true) : undefined);
      const paths = record.paths.map((path) => pathText(id, path));
      known?.routes.push({ module, record, paths });
    }
  }

  function connect(from: string, to: string, paths: readonly string[], guards: readonly string[], place: string): void {
    nodeOf(from, place, false).mounts.push({ to, paths, guards });
    nodeOf(to, place, false).mounted = true;
  }

  function nodeOf(key: string, place: string, app: boolean): Node {
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const node: Node = { key, place, app, routes: [], mounts: [], uses: [], mounted: false };
    nodes.set(key, node);
    return node;
  }

  function unitTaking(module: string, unit: string): { readonly module: string; readonly unit: string } {
    const isClass = modules.get(module)?.units.some((known) => known.name === unit && known.kind === 'class');
    return { module, unit: isClass === true ? `${unit}.constructor` : unit };
  }

  /** The node that a reference means, over modules, factories, exported names and class fields. */
  function keyOf(module: string, ref: RouterRef, depth = 0): string | undefined {
    if (depth > 12) return undefined;
    switch (ref.kind) {
      case 'own':
        return `${module}|${ref.id}`;
      case 'parameter':
        return `${module}|${ref.unit}(${ref.index}${ref.key === undefined ? '' : `.${ref.key}`})`;
      case 'call': {
        const target = linker.follow(module, ref.callee);
        if (target?.kind !== 'unit') return undefined;
        const returned = found.get(target.module)?.returned.get(target.unit);
        return returned === undefined ? undefined : keyOf(target.module, returned, depth + 1);
      }
      case 'symbol': {
        const { root, steps } = ref.path;
        const last = steps.at(-1);
        // `new Orders().router`: a field of a class.
        if (last !== undefined) {
          const holder = linker.follow(module, { root, steps: steps.slice(0, -1) });
          const field =
            holder?.kind === 'unit' ? found.get(holder.module)?.bindings.get(`${holder.unit}.${last}`) : undefined;
          if (holder?.kind === 'unit' && field !== undefined) return keyOf(holder.module, field, depth + 1);
        }
        // `createOrders(db).router`: a field of what a function gives back.
        if (last !== undefined && steps.at(-2) === '()') {
          const maker = linker.follow(module, { root, steps: steps.slice(0, -2) });
          const returned =
            maker?.kind === 'unit' ? found.get(maker.module)?.returned.get(`${maker.unit}.${last}`) : undefined;
          if (maker?.kind === 'unit' && returned !== undefined) return keyOf(maker.module, returned, depth + 1);
        }
        const binding = exportedBinding(module, ref.path);
        const bound = binding === undefined ? undefined : found.get(binding.module)?.bindings.get(binding.name);
        return binding === undefined || bound === undefined ? undefined : keyOf(binding.module, bound, depth + 1);
      }
    }
  }

  /** The top-level name behind an imported one, without following on to what it holds. */
  function exportedBinding(
    module: string,
    path: {
      readonly root: { readonly kind: string; readonly specifier?: string; readonly name?: string };
      readonly steps: readonly string[];
    },
  ): { readonly module: string; readonly name: string } | undefined {
    const { root, steps } = path;
    if (root.kind === 'binding' && root.name !== undefined) return { module, name: root.name };
    if (root.kind !== 'import' || root.specifier === undefined || root.name === undefined) return undefined;
    const resolution = linker.resolve(module, root.specifier);
    if (resolution.kind !== 'module') return undefined;
    const wanted = root.name === '*' ? steps[0] : root.name;
    if (wanted === undefined) return undefined;
    const defining = modules.get(linker.definingModule(resolution.id, wanted));
    if (defining === undefined) return undefined;
    const direct = defining.exports.get(wanted) ?? (wanted === 'default' ? defining.exports.get('=') : undefined);
    if (wanted === '=' && steps[0] !== undefined) {
      const named = defining.exports.get(steps[0]);
      if (named?.root.kind === 'binding') return { module: defining.id, name: named.root.name };
    }
    if (direct?.root.kind === 'binding') return { module: defining.id, name: direct.root.name };
    return direct?.root.kind === 'import' ? exportedBinding(defining.id, direct) : undefined;
  }

  function pathText(module: string, pieces: readonly TextPiece[]): string {
    return (
      resolveText(module, pieces, linker)[0]
        ?.map((piece) => piece ?? ':unknown')
        .join('') ?? ''
    );
  }

  function visit(node: Node, prefixes: readonly string[], guards: readonly string[], seen: ReadonlySet<string>): void {
    if (seen.has(node.key)) return;
    const within = new Set(seen).add(node.key);
    for (const route of node.routes) {
      const before = node.uses.filter((use) => use.at < route.record.from).flatMap((use) => use.guards);
      const all = [...new Set([...guards, ...before, ...route.record.guards])];
      for (const prefix of prefixes) for (const path of route.paths) addEndpoint(route, joinPaths(prefix, path), all);
    }
    for (const mount of node.mounts) {
      const target = nodes.get(mount.to);
      if (target === undefined) continue;
      const inner = prefixes.flatMap((prefix) => mount.paths.map((path) => joinPaths(prefix, path)));
      const own = mount.guards;
      visit(target, inner, [...guards, ...own], within);
    }
  }

  function addEndpoint({ module, record }: Route, path: string, guards: readonly string[]): void {
    const id = `${record.method} ${path}`;
    const place = `${module.id}:${record.line}`;
    const handlers = handlerUnits(module, record);
    const known = endpoints.get(id);
    endpoints.set(
      id,
      known === undefined
        ? {
            id,
            kind: 'http',
            handlers,
            module: module.id,
            stretch: { from: record.from, to: record.to },
            ...(guards.length === 0 ? {} : { guards }),
            place,
          }
        : { ...known, handlers: [...new Set([...known.handlers, ...handlers])] },
    );
    if (path.includes(':unknown'))
      unresolved.push({ place, what: 'endpoint', text: id, reason: 'A part of the path is only known at run time.' });
  }

  function handlerUnits(module: ModuleSummary, record: RouteRecord): string[] {
    const units: string[] = [];
    // `wrap(list)` hands `list` on: it is the handler, and `wrap` only what is around it.
    const wrappers: string[] = [];
    for (const reference of module.references) {
      if (reference.at < record.from || reference.at >= record.to) continue;
      // What stands in a named handler belongs to that handler, which is a unit of its own.
      if (reference.unit !== record.unit) {
        units.push(unitId(module.id, reference.unit));
        continue;
      }
      const target = linker.follow(module.id, reference.path);
      const list = reference.arguments === undefined ? units : wrappers;
      if (target?.kind === 'unit') list.push(unitId(target.module, target.unit));
    }
    for (const [at, unit] of module.unitStarts) {
      if (at >= record.from && at < record.to) units.push(unitId(module.id, unit));
    }
    units.push(...wrappers);
    return [...new Set(units)].filter((unit) => unit !== module.id);
  }

  /** Guards of packages (helmet, express.json) say nothing about the monolith. */
  function isOwn(id: string, guard: string): boolean {
    const specifier = modules.get(id)?.packageNames.get(guard.split('.')[0] ?? '');
    return specifier === undefined || linker.resolve(id, specifier).kind !== 'external';
  }
}
