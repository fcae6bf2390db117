import type { Dependency, DependencyKind, Unresolved } from '../facts/facts.ts';
import type { ModuleSummary } from '../source/module-summary.ts';
import { compareText } from '../source/place.ts';
import type { SymbolLinker } from './link-symbols.ts';

/** Edges between modules, to the defining module of each name; what leads nowhere is reported. */
export function importEdges(
  modules: ReadonlyMap<string, ModuleSummary>,
  linker: SymbolLinker,
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
      const names = record.names.length === 0 ? ['*'] : record.names;
      for (const name of names)
        edges.add(id, linker.definingModule(resolution.id, name), record.type ? 'type' : 'import', place);
    }
    for (const { text, line } of summary.dynamicImports) {
      unresolved.push({
        place: `${id}:${line}`,
        what: 'import',
        text,
        reason: 'The module is only named at run time.',
      });
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
      if (target?.kind === 'unit')
        edges.add(unitId(id, reference.unit), unitId(target.module, target.unit), 'call', `${id}:${reference.line}`);
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
  const edges = new Map<string, { from: string; to: string; kind: DependencyKind; count: number; place: string }>();
  return {
    add(from: string, to: string, kind: DependencyKind, place: string): void {
      if (from === to) return;
      const key = `${from}\n${to}\n${kind}`;
      const known = edges.get(key);
      if (known === undefined) edges.set(key, { from, to, kind, count: 1, place });
      else known.count += 1;
    },
    list: (): Dependency[] =>
      [...edges.values()].sort(
        (a, b) => compareText(a.from, b.from) || compareText(a.to, b.to) || compareText(a.kind, b.kind),
      ),
  };
}
