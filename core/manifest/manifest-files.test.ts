import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadManifest } from './manifest-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'overgrow-manifest-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (name: string, content: string | Uint8Array) => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
};

describe('loading a manifest', () => {
  test('gives the manifest and its folder', async () => {
    const file = await write('overgrow.yaml', '\ufeffversion: 1\nmonolith: { url: "${URL}" }\n');
    const loaded = await loadManifest({ file, env: { URL: 'http://127.0.0.1:3000' } });
    expect(loaded).toMatchObject({ file, folder, manifest: { monolith: { url: 'http://127.0.0.1:3000' } } });
  });

  test('throws all faults in one error', async () => {
    const file = await write('faults.yaml', 'version: 1\nmonolit: { url: http://127.0.0.1:3000 }\n');
    await expect(loadManifest({ file, env: {} })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /has 2 faults:[^]*:1:1: "monolith" is missing[^]*:2:1: unknown key "monolit"[^]*Did you mean "monolith"\?/,
      ),
      details: { faults: [{ path: 'monolith' }, { path: 'monolit', hint: 'Did you mean "monolith"?' }] },
    });
  });

  test('tells a missing file from one that cannot be read', async () => {
    const load = (file: string) => loadManifest({ file, env: {} });
    await expect(load(path.join(folder, 'nowhere.yaml'))).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
    await expect(load(folder)).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' });
    const latin = await write('latin.yaml', Uint8Array.of(0x76, 0xe9, 0x3a, 0x20, 0x31));
    await expect(load(latin)).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: expect.stringContaining('UTF-8'),
    });
  });
});
