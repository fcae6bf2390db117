import path from 'node:path';

export type Manifest = Readonly<Record<string, unknown>>;

/** A package whose source is in the repository; `folder` is below the root, `.` for the root itself. */
export interface WorkspacePackage {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** `@scope/name/deep` → `@scope/name`; undefined for paths. */
export function packageName(specifier: string): string | undefined {
  return /^(?:@[\w.~-]+\/)?[\w][\w.~-]*/.exec(specifier)?.[0];
}

/** Names that a package.json counts as installed. */
export function dependencyNames(manifest: Manifest): string[] {
  return ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies', 'resolutions'].flatMap(
    (field) => {
      const names = manifest[field];
      return typeof names === 'object' && names !== null ? Object.keys(names) : [];
    },
  );
}

/** Where in the repository the module of a workspace package may stand, best first, without certainty about its extension. */
export function entryCandidates({ folder, manifest }: WorkspacePackage, sub: string): string[] {
  const exported = mappedTargets(manifest['exports'], sub === '' ? '.' : `./${sub}`);
  const mains = ['source', 'module', 'main', 'types', 'typings', 'browser'].flatMap((field) =>
    typeof manifest[field] === 'string' ? [manifest[field]] : [],
  );
  const candidates =
    sub === ''
      ? [...exported, ...mains, 'src/index', 'index', 'src/main', 'lib/index', 'src/lib/index']
      : [...exported, sub, `src/${sub}`, `lib/${sub}`];
  return candidates.map((candidate) => path.posix.normalize(path.posix.join(folder, candidate)));
}

/** Targets of `#name` in the `imports` of a package.json. */
export function importCandidates({ folder, manifest }: WorkspacePackage, specifier: string): string[] {
  return mappedTargets(manifest['imports'], specifier).map((target) =>
    path.posix.normalize(path.posix.join(folder, target)),
  );
}

/** The targets of an `exports` or `imports` map, whatever their condition: source first where a condition says so. */
function mappedTargets(map: unknown, name: string): string[] {
  if (typeof map === 'string') return name === '.' ? [map] : [];
  if (typeof map !== 'object' || map === null) return [];
  const entries = Object.entries(map as Record<string, unknown>);
  if (!entries.some(([key]) => key.startsWith('.') || key.startsWith('#'))) return name === '.' ? leaves(map) : [];
  const exact = entries.find(([key]) => key === name);
  if (exact !== undefined) return leaves(exact[1]);
  return entries
    .filter(([key]) => key.includes('*'))
    .sort(([a], [b]) => b.indexOf('*') - a.indexOf('*'))
    .flatMap(([key, value]) => {
      const [head = '', tail = ''] = key.split('*');
      if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return [];
      const middle = name.slice(head.length, name.length - tail.length);
      return leaves(value).map((leaf) => leaf.replaceAll('*', middle));
    });
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  return [
    ...entries.filter(([key]) => /source|src|development/.test(key)),
    ...entries.filter(([key]) => !/source|src|development/.test(key)),
  ].flatMap(([, inner]) => leaves(inner));
}
