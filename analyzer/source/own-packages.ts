import type { Dependency } from '../facts/facts.ts';

/**
 * Packages inside a repository under migration that are programs of their own: the folder above has source of its own, and nothing there
 * imports them. They are services that were taken out, neighbours of the monolith and not parts of it. Only asked where an `overgrow.yaml`
 * says that a migration is under way: elsewhere every application of a repository belongs to it.
 */
export function separatePackages(
  modules: readonly string[],
  packageFiles: readonly string[],
  dependencies: readonly Dependency[],
): string[] {
  const folders = packageFiles
    .filter((file) => file.includes('/'))
    .map((file) => file.slice(0, -'package.json'.length));
  if (!packageFiles.includes('package.json') || folders.length === 0) return [];
  const within = (id: string) => folders.find((folder) => id.startsWith(folder));
  const own = modules.filter((id) => within(id) === undefined);
  if (own.length <= modules.length / 2) return [];
  const imported = new Set(
    dependencies.filter(({ from, to }) => within(from) !== within(to)).map(({ to }) => within(to)),
  );
  return folders.filter((folder) => !imported.has(folder));
}
