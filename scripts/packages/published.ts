/** The workspaces that are published, each after those that it depends on. */
export const published = [
  'core',
  'sdk',
  'analyzer',
  'strangler-proxy',
  'cdc',
  'orchestrator',
  'console',
  'cli',
] as const;

/** The part of a package.json that this folder reads and writes. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/**
 * The package.json that goes into the tarball: without what is only for working in the repository. The condition
 * `overgrow-source` names sources, and those are not shipped: a condition that points nowhere breaks who sets it.
 */
export function toPublishedManifest(manifest: Manifest): Manifest {
  const { devDependencies: _, scripts: __, exports: entries, ...rest } = manifest;
  const shipped = Object.fromEntries(
    Object.entries(entries ?? {}).map(([entry, { 'overgrow-source': ___, ...conditions }]) => [entry, conditions]),
  );
  return { ...rest, name: manifest.name, version: manifest.version, exports: shipped };
}

/** Is this tracked file of a workspace, which the compiler does not make, needed when the package runs? */
export function isAsset(file: string): boolean {
  const folders = file.split('/').slice(0, -1);
  if (folders.some((folder) => ['fixtures', 'node_modules', 'dist'].includes(folder))) return false;
  if (/(^|\/)(package|tsconfig[^/]*)\.json$/.test(file)) return false;
  return /\.(json|sql|html|css|svg|ico|js|mjs|wasm)$/.test(file);
}
