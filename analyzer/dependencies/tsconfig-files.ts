import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseModule } from '../source/syntax-tree.ts';
import { isConfiguredRecord, configuredValue, type ConfiguredValue } from './configured-value.ts';

/** What of a tsconfig decides where specifiers lead. Paths are absolute. */
export interface PathMapping {
  readonly baseUrl: string | undefined;
  /** `paths` in the order in which the compiler tries them: exact names first, then the longest prefix. */
  readonly paths: readonly {
    readonly prefix: string;
    readonly suffix: string | undefined;
    readonly targets: readonly string[];
  }[];
  readonly rootDirs: readonly string[];
}

/** Finds the package that an `extends` names, as its folder: packages of a workspace are not installed. */
export type FindPackage = (name: string) => string | undefined;

/**
 * Mappings for modules in a folder, nearest first: the tsconfig or jsconfig of the folder, those that it references, others beside
 * it (`tsconfig.app.json`), then those of the folders above, also above the analysed one.
 */
export function createPathMappings(findPackage: FindPackage): (folder: string) => readonly PathMapping[] {
  const files = new Map<string, Record<string, ConfiguredValue> | undefined>();
  const folders = new Map<string, readonly PathMapping[]>();

  const read = (file: string): Record<string, ConfiguredValue> | undefined => {
    if (!files.has(file)) files.set(file, parseJsonWithComments(file));
    return files.get(file);
  };

  const ownOf = (file: string, depth = 0): PathMapping => {
    const config = read(file);
    const options = config?.['compilerOptions'];
    const own = isConfiguredRecord(options) ? options : {};
    const folder = path.dirname(file);
    const inherited =
      depth > 8 ? [] : extendedFiles(config?.['extends'], folder, findPackage).map((base) => ownOf(base, depth + 1));
    const last = (pick: (mapping: PathMapping) => boolean) => inherited.findLast(pick);
    const baseUrl =
      typeof own['baseUrl'] === 'string'
        ? path.resolve(folder, own['baseUrl'])
        : last((mapping) => mapping.baseUrl !== undefined)?.baseUrl;
    return {
      baseUrl,
      paths: isConfiguredRecord(own['paths'])
        ? compilePaths(
            own['paths'],
            typeof own['baseUrl'] === 'string' ? path.resolve(folder, own['baseUrl']) : folder,
            baseUrl,
          )
        : (last((mapping) => mapping.paths.length > 0)?.paths ?? []),
      rootDirs: texts(own['rootDirs']).map((entry) => path.resolve(folder, entry)),
    };
  };

  const referenced = (file: string): string[] => {
    const references = read(file)?.['references'];
    if (!Array.isArray(references)) return [];
    return (references as readonly ConfiguredValue[]).flatMap((entry) => {
      const target =
        isConfiguredRecord(entry) && typeof entry['path'] === 'string'
          ? path.resolve(path.dirname(file), entry['path'])
          : undefined;
      if (target === undefined) return [];
      return target.endsWith('.json') ? [target] : [path.join(target, 'tsconfig.json')];
    });
  };

  const mappingsOf = (folder: string): readonly PathMapping[] => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const names = configNames(folder);
    const first = names[0] === undefined ? undefined : path.join(folder, names[0]);
    const near = first === undefined ? [] : referenced(first).filter((file) => path.dirname(file) === folder);
    const all = [
      ...new Set([...(first === undefined ? [] : [first]), ...near, ...names.map((name) => path.join(folder, name))]),
    ];
    const own = all
      .map((file) => ownOf(file))
      .filter(({ baseUrl, paths, rootDirs }) => baseUrl !== undefined || paths.length > 0 || rootDirs.length > 0);
    const above = path.dirname(folder);
    const mappings = above === folder ? own : [...own, ...mappingsOf(above)];
    folders.set(folder, mappings);
    return mappings;
  };
  return mappingsOf;
}

/** `tsconfig.json` before all others, then by name; `jsconfig.json` where there is no TypeScript. */
function configNames(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /^(?:tsconfig(?:[.-][\w.-]+)?|jsconfig)\.json$/.test(name));
    const rank = (name: string) => (name === 'tsconfig.json' ? 0 : name === 'jsconfig.json' ? 2 : 1);
    return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  } catch {
    return [];
  }
}

function extendedFiles(value: ConfiguredValue, folder: string, findPackage: FindPackage): string[] {
  return (typeof value === 'string' ? [value] : texts(value)).flatMap((name) => {
    if (name.startsWith('.') || path.isAbsolute(name)) {
      const file = path.resolve(folder, name);
      return [file.endsWith('.json') ? file : `${file}.json`];
    }
    const [packageName = '', sub = ''] = /^((?:@[^/]+\/)?[^/]+)\/?(.*)$/.exec(name)?.slice(1) ?? [];
    const found = findPackage(packageName);
    if (found === undefined) return [];
    const file = path.join(found, sub === '' ? 'tsconfig.json' : sub);
    return [file.endsWith('.json') ? file : `${file}.json`];
  });
}

function compilePaths(
  value: { readonly [key: string]: ConfiguredValue },
  folder: string,
  baseUrl: string | undefined,
): PathMapping['paths'] {
  const entries = Object.entries(value).map(([key, targets]) => {
    const [prefix = '', suffix] = key.split('*');
    return { prefix, suffix, targets: texts(targets).map((target) => path.resolve(baseUrl ?? folder, target)) };
  });
  return entries.sort(
    (a, b) => Number(a.suffix !== undefined) - Number(b.suffix !== undefined) || b.prefix.length - a.prefix.length,
  );
}

/** JSON with comments and trailing commas is an expression of JavaScript. */
function parseJsonWithComments(file: string): Record<string, ConfiguredValue> | undefined {
  try {
    const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    const parsed = parseModule('config.js', `(${text}\n)`);
    const [statement] = parsed.kind === 'parsed' ? parsed.program.body : [];
    const value =
      statement?.type === 'ExpressionStatement'
        ? configuredValue(statement.expression, path.dirname(file), new Map())
        : undefined;
    return isConfiguredRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function texts(value: ConfiguredValue): string[] {
  return Array.isArray(value) ? (value as readonly ConfiguredValue[]).filter((entry) => typeof entry === 'string') : [];
}
