import path from 'node:path';
import { childrenOf, parseModule, staticKey, unwrap, type Node } from '../source/syntax-tree.ts';
import { isConfiguredRecord, configuredValue, type Constants, type ConfiguredValue } from './configured-value.ts';

/** `@` → `/repo/src`. A target with `$1` takes what the first group of the pattern matched. */
export interface Alias {
  readonly pattern: RegExp;
  readonly target: string;
}

export interface AliasConfig {
  readonly aliases: readonly Alias[];
  /** Folders where bare specifiers are looked up, besides node_modules. */
  readonly roots: readonly string[];
}

/**
 * Aliases that the configuration of a bundler, test runner or compiler names: `alias` as an object or a list of `find` and
 * `replacement` (Vite, webpack, Rollup, babel's module-resolver, Svelte), `moduleNameMapper` (Jest), `resolve.modules` and
 * `moduleDirectories` (roots). Read, not run. `file` is absolute.
 */
export function readAliasConfig(file: string, text: string): AliasConfig {
  const folder = path.posix.dirname(file);
  const isJson = /\.json$|\.babelrc$/.test(file);
  const parsed = isJson ? parseModule('config.js', `(${text}\n)`) : parseModule(file, text);
  if (parsed.kind === 'failed') return { aliases: [], roots: [] };
  const properties: { readonly key: string; readonly value: Node }[] = [];
  const constants = new Map<string, Node>();
  collectProperties(parsed.program, properties, constants);
  const aliases: Alias[] = [];
  const roots: string[] = [];
  for (const { key, value } of properties) {
    if (key === 'alias') aliases.push(...aliasesOf(value, folder, constants));
    if (key === 'moduleNameMapper') aliases.push(...mappedNames(configuredValue(value, folder, constants), folder));
    if (key === 'modules' || key === 'moduleDirectories' || key === 'modulePaths')
      roots.push(...rootsOf(configuredValue(value, folder, constants), folder));
  }
  return { aliases: [...aliases, ...conventional(path.posix.basename(file), folder)], roots };
}

/** `moduleNameMapper` and `_moduleAliases` of a package.json. */
export function readPackageAliases(manifest: Readonly<Record<string, unknown>>, folder: string): Alias[] {
  const jest = manifest['jest'];
  const mapper =
    typeof jest === 'object' && jest !== null && 'moduleNameMapper' in jest ? jest.moduleNameMapper : undefined;
  const rootDir = typeof jest === 'object' && jest !== null && 'rootDir' in jest ? String(jest.rootDir) : '.';
  return [
    ...mappedNames(mapper as ConfiguredValue, path.posix.join(folder, rootDir)),
    ...namedAliases(manifest['_moduleAliases'] as ConfiguredValue, folder),
    ...namedAliases(manifest['alias'] as ConfiguredValue, folder),
  ];
}

function collectProperties(
  program: Node,
  properties: { key: string; value: Node }[],
  constants: Map<string, Node>,
): void {
  const pending: Node[] = [program];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'Property') {
      const key = staticKey(node.key, node.computed);
      if (key !== undefined) properties.push({ key, value: node.value });
    } else if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init !== null) {
      constants.set(node.id.name, node.init);
    } else if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression') {
      const key = staticKey(node.left.property, node.left.computed);
      // `config.resolve.alias = { … }`, `config.resolve.alias['@'] = …` is the entry itself.
      if (key !== undefined) properties.push({ key, value: node.right });
    }
    pending.push(...childrenOf(node).reverse());
  }
}

function aliasesOf(node: Node, folder: string, constants: Constants): Alias[] {
  const inner = unwrap(node);
  const value = configuredValue(inner, folder, constants);
  if (!Array.isArray(value)) return namedAliases(value, folder);
  const elements = inner.type === 'ArrayExpression' ? inner.elements : [];
  return (value as readonly ConfiguredValue[]).flatMap((entry, index) => {
    if (!isConfiguredRecord(entry)) return [];
    const { find, replacement } = entry;
    if (typeof find !== 'string' || typeof replacement !== 'string') return [];
    const element = elements[index];
    const pattern = element !== undefined && element !== null && isPattern(element) ? compile(find) : nameOrBelow(find);
    return pattern === undefined ? [] : [{ pattern, target: targetOf(replacement, folder) }];
  });
}

/** `{ find: /^@\/(.*)/ }` rather than `{ find: '@' }`. */
function isPattern(element: Node): boolean {
  const inner = unwrap(element);
  if (inner.type !== 'ObjectExpression') return false;
  return inner.properties.some(
    (property) =>
      property.type === 'Property' &&
      staticKey(property.key, property.computed) === 'find' &&
      property.value.type === 'Literal' &&
      property.value.value instanceof RegExp,
  );
}

function namedAliases(value: ConfiguredValue, folder: string): Alias[] {
  if (!isConfiguredRecord(value)) return [];
  return Object.entries(value).flatMap(([name, target]) => {
    const first = Array.isArray(target) ? (target as readonly ConfiguredValue[])[0] : target;
    if (typeof first !== 'string') return [];
    // webpack: a name that ends in `$` is that name alone; babel: a name that begins with `^` is a pattern.
    const pattern = name.startsWith('^')
      ? compile(name)
      : name.endsWith('$')
        ? exactly(name.slice(0, -1))
        : nameOrBelow(name.replace(/\/\*$/, ''));
    return pattern === undefined
      ? []
      : [{ pattern, target: targetOf(first.replace(/\/\*$/, '').replaceAll('\\1', '$1'), folder) }];
  });
}

function mappedNames(value: ConfiguredValue, folder: string): Alias[] {
  if (typeof value !== 'object' || value === null || !isConfiguredRecord(value)) return [];
  return Object.entries(value).flatMap(([expression, target]) => {
    const first = Array.isArray(target) ? (target as readonly ConfiguredValue[])[0] : target;
    const pattern = compile(expression);
    return typeof first === 'string' && pattern !== undefined ? [{ pattern, target: targetOf(first, folder) }] : [];
  });
}

function rootsOf(value: ConfiguredValue, folder: string): string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly ConfiguredValue[])
    .filter((entry) => typeof entry === 'string')
    .filter((entry) => !entry.includes('node_modules') && /^[\w@./<>-]+$/.test(entry))
    .map((entry) => path.posix.resolve(folder, entry.replace('<rootDir>', '.')));
}

/** What a framework maps without being told. */
function conventional(name: string, folder: string): Alias[] {
  if (name.startsWith('svelte.config')) return namedAliases({ $lib: 'src/lib' }, folder);
  if (name.startsWith('nuxt.config')) return namedAliases({ '~~': '.', '@@': '.', '~': '.', '@': '.' }, folder);
  return [];
}

/** A path of the folder stays a path, a package name (`vue` → `vue/dist/vue.js`) is no file of ours and leads nowhere. */
function targetOf(target: string, folder: string): string {
  return path.posix.resolve(folder, target.replace('<rootDir>', '.'));
}

function nameOrBelow(name: string): RegExp {
  const stem = name.replace(/\/$/, '');
  return new RegExp(`^${escape(stem)}(?=/|$)`);
}

function exactly(name: string): RegExp {
  return new RegExp(`^${escape(name)}$`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function compile(expression: string): RegExp | undefined {
  try {
    return new RegExp(expression);
  } catch {
    return undefined;
  }
}
