import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { extractFacts } from './extract-facts.ts';
import { serializeFacts } from './serialize-facts.ts';

const fixtures = ['endpoints/express/fixtures/nested-routers', 'data/pg/fixtures/sql-in-code'].map((folder) =>
  path.join(import.meta.dirname, '..', folder),
);
const index = path.join(import.meta.dirname, '../index.ts');

// Threads start slowly on a busy machine.
describe('the same source gives the same bytes', { timeout: 60_000 }, () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'overgrow-determinism-'));
    for (const fixture of fixtures) await cp(fixture, path.join(root, path.basename(fixture)), { recursive: true });
    // More modules than fit on one thread.
    for (let copy = 0; copy < 320; copy++)
      await writeFile(path.join(root, `äpfel-${copy}.ts`), `export const a${copy} = ${copy};\n`);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test('on one thread and on several, and whether a cache knows them', async () => {
    const cacheFolder = path.join(root, '.overgrow/cache');
    const expected = serializeFacts(await extractFacts(root, { threads: 1 }));
    expect(serializeFacts(await extractFacts(root, { threads: 3 }))).toBe(expected);
    expect(serializeFacts(await extractFacts(root, { cacheFolder }))).toBe(expected);
    expect(serializeFacts(await extractFacts(root, { cacheFolder }))).toBe(expected);
  });

  test('in another locale and time zone, in a folder whose files were made in another order', async () => {
    const expected = serializeFacts(await extractFacts(root, { threads: 1 }));
    const shuffled = path.join(root, '..', `${path.basename(root)}-shuffled`);
    try {
      const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      for (const entry of files.reverse()) {
        const from = path.join(entry.parentPath, entry.name);
        await cp(from, path.join(shuffled, path.relative(root, from)));
      }
      expect(
        await factsElsewhere(shuffled, { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' }),
      ).toBe(expected);
    } finally {
      await rm(shuffled, { recursive: true, force: true });
    }
  });

  test('a cache that was torn or belongs to another version is read as far as it is whole, or not at all', async () => {
    const cacheFolder = path.join(root, '.overgrow/cache');
    const file = path.join(cacheFolder, 'modules.bin');
    const expected = serializeFacts(await extractFacts(root, { cacheFolder }));
    const bytes = await readFile(file);
    await truncate(file, Math.floor(bytes.length / 2));
    expect(serializeFacts(await extractFacts(root, { cacheFolder }))).toBe(expected);
    // Whole again. Not the same octets: equal values have several forms on disk.
    expect((await readFile(file)).length).toBeGreaterThan(bytes.length * 0.9);
    await writeFile(file, Buffer.concat([Buffer.alloc(32, 7), bytes.subarray(32)]));
    expect(serializeFacts(await extractFacts(root, { cacheFolder }))).toBe(expected);
    expect(await readdir(cacheFolder)).toEqual(['.gitignore', 'modules.bin']);
  });

  test('a changed file is read anew', async () => {
    const cacheFolder = path.join(root, '.overgrow/cache');
    await extractFacts(root, { cacheFolder });
    await writeFile(path.join(root, 'äpfel-1.ts'), "import './äpfel-2.ts';\n");
    const facts = await extractFacts(root, { cacheFolder });
    expect(facts.dependencies?.filter(({ from }) => from === 'äpfel-1.ts').map(({ to }) => to)).toEqual(['äpfel-2.ts']);
  });
});

function factsElsewhere(root: string, env: Readonly<Record<string, string>>): Promise<string> {
  const program = `
    const { extractFacts, serializeFacts } = await import(${JSON.stringify(index)});
    process.stdout.write(serializeFacts(await extractFacts(${JSON.stringify(root)})));`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=overgrow-source', '--input-type=module', '--eval', program], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}
