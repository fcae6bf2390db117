import { createModuleResolver, type ModuleResolver } from '../dependencies/module-resolver-source.ts';
import type { Skipped } from '../facts/facts.ts';
import type { ModuleSummary } from './module-summary.ts';
import { compareText } from './place.ts';
import type { ReadModule } from './read-module.ts';
import { reportDoubtful, type RepositoryFiles } from './repository-files.ts';

export interface ModulesRead {
  readonly modules: Map<string, ModuleSummary>;
  readonly resolver: ModuleResolver;
  readonly skipped: readonly Skipped[];
}

/** Reads files in whatever order; the outcome of each comes under its path. */
export type ReadFiles = (files: readonly string[]) => Promise<ReadonlyMap<string, ReadModule>>;

/** Reads all source, and what it imports of the files whose names left a doubt, and so on until nothing new is imported. */
export async function readModules(files: RepositoryFiles, read: ReadFiles): Promise<ModulesRead> {
  const { root, sources, doubtful } = files;
  const resolver = createModuleResolver({
    root,
    modules: new Set([...sources, ...doubtful.keys()]),
    doubtful,
    packageFiles: files.packages,
    aliasConfigs: files.aliasConfigs,
  });
  const outcomes = new Map<string, ReadModule>();
  for (let wanted: readonly string[] = sources; wanted.length > 0;) {
    const fresh = await read(wanted);
    for (const [file, outcome] of fresh) outcomes.set(file, outcome);
    const imported = new Set<string>();
    for (const { summary } of fresh.values()) {
      for (const id of summary === undefined ? [] : importedModules(summary, resolver))
        if (doubtful.has(id) && !outcomes.has(id)) imported.add(id);
    }
    wanted = [...imported].sort(compareText);
  }
  const modules = new Map<string, ModuleSummary>();
  const skipped: Skipped[] = reportDoubtful(doubtful, (file) => outcomes.has(file));
  for (const [file, outcome] of [...outcomes].sort(([a], [b]) => compareText(a, b))) {
    if (outcome.summary !== undefined) modules.set(file, outcome.summary);
    skipped.push(...outcome.skipped);
  }
  return { modules, resolver, skipped };
}

function importedModules(summary: ModuleSummary, resolver: ModuleResolver): string[] {
  return summary.imports.flatMap(({ specifier }) => {
    const resolution = resolver.resolve(summary.id, specifier);
    return resolution.kind === 'module' ? [resolution.id] : [];
  });
}
