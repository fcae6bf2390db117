import type { Dependency, DependencyKind, Unresolved } from '../facts/facts.ts';
import type { ModuleSummary } from '../source/module-summary.ts';
import { compareText } from '../source/place.ts';
import type { SymbolLinker } from './link-symbols.ts';

/** Edges between modules, to the defining module of each name; what leads nowhere is reported. */
export function importEdges(
  modules: ReadonlyMap<string, ModuleSummary>,
  linker: SymbolLinker,
  matching: (module: string, pattern: string) => readonly string[],
): { readonly dependencies: Dependency[]; readonly unresolved: Unresolved[] } {
  const edges = createEdges();
  const unresolved: Unresolved[] = [];
  for (const [id, summary] of modules) {
    for (const record of summary.imports) {
      const place = `${id}:${record.line}`;
      const resolution = linker.resolve(id, record.specifier);
      if (resolution.kind === 'unresolved')
        unresolved.push({ place, what: 'import', text: record.specifier, reason: resolution.reason });
      if (resolution.kind !== 'module') continue;
      const kind = record.type ? 'type' : 'import';
      const names = record.names.length === 0 ? ['*'] : record.names;
      for (const name of names) {
        const defining = linker.definingModule(resolution.id, name);
        // A module that takes its own names back through a barrel still needs the barrel.
        if (defining === id) edges.add(id, resolution.id, kind, place);
        else edges.add(id, defining, kind, place, defining === resolution.id ? undefined : resolution.id);
      }
    }
    for (const { text, pattern, line } of summary.dynamicImports) {
      const place = `${id}:${line}`;
      const matches = pattern === undefined ? [] : matching(id, pattern).filter((match) => modules.has(match));
      for (const match of matches) edges.add(id, match, 'import', place);
      if (matches.length > 0) continue;
      const reason = pattern === undefined ? 'The module is only named at run time.' : `No module matches ${pattern}.`;
      unresolved.push({ place, what: 'import', text, reason });
    }
  }
  return { dependencies: edges.list(), unresolved };
}

/** The id of a unit: its module, or `module#name`. */
export function unitId(module: string, unit: string): string {
  return unit === '' ? module : `${module}#${unit}`;
}

/** Uses of functions and classes: calls, and functions that are handed on. Also inheritance. */
export function callEdges(modules: ReadonlyMap<string, ModuleSummary>, linker: SymbolLinker): Dependency[] {
  const edges = createEdges();
  for (const [id, summary] of modules) {
    for (const reference of summary.references) {
      const target = linker.follow(id, reference.path);
      if (target?.kind !== 'unit') continue;
      const from = unitId(id, reference.unit);
      const place = `${id}:${reference.line}`;
      edges.add(from, unitId(target.module, target.unit), 'call', place);
      // What makes an instance runs its constructor, its own or the nearest of its parents.
      if (target.steps.length !== 1 || target.steps[0] !== 'new') continue;
      const constructor = linker.follow(target.module, {
        root: { kind: 'unit', name: target.unit },
        steps: ['new', 'constructor'],
      });
      if (constructor?.kind === 'unit' && constructor.steps.length === 0)
        edges.add(from, unitId(constructor.module, constructor.unit), 'call', place);
    }
    for (const [name, path] of summary.values) {
      if (!name.endsWith('.…super')) continue;
      const target = linker.follow(id, path);
      const line = summary.units.find((unit) => `${unit.name}.…super` === name)?.line ?? 1;
      if (target?.kind === 'unit')
        edges.add(
          unitId(id, name.slice(0, -'.…super'.length)),
          unitId(target.module, target.unit),
          'inherit',
          `${id}:${line}`,
        );
    }
  }
  return edges.list();
}

function createEdges() {
  const edges = new Map<string, Omit<Dependency, 'through'> & { count: number; through: Set<string> }>();
  return {
    add(from: string, to: string, kind: DependencyKind, place: string, through?: string): void {
      if (from === to) return;
      const key = `${from}\n${to}\n${kind}`;
      const known = edges.get(key);
      const edge = known ?? { from, to, kind, count: 0, place, through: new Set<string>() };
      edge.count += 1;
      if (through !== undefined) edge.through.add(through);
      if (known === undefined) edges.set(key, edge);
    },
    list: (): Dependency[] =>
      [...edges.values()]
        .map(({ through, ...edge }): Dependency =>
          through.size === 0 ? edge : { ...edge, through: [...through].sort(compareText) },
        )
        .sort((a, b) => compareText(a.from, b.from) || compareText(a.to, b.to) || compareText(a.kind, b.kind)),
  };
}
