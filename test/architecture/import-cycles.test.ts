import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { published } from '../../scripts/packages/published.ts';
import { exists, listFiles, read } from './repository-files.ts';

/** Files that `file` imports from its own workspace when it runs. Types are gone by then and may point both ways. */
function importsOf(file: string): readonly string[] {
  const { module } = parseSync(file, read(file));
  const wanted = [
    ...module.staticImports
      .filter(({ entries }) => entries.length === 0 || entries.some((entry) => !entry.isType))
      .map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports
      .flatMap(({ entries }) => entries.filter((entry) => !entry.isType))
      .flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
  ];
  return wanted
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => path.posix.join(path.posix.dirname(file), specifier))
    .filter(exists);
}

/** One cycle of the graph, as the files on it, or undefined. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): readonly string[] | undefined => {
    const at = trail.indexOf(file);
    if (at >= 0) return [...trail.slice(at), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...trail, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

test.each([...published, 'test', 'scripts', 'bench'])('no import cycle in %s', (workspace) => {
  const files = listFiles().filter(
    (file) => file.startsWith(`${workspace}/`) && file.endsWith('.ts') && !file.includes('/fixtures/'),
  );
  const cycle = findCycle(new Map(files.map((file) => [file, importsOf(file)])));
  expect(
    cycle?.join(' → '),
    'files that import each other cannot be read, tested or moved one by one: move what both need into a third',
  ).toBeUndefined();
});

test('findCycle finds a cycle behind other files', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', ['c']],
    ['c', ['d']],
    ['d', ['b']],
  ]);
  expect(findCycle(graph)).toEqual(['b', 'c', 'd', 'b']);
  expect(findCycle(new Map([['a', ['b']]]))).toBeUndefined();
});
