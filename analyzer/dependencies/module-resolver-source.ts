import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { ResolverFactory } from 'oxc-resolver';

export type Resolution =
  | { readonly kind: 'module'; readonly id: string }
  /** A package, a part of Node, or a file that holds no code. */
  | { readonly kind: 'external' }
  | { readonly kind: 'unresolved'; readonly reason: string };

export interface ModuleResolver {
  resolve(fromModule: string, specifier: string): Resolution;
}

interface WorkspacePackage {
  readonly folder: string;
  readonly manifest: Readonly<Record<string, unknown>>;
}

/**
 * Resolves specifiers to modules of the repository: relative paths, tsconfig paths (the nearest tsconfig of each file), package
 * `imports`, and workspace packages to their sources, whether packages are installed or not.
 */
export function createModuleResolver(
  root: string,
  modules: ReadonlySet<string>,
  packageFiles: readonly string[],
): ModuleResolver {
  const resolver = new ResolverFactory({
    tsconfig: 'auto',
    extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'],
    extensionAlias: {
      '.js': ['.ts', '.tsx', '.js', '.jsx'],
      '.mjs': ['.mts', '.mjs'],
      '.cjs': ['.cts', '.cjs'],
      '.jsx': ['.tsx', '.jsx'],
    },
    conditionNames: ['source', 'development', 'import', 'require', 'node', 'default'],
    mainFields: ['source', 'module', 'main'],
    builtinModules: true,
  });
  const { workspaces, known } = readPackages(root, packageFiles);
  const cache = new Map<string, Resolution>();

  const below = (absolute: string): string | undefined => {
    const relative = path.relative(root, absolute).split(path.sep).join('/');
    return modules.has(relative) ? relative : undefined;
  };

  const resolveFresh = (fromModule: string, specifier: string): Resolution => {
    if (isBuiltin(specifier)) return { kind: 'external' };
    const clean = specifier.replace(/[?#].*$/, (suffix) => (specifier.startsWith('#') ? suffix : ''));
    const result = resolver.resolveFileSync(path.join(root, fromModule), clean);
    if (result.builtin !== undefined) return { kind: 'external' };
    const found = result.path === undefined ? undefined : below(result.path);
    if (found !== undefined) return { kind: 'module', id: found };
    const workspace = resolveWorkspace(clean);
    if (workspace !== undefined) return workspace;
    if (result.path !== undefined) return { kind: 'external' };
    const name = packageName(clean);
    if (name !== undefined && known.has(name)) return { kind: 'external' };
    if (name !== undefined && isInstalled(root, fromModule, name)) return { kind: 'external' };
    if (
      /\.(?:css|scss|sass|less|svg|png|jpe?g|gif|webp|html|graphql|gql|md|txt|vue|svelte|wasm|ttf|woff2?)$/.test(clean)
    )
      return { kind: 'external' };
    return {
      kind: 'unresolved',
      reason:
        name === undefined
          ? 'No such file.'
          : `No package.json of the repository names ${name}, and no tsconfig path matches.`,
    };
  };

  const resolveWorkspace = (specifier: string): Resolution | undefined => {
    const name = packageName(specifier);
    const workspace = name === undefined ? undefined : workspaces.get(name);
    if (name === undefined || workspace === undefined) return undefined;
    const sub = specifier.slice(name.length + 1);
    for (const candidate of entryCandidates(workspace.manifest, sub)) {
      const id = path.posix.normalize(path.posix.join(workspace.folder, candidate));
      for (const module of sourceVariants(id)) if (modules.has(module)) return { kind: 'module', id: module };
    }
    return { kind: 'external' };
  };

  return {
    resolve(fromModule, specifier) {
      const key = `${specifier.startsWith('.') || specifier.startsWith('#') ? path.posix.dirname(fromModule) : nearestPackage(fromModule)}\n${specifier}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const resolution = resolveFresh(fromModule, specifier);
      cache.set(key, resolution);
      return resolution;
    },
  };

  /** Bare specifiers resolve alike in one folder: tsconfig files sit in folders. */
  function nearestPackage(fromModule: string): string {
    return path.posix.dirname(fromModule);
  }
}

function readPackages(root: string, packageFiles: readonly string[]) {
  const workspaces = new Map<string, WorkspacePackage>();
  const known = new Set<string>();
  for (const file of packageFiles) {
    const manifest = readManifest(path.join(root, file));
    if (manifest === undefined) continue;
    for (const field of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']) {
      const names = manifest[field];
      if (typeof names === 'object' && names !== null) for (const name of Object.keys(names)) known.add(name);
    }
    if (typeof manifest['name'] === 'string')
      workspaces.set(manifest['name'], { folder: path.posix.dirname(file), manifest });
  }
  for (let folder = root; ; folder = path.dirname(folder)) {
    const manifest = readManifest(path.join(folder, 'package.json'));
    for (const field of ['dependencies', 'devDependencies']) {
      const names = manifest?.[field];
      if (typeof names === 'object' && names !== null) for (const name of Object.keys(names)) known.add(name);
    }
    if (path.dirname(folder) === folder || existsSync(path.join(folder, '.git'))) break;
  }
  return { workspaces, known };
}

function readManifest(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** `@scope/name/deep` → `@scope/name`; undefined for paths. */
function packageName(specifier: string): string | undefined {
  return /^(?:@[\w.-]+\/)?[\w][\w.-]*/.exec(specifier)?.[0];
}

function isInstalled(root: string, fromModule: string, name: string): boolean {
  for (let folder = path.dirname(path.join(root, fromModule)); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'node_modules', name))) return true;
    if (path.dirname(folder) === folder) return false;
  }
}

function entryCandidates(manifest: Readonly<Record<string, unknown>>, sub: string): string[] {
  const exported = exportTargets(manifest['exports'], sub === '' ? '.' : `./${sub}`);
  if (sub !== '') return [...exported, sub, `src/${sub}`];
  const mains = ['source', 'module', 'main', 'types', 'typings'].flatMap((field) =>
    typeof manifest[field] === 'string' ? [manifest[field]] : [],
  );
  return [...exported, ...mains, 'src/index', 'index', 'src/main', 'lib/index'];
}

function exportTargets(exports: unknown, sub: string): string[] {
  if (typeof exports === 'string') return sub === '.' ? [exports] : [];
  if (typeof exports !== 'object' || exports === null) return [];
  const entries = Object.entries(exports as Record<string, unknown>);
  if (!entries.some(([key]) => key.startsWith('.'))) return sub === '.' ? leaves(exports) : [];
  return entries.flatMap(([key, value]) => {
    if (key === sub) return leaves(value);
    const [head, tail] = key.split('*');
    if (head === undefined || tail === undefined || !sub.startsWith(head) || !sub.endsWith(tail)) return [];
    const middle = sub.slice(head.length, sub.length - tail.length);
    return leaves(value).map((leaf) => leaf.replaceAll('*', middle));
  });
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}

/** Where the source of a built file stands: `dist/a.js` → `src/a.ts`. */
function sourceVariants(id: string): string[] {
  const stem = id.replace(/\.d\.[cm]?ts$|\.[cm]?[jt]sx?$/, '');
  const stems = [
    stem,
    stem.replace(/(^|\/)(?:dist|build|lib|out)\//, '$1src/'),
    stem.replace(/(^|\/)(?:dist|build|lib|out)\//, '$1'),
  ];
  return [
    id,
    ...stems.flatMap((base) =>
      ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '.cjs', '/index.ts', '/index.tsx', '/index.js'].map(
        (end) => base + end,
      ),
    ),
  ];
}
