import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRunRecord, removeRunRecord, runFileOf, writeRunRecord } from './run-files.ts';

let folder: string;
let file: string;
const record = { pid: 17, adminUrl: 'http://127.0.0.1:1', token: 'sesame' };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'overgrow-run-'));
  file = runFileOf(path.join(folder, 'deep', 'state'));
});
afterEach(() => rm(folder, { recursive: true }));

it('is read as it was written', async () => {
  await writeRunRecord(file, record);
  expect(await readRunRecord(file)).toEqual(record);
});

it('can be read by its user alone, also where an open file lay before', async () => {
  file = runFileOf(folder);
  await writeFile(file, '{}', { mode: 0o666 });
  await writeRunRecord(file, record);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it.each(['', '{', 'null', '{"pid":1}'])('that holds %j counts as nobody running', async (text) => {
  file = runFileOf(folder);
  await writeFile(file, text);
  await expect(readRunRecord(file)).rejects.toMatchObject({ code: 'CLI_NOT_RUNNING' });
});

it('is removed by the process that wrote it, never by another', async () => {
  await writeRunRecord(file, record);
  await removeRunRecord(file, 18);
  expect(await readRunRecord(file)).toEqual(record);
  await removeRunRecord(file, 17);
  await expect(readRunRecord(file)).rejects.toMatchObject({ code: 'CLI_NOT_RUNNING' });
  await removeRunRecord(file, 17);
});
