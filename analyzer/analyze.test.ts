import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { analyze } from './analyze.ts';
import { extractFacts } from './facts/extract-facts.ts';
import { renderTerminalReport } from './report/render-terminal.ts';

describe('repositories as they are', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'overgrow-analyze-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const write = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };

  test('a missing folder is an error with a way out', async () => {
    await expect(analyze({ root: path.join(root, 'gone') })).rejects.toMatchObject({ code: 'ANALYZE_NO_FOLDER' });
    await write('file.ts', '');
    await expect(analyze({ root: path.join(root, 'file.ts') })).rejects.toMatchObject({ code: 'ANALYZE_NO_FOLDER' });
  });

  test('an empty folder is a report that says so', async () => {
    const report = await analyze({ root });
    expect(report.verdict.kind).toBe('nothing-found');
    expect(report.contexts).toEqual([]);
    expect(renderTerminalReport(report)).toContain('Nothing found');
  });

  test('what is not source is skipped with its reason, the rest is analysed', async () => {
    await write('a.ts', "import './b.js';\nexport const a = 1;\n");
    await write('b.js', 'export const b = <p>JSX in a .js file</p>;\n');
    await write('broken.ts', 'export function (((\n');
    await write('binary.js', 'a\u0000b');
    await write('node_modules/x/index.js', '');
    await write('dist/app.js', '');
    await write('a.test.ts', '');
    await write('types.d.ts', '');
    await write('app.min.js', '');
    await write('long.js', `var a=[${'1,'.repeat(5000)}];`);
    await write('large.js', `// ${'x'.repeat(1_000_001)}`);
    await mkdir(path.join(root, 'loop'));
    await symlink('..', path.join(root, 'loop/again'));
    const report = await analyze({ root });
    expect(report.counts.modules).toBe(2);
    expect(
      Object.fromEntries(report.skipped.map(({ path: file, reason }) => [file, reason.replace(/:.*/, '')])),
    ).toEqual({
      'a.test.ts': 'test',
      'app.min.js': 'minified or bundled',
      'binary.js': 'binary content',
      'broken.ts': 'syntax error in line 1',
      dist: 'build output',
      'large.js': 'larger than 1 MB',
      'long.js': 'minified or bundled',
      'loop/again': 'symbolic link',
      node_modules: 'installed packages',
      'types.d.ts': 'type declarations',
    });
  });

  test('a program beside the monolith is left out once a migration is under way, and is part of it before', async () => {
    await write('package.json', '{"name":"shop"}');
    for (const name of ['a', 'b', 'c']) await write(`${name}.ts`, 'export {};');
    await write('services/tax/package.json', '{"name":"tax"}');
    await write('services/tax/main.ts', 'export {};');
    expect((await analyze({ root })).counts.modules).toBe(4);
    await write('overgrow.yaml', 'version: 1');
    const report = await analyze({ root });
    expect(report.counts.modules).toBe(3);
    expect(report.skipped).toEqual([
      { path: 'services/tax', reason: 'a package of its own that nothing else imports' },
    ]);
  });

  test('what a name calls test or build output is read when the source imports it', async () => {
    await write('app.ts', "import { Policy } from './coverage/policy.ts';\nimport './dist/lines.js';\nnew Policy();\n");
    await write('coverage/policy.ts', "import './terms.ts';\nexport class Policy {}\n");
    await write('coverage/terms.ts', 'export {};');
    await write('coverage/lcov.ts', 'export {};');
    await write('dist/lines.js', 'export {};');
    await write('src/lines.ts', 'export {};');
    const facts = await extractFacts(root);
    expect((facts.units ?? []).filter(({ kind }) => kind === 'module').map(({ id }) => id)).toEqual([
      'app.ts',
      'coverage/policy.ts',
      'coverage/terms.ts',
      'src/lines.ts',
    ]);
    expect(facts.skipped).toEqual([
      { path: 'coverage', reason: 'test coverage, except 2 that the source imports' },
      { path: 'dist', reason: 'build output' },
    ]);
  });

  test('progress counts the files', async () => {
    for (const name of ['a', 'b', 'c']) await write(`${name}.ts`, 'export {};');
    const steps: string[] = [];
    await analyze({ root, progress: ({ step, done, total }) => steps.push(`${step} ${done}/${total}`) });
    expect(steps).toContain('read 3/3');
  });

  test('a small application is not to be split', async () => {
    await write('a.ts', "import { b } from './b.ts';\nb();\n");
    await write('b.ts', 'export const b = () => {};\n');
    expect((await analyze({ root })).verdict).toEqual({
      kind: 'do-not-split',
      reason: 'It is small: 2 modules, 5 lines.',
    });
  });
});
