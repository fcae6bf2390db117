import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareResources, countResources } from './leaks.ts';

interface FileResult {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

const fixtures = path.join(import.meta.dirname, 'fixtures');
let results: ReadonlyMap<string, FileResult>;

/** Runs the leaking test files in a vitest of their own, as a person would. */
beforeAll(async () => {
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const folder = await mkdtemp(path.join(tmpdir(), 'overgrow-leak-guard-'));
  const file = path.join(folder, 'report.json');
  await new Promise<void>((resolve) => {
    const args = [vitest, 'run', '--config', path.join(fixtures, 'vitest.config.ts'), '--outputFile', file];
    execFile(process.execPath, args, { cwd: fixtures }, () => resolve());
  });
  const report = JSON.parse(await readFile(file, 'utf8')) as { testResults: FileResult[] };
  await rm(folder, { recursive: true });
  results = new Map(report.testResults.map((result) => [path.basename(result.name, '.fixture.ts'), result]));
});

describe('a test file that leaves something behind fails with its name', () => {
  test.each<[string, RegExp]>([
    ['open-socket', /1 × listening TCP server[^]*server on 127\.0\.0\.1:\d+/],
    ['timer', /1 × pending timer/],
    ['detached-process', /process \d+: .*setTimeout/],
    ['temporary-folder', /temporary folder overgrow-forgotten-/],
  ])('%s', (name, expected) => {
    const result = results.get(name);
    expect(result?.status).toBe('failed');
    expect(result?.message).toMatch(expected);
  });
});

test('a test file that closes what it opened passes', () => {
  expect(results.get('clean')).toMatchObject({ status: 'passed', message: '' });
});

describe('compareResources', () => {
  test('what was there before is no leak', () => {
    const before = countResources(['PipeWrap', 'PipeWrap', 'TickObject']);
    expect(compareResources(before, countResources(['PipeWrap', 'PipeWrap', 'TickObject', 'FSReqPromise']))).toEqual(
      [],
    );
  });

  test('says how many more there are', () => {
    const after = countResources(['Timeout', 'Timeout', 'Timeout', 'TCPSocketWrap']);
    expect(compareResources({ Timeout: 1 }, after)).toEqual(['2 × pending timer', '1 × open TCP socket']);
  });
});

test('each test file has a temporary folder of its own', () => {
  expect(path.basename(process.env['TMPDIR'] ?? '')).toMatch(/^overgrow-test-/);
  expect(existsSync(process.env['TMPDIR'] ?? '')).toBe(true);
});
