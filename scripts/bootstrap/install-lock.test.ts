import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = path.join(import.meta.dirname, 'fixtures/take-lock.cjs');
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'overgrow-lock-'));
  file = path.join(folder, 'deep', 'install.lock');
});

afterEach(() => rmSync(folder, { recursive: true }));

interface Holder {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: Interface;
  /** The next line that it prints. */
  next(): Promise<string>;
  letGo(): Promise<void>;
}

function startHolder(): Holder {
  const child = spawn(process.execPath, [script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const iterator = lines[Symbol.asyncIterator]();
  return {
    child,
    lines,
    next: async () => String((await iterator.next()).value),
    letGo: async () => {
      child.stdin.end();
      await once(child, 'close');
    },
  };
}

test('the second waits until the first lets go', async () => {
  const first = startHolder();
  expect(await first.next()).toBe('taken');
  const second = startHolder();
  expect(await second.next()).toBe(`waiting for ${first.child.pid}`);
  await first.letGo();
  expect(await second.next()).toBe('taken');
  await second.letGo();
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that was killed is taken over', async () => {
  const first = startHolder();
  expect(await first.next()).toBe('taken');
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  expect(existsSync(file)).toBe(true);
  const second = startHolder();
  expect(await second.next()).toBe('taken');
  await second.letGo();
});

test('of many that find a dead owner, one at a time has the lock', async () => {
  mkdirSync(path.dirname(file));
  // No process has this number: it is above every system's highest.
  writeFileSync(file, JSON.stringify({ pid: 2 ** 30, host: hostname() }));
  const log = path.join(folder, 'log');
  const brief = path.join(import.meta.dirname, 'fixtures/take-lock-briefly.cjs');
  const children = Array.from({ length: 4 }, () => spawn(process.execPath, [brief, file, log], { stdio: 'inherit' }));
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0] as number));
  expect(codes).toEqual([0, 0, 0, 0]);
  const entries = readFileSync(log, 'utf8').trim().split('\n');
  expect(entries).toHaveLength(4 * 10 * 2);
  for (let at = 0; at < entries.length; at += 2) expect(entries[at + 1]).toBe(entries[at]?.replace('in', 'out'));
});
