import type { ModuleSummary } from '../source/module-summary.ts';
import { adapters } from './adapters.ts';
import type { Findings, Project } from './adapter.ts';

type Joined = { readonly [K in keyof Findings]-?: NonNullable<Findings[K]> };

/** Runs each adapter's `link` over what it collected, and joins what they found. */
export function linkAdapters(
  project: Project,
  fileFindings: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): Joined {
  const all = adapters.map((adapter) =>
    adapter.link(foundBy(adapter.name, project.modules, fileFindings.get(adapter.name)), project),
  );
  return {
    endpoints: all.flatMap((found) => found.endpoints ?? []),
    accesses: all.flatMap((found) => found.accesses ?? []),
    transactions: all.flatMap((found) => found.transactions ?? []),
    entities: all.flatMap((found) => found.entities ?? []),
    routines: all.flatMap((found) => found.routines ?? []),
    dependencies: all.flatMap((found) => found.dependencies ?? []),
    sideEffects: all.flatMap((found) => found.sideEffects ?? []),
    effects: all.flatMap((found) => found.effects ?? []),
    states: all.flatMap((found) => found.states ?? []),
    environment: all.flatMap((found) => found.environment ?? []),
    unresolved: all.flatMap((found) => found.unresolved ?? []),
  };
}

function foundBy(
  name: string,
  modules: ReadonlyMap<string, ModuleSummary>,
  files: ReadonlyMap<string, unknown> | undefined,
): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>(files);
  for (const [id, summary] of modules) {
    const own = summary.found.get(name);
    if (own !== undefined) found.set(id, own);
  }
  return found;
}
