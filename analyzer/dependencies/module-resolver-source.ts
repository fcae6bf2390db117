import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { ResolverFactory } from 'oxc-resolver';
import { readAliasConfig, readPackageAliases, type Alias, type AliasConfig } from './alias-config.ts';
import { createModuleIndex } from './module-index.ts';
import { createPathMappings, type PathMapping } from './tsconfig-files.ts';
import {
  dependencyNames,
  entryCandidates,
  importCandidates,
  packageName,
  type Manifest,
  type WorkspacePackage,
} from './workspace-packages.ts';

export type Resolution =
  | { readonly kind: 'module'; readonly id: string }
  /** A package, a part of Node, or a file that holds no code. */
  | { readonly kind: 'external' }
  | { readonly kind: 'unresolved'; readonly reason: string };

export interface ModuleResolver {
  resolve(fromModule: string, specifier: string): Resolution;
  /** Modules that a specifier with `*` (within a folder) and `**` (any folders) may mean. */
  matching(fromModule: string, pattern: string): readonly string[];
}

export interface ResolvedAgainst {
  /** Absolute path of the analysed folder. */
  readonly root: string;
  /** Every file that may be a module. */
  readonly modules: ReadonlySet<string>;
  /** Those of them that only count where nothing else is meant: build output. */
  readonly doubtful: { has(id: string): boolean };
  /** Paths of package.json files below the root. */
  readonly packageFiles: readonly string[];
  readonly aliasConfigs: readonly string[];
}

const assetPattern =
  /\.(?:css|s[ac]ss|less|styl|pcss|svg|png|jpe?g|gif|webp|avif|ico|mp[34]|wav|webm|pdf|html?|ejs|hbs|pug|graphqls?|gql|mdx?|txt|csv|ya?ml|toml|json5?|jsonc|vue|svelte|astro|wasm|node|proto|sql|xml|ttf|eot|otf|woff2?)$/;

/**
 * Resolves specifiers to modules of the repository: relative paths, tsconfig paths (the nearest tsconfig of each file), package
 * `imports`, aliases of bundlers and test runners, and workspace packages to their sources, whether packages are installed or not.
 */
