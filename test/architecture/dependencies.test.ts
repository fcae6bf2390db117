import { describe, expect, test } from 'vitest';
import { completeLock, type Lock } from '../../scripts/packages/lock-completion.ts';
import { read, readManifest, workspaces } from './repository-files.ts';

const table = read('docs/decisions/dependencies.md');
const explained = new Set([...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]));

function dependenciesOf(workspace: string): readonly (readonly [string, string])[] {
  const { dependencies, devDependencies, optionalDependencies } = readManifest(workspace);
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
}

describe.each(['.', ...workspaces])('the dependencies of %s', (workspace) => {
  const theirs = dependenciesOf(workspace).filter(([name]) => name !== 'overgrow' && !name.startsWith('@overgrow/'));

  test('have a line in docs/decisions/dependencies.md: why, and what was turned down', () => {
    const unexplained = theirs.map(([name]) => name).filter((name) => !explained.has(name));
    expect(unexplained, 'add `| `package` | where | why, and what was turned down |`').toEqual([]);
  });

  test('are exact versions, so that two machines run the same', () => {
    expect(
      theirs.filter(([, version]) => !/^(npm:(@[\w-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    ).toEqual([]);
  });
});

test('docs/decisions/dependencies.md explains no package that is gone', () => {
  const used = new Set(['.', ...workspaces].flatMap((workspace) => dependenciesOf(workspace).map(([name]) => name)));
  expect([...explained].filter((name) => !used.has(name ?? ''))).toEqual([]);
});

test('the lock file names no host: everybody installs from the registry that they have configured', () => {
  const hosts = [...read('package-lock.json').matchAll(/"resolved": "(\w+:\/\/[^"]+)"/g)].map((match) => match[1]);
  expect(
    hosts,
    '.npmrc sets omit-lockfile-registry-resolved; run npm install in the root to write the lock again',
  ).toEqual([]);
});

test('the lock file has the packages of all platforms, not only of the one on which it was written', () => {
  const { added } = completeLock(JSON.parse(read('package-lock.json')) as Lock);
  expect(added, '`npm ci` refuses such a lock file: run node scripts/complete-lock.ts').toEqual([]);
});
