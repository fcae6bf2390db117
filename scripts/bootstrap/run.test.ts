import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseSync } from 'oxc-parser';
import { afterAll, beforeAll, expect, test } from 'vitest';

const here = import.meta.dirname;
const fixture = (name: string) => path.join(here, 'fixtures', name);
let root: string;
let run: string;

/**
 * The bootstrap in a repository of its own where nothing is to be installed, so that these tests never touch the
 * dependencies that they run on.
 */
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'overgrow-bootstrap-'));
  run = path.join(root, 'scripts', 'run.cjs');
  await mkdir(path.join(root, 'scripts', 'bootstrap'), { recursive: true });
  await copyFile(path.join(here, '../run.cjs'), run);
  const parts = (await readdir(here)).filter((name) => name.endsWith('.cjs'));
  for (const name of parts) await copyFile(path.join(here, name), path.join(root, 'scripts', 'bootstrap', name));
  await mkdir(path.join(root, 'node_modules'));
  await writeFile(path.join(root, 'package.json'), '{}');
  await writeFile(path.join(root, 'package-lock.json'), '{ "packages": { "": {} } }');
  await writeFile(path.join(root, 'node_modules', '.package-lock.json'), '{ "packages": {} }');
});

afterAll(() => rm(root, { recursive: true }));

test('arguments and exit code pass through, on the present Node where none is pinned', async () => {
  const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
    execFile(process.execPath, [run, fixture('echo.ts'), '--flag', 'two words', '*'], (error, out) =>
      resolve({ code: error?.code, stdout: out }),
    );
  });
  expect(code).toBe(7);
  const said = JSON.parse(stdout) as { arguments: string[]; node: string; options: string[] };
  expect(said.arguments).toEqual(['--flag', 'two words', '*']);
  expect(said.options).toContain('--conditions=overgrow-source');
  expect(said.node).toBe(process.version);
});

test('an interrupt reaches the command once, though npm and the terminal both send one', async () => {
  const child = spawn(process.execPath, [run, fixture('count-signals.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect((await lines.next()).value).toBe('interrupted');
  child.stdin.end();
  expect((await lines.next()).value).toBe('interrupts: 1');
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(130);
});

test('no file to run is a usage error', async () => {
  const code = await new Promise((resolve) => {
    execFile(process.execPath, [run], (error) => resolve(error?.code));
  });
  expect(code).toBe(2);
});

test('an old Node can read run.cjs to its end', async () => {
  const text = await readFile(run, 'utf8');
  const { program, errors } = parseSync('run.cjs', text, { sourceType: 'script' });
  expect(errors).toEqual([]);
  // What came to the language after ECMAScript 5, as far as it could slip in here.
  const kinds = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && typeof value.type === 'string') kinds.add(value.type);
    if ('kind' in value && typeof value.kind === 'string') kinds.add(value.kind);
    Object.values(value).forEach(visit);
  };
  visit(program);
  const modern = ['const', 'let', 'ArrowFunctionExpression', 'TemplateLiteral', 'ImportExpression', 'AwaitExpression'];
  expect(modern.filter((kind) => kinds.has(kind))).toEqual([]);
  expect(text).not.toMatch(/,\s*\)/);
  expect(text).not.toMatch(/\?\.|\?\?/);
});
