import path from 'node:path';

/** Finds modules of the repository by a path without certainty about extension, index file or case. */
export interface ModuleIndex {
  /** `a/b` → `a/b.ts`, `a/b/index.ts`; `a/b.js` → `a/b.ts` where the compiler would have made it from that. */
  find(candidate: string): string | undefined;
  /** The source of a built file: `pkg/dist/a.js` → `pkg/src/a.ts`. */
  findSource(candidate: string): string | undefined;
  /** Modules whose path matches; `prefix` narrows the search to a folder. */
  matching(prefix: string, pattern: RegExp): string[];
  has(id: string): boolean;
}

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.vue', '.svelte'];
/** What TypeScript compiles to a file with this ending. */
const sourcesOf: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.js', '.jsx'],
  '.mjs': ['.mts', '.mjs'],
  '.cjs': ['.cts', '.cjs'],
  '.jsx': ['.tsx', '.jsx'],
};
const builtFolder = /(^|\/)(?:dist|build|lib|out|esm|cjs|es)(?:\/(?:esm|cjs|es|src|types))?\//;

export function createModuleIndex(
  modules: ReadonlySet<string>,
  mainsOf: (folder: string) => readonly string[],
): ModuleIndex {
  const byLowerCase = new Map<string, string | undefined>();
  for (const id of modules) {
    const lower = id.toLowerCase();
    byLowerCase.set(lower, byLowerCase.has(lower) ? undefined : id);
  }
  const sorted = [...modules].sort((a, b) => (a < b ? -1 : 1));

  const findExactly = (candidate: string, has: (id: string) => string | undefined): string | undefined => {
    const extension = path.posix.extname(candidate);
    const replaced = sourcesOf[extension]?.map((source) => candidate.slice(0, -extension.length) + source) ?? [];
    for (const id of [...replaced, candidate, ...extensions.map((end) => candidate + end)]) {
      const found = has(id);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const findIn = (candidate: string, has: (id: string) => string | undefined): string | undefined => {
    const file = findExactly(candidate, has);
    if (file !== undefined) return file;
    for (const main of mainsOf(candidate)) {
      const target = path.posix.join(candidate, main);
      const found = findExactly(target, has) ?? findExactly(`${target}/index`, has);
      if (found !== undefined) return found;
    }
    const folder = candidate === '.' || candidate === '' ? 'index' : `${candidate}/index`;
    return findExactly(folder, has);
  };

  // The same few targets are asked for again and again.
  const found = new Map<string, string | undefined>();
  const find = (raw: string): string | undefined => {
    if (found.has(raw)) return found.get(raw);
    const candidate = raw.replace(/\/+$/, '');
    const result =
      findIn(candidate, (id) => (modules.has(id) ? id : undefined)) ??
      findIn(candidate, (id) => byLowerCase.get(id.toLowerCase()));
    found.set(raw, result);
    return result;
  };

  return {
    find,
    findSource(candidate) {
      const stem = candidate.replace(/\.d\.[cm]?ts$|\.[cm]?[jt]sx?$/, '');
      for (const base of [
        stem,
        stem.replace(builtFolder, '$1src/'),
        stem.replace(builtFolder, '$1'),
        stem.replace(builtFolder, '$1lib/'),
      ]) {
        const source = find(base);
        if (source !== undefined && !builtFolder.test(source)) return source;
      }
      return find(candidate) ?? find(stem);
    },
    matching(prefix, pattern) {
      const from = lowerBound(sorted, prefix);
      const matches: string[] = [];
      for (let at = from; at < sorted.length && sorted[at]?.startsWith(prefix) === true; at++) {
        const id = sorted[at];
        if (id !== undefined && pattern.test(id)) matches.push(id);
      }
      return matches;
    },
    has: (id) => modules.has(id),
  };
}

function lowerBound(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