export function createModuleResolver(against: ResolvedAgainst): ModuleResolver {
  const { root, modules, doubtful } = against;
  const packages = readPackages(root, against.packageFiles);
  const mains = new Map<string, readonly string[]>();
  for (const { folder, manifest } of packages.all)
    mains.set(
      folder,
      ['source', 'module', 'main', 'types'].flatMap((field) =>
        typeof manifest[field] === 'string' ? [manifest[field]] : [],
      ),
    );
  const index = createModuleIndex(modules, (folder) => mains.get(folder) ?? []);
  const mappingsOf = createPathMappings((name) => {
    const workspace = packages.byName.get(name);
    if (workspace !== undefined) return path.join(root, workspace.folder);
    return installedFolder(root, name);
  });
  const aliasesOf = createAliases(root, against.aliasConfigs, packages.all);
  const disk = new ResolverFactory({
    extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json', '.node'],
    extensionAlias: { '.js': ['.ts', '.tsx', '.js', '.jsx'], '.mjs': ['.mts', '.mjs'], '.cjs': ['.cts', '.cjs'] },
    conditionNames: ['source', 'development', 'import', 'require', 'node', 'default'],
    mainFields: ['source', 'module', 'main'],
    builtinModules: true,
  });
  const cache = new Map<string, Resolution>();

  const below = (absolute: string): string => path.relative(root, absolute).split(path.sep).join('/');
  const isOutside = (id: string) => id === '..' || id.startsWith('../');

  /** Build output is only meant where no source is. */
  const findModule = (candidate: string): string | undefined => {
    const found = index.find(candidate);
    if (found !== undefined && !doubtful.has(found)) return found;
    return (isOutside(candidate) ? undefined : index.findSource(candidate)) ?? found;
  };

  /** Paths below the root that tsconfig, aliases and package `imports` give a specifier, best first. */
  const mappedPaths = (
    fromModule: string,
    specifier: string,
  ): { readonly named: string[]; readonly roots: string[] } => {
    const named: string[] = [];
    const roots: string[] = [];
    const folder = path.join(root, path.dirname(fromModule));
    for (const mapping of mappingsOf(folder)) {
      named.push(...mappedByTsconfig(mapping, specifier).map(below));
      if (mapping.baseUrl !== undefined) roots.push(below(path.join(mapping.baseUrl, specifier)));
    }
    for (const config of aliasesOf(fromModule)) {
      for (const alias of config.aliases) {
        const target = applyAlias(alias, specifier);
        if (target !== undefined) named.push(below(target));
      }
      for (const folderOf of config.roots) roots.push(below(path.join(folderOf, specifier)));
    }
    if (specifier.startsWith('#')) {
      const own = packages.around(fromModule);
      if (own !== undefined) named.push(...importCandidates(own, specifier));
    }
    return { named, roots };
  };

  const relativePaths = (fromModule: string, specifier: string): string[] => {
    const folder = path.posix.dirname(fromModule);
    if (!specifier.startsWith('/'))
      return [path.posix.normalize(path.posix.join(folder, specifier)), ...shiftedRoots(folder, specifier)];
    // `/imports/a` is meant from the root of the application.
    return [specifier.slice(1), ...ancestors(folder).map((ancestor) => path.posix.join(ancestor, specifier))];
  };

  /** `rootDirs`: several folders that are one at run time. */
  const shiftedRoots = (folder: string, specifier: string): string[] => {
    const absolute = path.join(root, folder, specifier);
    return mappingsOf(path.join(root, folder)).flatMap(({ rootDirs }) => {
      const inside = rootDirs.find((directory) => absolute.startsWith(directory + path.sep));
      return inside === undefined
        ? []
        : rootDirs
            .filter((directory) => directory !== inside)
            .map((directory) => below(path.join(directory, path.relative(inside, absolute))));
    });
  };

  const resolveFresh = (fromModule: string, raw: string): Resolution => {
    const specifier = cleanSpecifier(raw);
    if (specifier === '' || isBuiltin(specifier) || /^(?:[a-z][\w+.-]*:|~icons\/)/i.test(specifier))
      return { kind: 'external' };
    if (specifier.startsWith('.') || specifier.startsWith('/')) {
      for (const candidate of relativePaths(fromModule, specifier)) {
        const id = findModule(candidate);
        if (id !== undefined) return { kind: 'module', id };
      }
      return resolveOnDisk(fromModule, specifier) ?? { kind: 'unresolved', reason: 'No such file.' };
    }
    const { named, roots } = mappedPaths(fromModule, specifier);
    for (const candidate of named) {
      const id = findModule(candidate);
      if (id !== undefined) return { kind: 'module', id };
    }
    const name = packageName(specifier);
    const workspace = name === undefined ? undefined : packages.byName.get(name);
    if (name !== undefined && workspace !== undefined) {
      for (const candidate of entryCandidates(workspace, specifier.slice(name.length + 1))) {
        const id = index.findSource(candidate);
        if (id !== undefined) return { kind: 'module', id };
      }
    }
    for (const candidate of roots) {
      const id = findModule(candidate);
      if (id !== undefined && !packages.known.has(name ?? '')) return { kind: 'module', id };
    }
    if (name !== undefined && packages.known.has(name)) return { kind: 'external' };
    const onDisk = resolveOnDisk(fromModule, specifier);
    if (onDisk !== undefined) return onDisk;
    if (
      workspace !== undefined ||
      named.some((candidate) => isOutside(candidate) || existsSync(path.join(root, candidate)))
    )
      return { kind: 'external' };
    if (named.length > 0)
      return { kind: 'unresolved', reason: `An alias leads to ${named[0] ?? ''}, and there is no such file.` };
    return {
      kind: 'unresolved',
      reason:
        name === undefined
          ? 'No tsconfig path, alias or package leads anywhere.'
          : `No package.json of the repository names ${name}, and no tsconfig path matches.`,
    };
  };

  /** Symbolic links, installed packages and files that are no modules. */
  const resolveOnDisk = (fromModule: string, specifier: string): Resolution | undefined => {
    const result = disk.resolveFileSync(path.join(root, fromModule), specifier);
    if (result.builtin !== undefined) return { kind: 'external' };
    if (result.path !== undefined) {
      const id = below(result.path);
      return modules.has(id) ? { kind: 'module', id } : { kind: 'external' };
    }
    if (assetPattern.test(specifier)) return { kind: 'external' };
    const target = path.join(root, path.dirname(fromModule), specifier);
    // Only types, or a folder that another program fills.
    if (
      specifier.startsWith('.') &&
      ['.d.ts', '.d.mts', '/index.d.ts'].some((end) => existsSync(target.replace(/\.[cm]?js$/, '') + end))
    )
      return { kind: 'external' };
    return undefined;
  };

  return {
    resolve(fromModule, specifier) {
      // One folder has one answer: tsconfig and package.json sit in folders.
      const key = `${path.posix.dirname(fromModule)}\n${specifier}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const resolution = resolveFresh(fromModule, specifier);
      cache.set(key, resolution);
      return resolution;
    },
    matching(fromModule, pattern) {
      const specifier = cleanSpecifier(pattern);
      const isPath = specifier.startsWith('.') || specifier.startsWith('/');
      const paths = isPath ? relativePaths(fromModule, specifier) : mappedPaths(fromModule, specifier).named;
      for (const candidate of paths) {
        const prefix = candidate.slice(0, candidate.indexOf('*'));
        const found = index
          .matching(prefix, globPattern(candidate))
          .filter((id) => !doubtful.has(id) && id !== fromModule);
        if (found.length > 0) return found;
      }
      return [];
    },
  };
}

/** Takes off what only a bundler reads: `raw-loader!./a`, `./a?url`, `./a#hash`. */
function cleanSpecifier(raw: string): string {
  const afterLoaders = raw.slice(raw.lastIndexOf('!') + 1);
  return afterLoaders.startsWith('#') ? afterLoaders.replace(/\?.*$/, '') : afterLoaders.replace(/[?#].*$/, '');
}

function mappedByTsconfig({ paths }: PathMapping, specifier: string): string[] {
  for (const { prefix, suffix, targets } of paths) {
    if (suffix === undefined) {
      if (specifier === prefix) return [...targets];
    } else if (
      specifier.startsWith(prefix) &&
      specifier.endsWith(suffix) &&
      specifier.length >= prefix.length + suffix.length
    ) {
      const middle = specifier.slice(prefix.length, specifier.length - suffix.length);
      return targets.map((target) => target.replace('*', middle));
    }
  }
  return [];
}

function applyAlias({ pattern, target }: Alias, specifier: string): string | undefined {
  const match = pattern.exec(specifier);
  if (match === null) return undefined;
  const filled = target.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  return filled === target && match.index === 0 && !target.includes('$')
    ? target + specifier.slice(match[0].length)
    : filled;
}

/** `*` is one name or part of it, `**` any folders. What a hole of a template stands for may hold folders, too. */
function globPattern(candidate: string): RegExp {
  const source = candidate
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/?|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'));
  return new RegExp(`^${source}(?:\\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)|/index\\.(?:[cm]?[jt]s|[jt]sx))?$`);
}

function ancestors(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; at !== '.' && at !== ''; at = path.posix.dirname(at)) found.push(at);
  return found;
}

/** Aliases that hold for a module: of the configurations in its folder and above, nearest first. */
function createAliases(root: string, configs: readonly string[], packages: readonly WorkspacePackage[]) {
  const byFolder = new Map<string, AliasConfig[]>();
  const add = (folder: string, config: AliasConfig) => {
    if (config.aliases.length === 0 && config.roots.length === 0) return;
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), config]);
  };
  for (const file of configs) {
    const text = readOrNothing(path.join(root, file));
    if (text !== undefined) add(path.posix.dirname(file), readAliasConfig(path.join(root, file), text));
  }
  for (const { folder, manifest } of packages)
    add(folder, { aliases: readPackageAliases(manifest, path.join(root, folder)), roots: [] });
  return (module: string): AliasConfig[] =>
    [...ancestors(path.posix.dirname(module)), '.'].flatMap((folder) => byFolder.get(folder) ?? []);
}

function readPackages(root: string, packageFiles: readonly string[]) {
  const all: WorkspacePackage[] = [];
  const byName = new Map<string, WorkspacePackage>();
  const byFolder = new Map<string, WorkspacePackage>();
  const known = new Set<string>();
  for (const file of packageFiles) {
    const manifest = readManifest(path.join(root, file));
    if (manifest === undefined) continue;
    const own = { folder: path.posix.dirname(file), manifest };
    all.push(own);
    byFolder.set(own.folder, own);
    for (const name of dependencyNames(manifest)) known.add(name);
    if (typeof manifest['name'] === 'string' && !byName.has(manifest['name'])) byName.set(manifest['name'], own);
  }
  // What is analysed may be one package of a larger repository, whose root declares the rest.
  for (let folder = root; ; folder = path.dirname(folder)) {
    const manifest = folder === root ? undefined : readManifest(path.join(folder, 'package.json'));
    for (const name of manifest === undefined ? [] : dependencyNames(manifest)) known.add(name);
    if (path.dirname(folder) === folder || existsSync(path.join(folder, '.git'))) break;
  }
  const around = (module: string) =>
    [...ancestors(path.posix.dirname(module)), '.']
      .map((folder) => byFolder.get(folder))
      .find((found) => found !== undefined);
  return { all, byName, known, around };
}

function readManifest(file: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(readOrNothing(file) ?? '');
    return typeof value === 'object' && value !== null ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch {
    return undefined;
  }
}

function installedFolder(root: string, name: string): string | undefined {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    if (path.dirname(folder) === folder) return undefined;
  }
}
