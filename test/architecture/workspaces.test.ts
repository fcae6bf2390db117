import { describe, expect, test } from 'vitest';
import { mayImport } from '../../scripts/architecture.ts';
import { published as inBuildOrder } from '../../scripts/packages/published.ts';
import { exists, listFiles, published, read, readManifest, workspaces } from './repository-files.ts';

const screenLines = 60;

describe.each(workspaces)('workspace %s', (workspace) => {
  test('has a README of one screen, so that a newcomer reads it to the end', () => {
    expect(
      exists(`${workspace}/README.md`),
      `${workspace}/README.md is missing: what it is, its pipeline, its folders`,
    ).toBe(true);
    const lines = read(`${workspace}/README.md`).trimEnd().split('\n').length;
    expect(
      lines,
      `${workspace}/README.md has ${lines} lines; more than ${screenLines} belong in docs/`,
    ).toBeLessThanOrEqual(screenLines);
  });

  test('has a package.json that says the same as the others', () => {
    const manifest = readManifest(workspace);
    expect(manifest).toMatchObject({ license: 'MIT', type: 'module', engines: { node: '>=22.19' } });
  });
});

describe.each(published)('published workspace %s', (workspace) => {
  test('has an index.ts that lists what it offers', () => {
    expect(exists(`${workspace}/index.ts`), `${workspace}/index.ts is missing: it lists what others may use`).toBe(
      true,
    );
  });

  test('ships what was built, its README and the license, and nothing else', () => {
    expect(readManifest(workspace).files).toEqual(['dist', 'README.md', 'LICENSE']);
  });
});

test('what is published is built, and the layers know it', () => {
  expect([...inBuildOrder].toSorted()).toEqual([...published].toSorted());
  expect(Object.keys(mayImport).toSorted()).toEqual([...published].toSorted());
});

test('a workspace depends on no part that it may not import', () => {
  for (const [workspace, allowed] of Object.entries(mayImport)) {
    const ours = Object.keys(readManifest(workspace).dependencies ?? {})
      .filter((name) => name.startsWith('@overgrow/'))
      .map((name) => name.slice('@overgrow/'.length));
    const wrong = ours.filter((name) => !allowed.includes(name as (typeof allowed)[number]));
    expect(
      wrong,
      `${workspace}/package.json depends on ${wrong.join(', ')}; parts meet in the manifest and the state store`,
    ).toEqual([]);
  }
});

const vague = new Set(['utils', 'util', 'helpers', 'helper', 'manager', 'common', 'misc', 'lib', 'src']);

/** Code to be analysed may be as bad as it likes. */
const isExample = (file: string) => /(^|\/)(fixtures|examples\/shop)\//.test(file);

test('no folder or file has a name that says nothing', () => {
  const wrong = listFiles().filter((file) => {
    if (isExample(file)) return false;
    const [base = '', ...folders] = file.split('/').toReversed();
    return [...folders, base.replace(/\..*$/, '')].some((name) => vague.has(name));
  });
  expect(
    wrong,
    `${[...vague].join(', ')} say nothing of what is inside, and so collect everything: name it after what it does`,
  ).toEqual([]);
});
