/**
 * What of a repository is not its own source. Each rule gives the reason that the report shows. Folders that are never source
 * are not entered; names that only hint at tests or build output leave a doubt, and what the source imports is read all the same:
 * `coverage` holds reports in one repository and insurance policies in another.
 */

const neverSource: Readonly<Record<string, string>> = {
  node_modules: 'installed packages',
  bower_components: 'installed packages',
  jspm_packages: 'installed packages',
};

const doubtfulFolders: Readonly<Record<string, string>> = {
  dist: 'build output',
  build: 'build output',
  out: 'build output',
  coverage: 'test coverage',
  vendor: 'copied packages',
  __snapshots__: 'test',
  __tests__: 'test',
  __mocks__: 'test',
  test: 'test',
  tests: 'test',
  testing: 'test',
  e2e: 'test',
  cypress: 'test',
  fixtures: 'test',
};

const sourcePattern = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$/;
const declarationPattern = /\.d\.(?:[\w-]+\.)?[cm]?ts$/;
const testPattern = /[.-](?:test|tests|spec|e2e|cy|stories)\.(?:[\w-]+\.)?[cm]?[jt]sx?$/;
const minifiedPattern = /[.-](?:min|bundle)\.[cm]?js$/;
const aliasConfigPattern =
  /^(?:(?:vite|vitest|webpack|rspack|rollup|jest|babel|svelte|nuxt|vue|craco|rsbuild|quasar|electron\.vite|metro)[\w.-]*\.config(?:\.[\w-]+)*\.(?:[cm]?[jt]s|json)|webpack[\w.-]*\.[cm]?[jt]s|jest[\w.-]*\.(?:[cm]?[jt]s|json)|(?:vite|vitest|svelte|nuxt|vue|babel|craco)\.config\.[cm]?[jt]s|\.babelrc(?:\.js|\.json)?)$/;

/** A source file above this is a bundle or generated data, in every repository that was looked at. */
export const maxSourceBytes = 1_000_000;
/** A migration dump may be larger than source is. */
export const maxSqlBytes = 5_000_000;

export type FileRole =
  /** `doubt` is why the file is left out unless the source imports it. */
  | { readonly kind: 'source'; readonly doubt: string | undefined }
  | { readonly kind: 'sql' }
  | { readonly kind: 'package' }
  | { readonly kind: 'other' }
  | { readonly kind: 'skip'; readonly reason: string };

export type FolderRole =
  | { readonly kind: 'enter' }
  | { readonly kind: 'doubt'; readonly reason: string }
  | { readonly kind: 'skip'; readonly reason: string };

/** What a folder's name says of what is in it. */
export function folderRole(name: string): FolderRole {
  if (name.startsWith('.')) return { kind: 'skip', reason: 'hidden folder' };
  const never = Object.hasOwn(neverSource, name) ? neverSource[name] : undefined;
  if (never !== undefined) return { kind: 'skip', reason: never };
  const doubt = Object.hasOwn(doubtfulFolders, name) ? doubtfulFolders[name] : undefined;
  return doubt === undefined ? { kind: 'enter' } : { kind: 'doubt', reason: doubt };
}

/** What a file is to the analyzer, from its name alone. */
export function fileRole(name: string): FileRole {
  if (name === 'package.json') return { kind: 'package' };
  if (name.endsWith('.sql')) return { kind: 'sql' };
  if (!sourcePattern.test(name)) return { kind: 'other' };
  if (declarationPattern.test(name)) return { kind: 'skip', reason: 'type declarations' };
  if (testPattern.test(name)) return { kind: 'source', doubt: 'test' };
  return { kind: 'source', doubt: minifiedPattern.test(name) ? 'minified or bundled' : undefined };
}

/** Configuration of bundlers, test runners and compilers, which may hold aliases. */
export function holdsAliases(name: string): boolean {
  return aliasConfigPattern.test(name);
}

/** A second look once the text is there: binary content and minified code under an ordinary name. */
export function contentSkipReason(text: string): string | undefined {
  if (text.includes('\u0000')) return 'binary content';
  if (text.length < 5_000) return undefined;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > 500 ? 'minified or bundled' : undefined;
}

/** Why a file of this size is not read; undefined when it is. */
export function sizeSkipReason(name: string, bytes: number): string | undefined {
  const most = name.endsWith('.sql') ? maxSqlBytes : maxSourceBytes;
  return bytes > most ? `larger than ${most / 1e6} MB` : undefined;
}
