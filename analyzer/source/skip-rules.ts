/** What of a repository is not its own source. Each rule gives the reason that the report shows. */

const skippedFolders: Readonly<Record<string, string>> = {
  node_modules: 'installed packages',
  bower_components: 'installed packages',
  jspm_packages: 'installed packages',
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

const sourcePattern = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const declarationPattern = /\.d\.(?:[\w-]+\.)?[cm]?ts$/;
const testPattern = /[.-](?:test|tests|spec|e2e|cy|stories)\.(?:[\w-]+\.)?[cm]?[jt]sx?$/;
const minifiedPattern = /[.-](?:min|bundle|prod)\.[cm]?js$/;

/** A source file above this is a bundle or generated data, in every repository that was looked at. */
export const maxSourceBytes = 1_000_000;
/** A migration dump may be larger than source is. */
export const maxSqlBytes = 5_000_000;

export type FileRole =
  | { readonly kind: 'source' }
  | { readonly kind: 'sql' }
  | { readonly kind: 'package' }
  | { readonly kind: 'other' }
  | { readonly kind: 'skip'; readonly reason: string };

/** Why a folder is not entered; undefined when it is. `depth` 0 is a folder right below the analysed one. */
export function folderSkipReason(name: string): string | undefined {
  if (name.startsWith('.')) return 'hidden folder';
  return Object.hasOwn(skippedFolders, name) ? skippedFolders[name] : undefined;
}

/** What a file is to the analyzer, from its name and size alone. */
export function fileRole(name: string, bytes: number): FileRole {
  if (name === 'package.json') return { kind: 'package' };
  if (name.endsWith('.sql')) return bytes > maxSqlBytes ? skip(`larger than ${maxSqlBytes / 1e6} MB`) : { kind: 'sql' };
  if (!sourcePattern.test(name)) return { kind: 'other' };
  if (declarationPattern.test(name)) return skip('type declarations');
  if (testPattern.test(name)) return skip('test');
  if (minifiedPattern.test(name)) return skip('minified or bundled');
  if (bytes > maxSourceBytes) return skip(`larger than ${maxSourceBytes / 1e6} MB`);
  return { kind: 'source' };
}

/** A second look once the text is there: binary content and minified code under an ordinary name. */
export function contentSkipReason(text: string): string | undefined {
  if (text.includes('\u0000')) return 'binary content';
  if (text.length < 5_000) return undefined;
  const lines = text.split('\n').length;
  return text.length / lines > 500 ? 'minified or bundled' : undefined;
}

function skip(reason: string): FileRole {
  return { kind: 'skip', reason };
}
