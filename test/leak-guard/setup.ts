import { mkdtempSync, chmodSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as nextTurn } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { activeHandles, describeHandle } from './active-handles.ts';
import { compareResources, countResources, renderLeaks } from './leaks.ts';
import { findProcessesMarked } from './test-processes-files.ts';

/**
 * The leak guard. After each test file nothing may be left that was not there before: sockets, servers, timers, child
 * processes (also detached ones), temporary folders. Slots and publications are checked by the PostgreSQL kit.
 *
 * A closed socket needs a few turns of the event loop until the kernel has let go, so the guard looks again until
 * nothing is left, and gives up after `graceMs`.
 */
const graceMs = 3_000;

// Each test file gets a temporary folder of its own: what is in it afterwards was left by this file and no other.
// 0o711, since PostgreSQL runs as another user when the tests run as root and must be able to pass through.
const outerFolder = tmpdir();
const folder = mkdtempSync(path.join(outerFolder, 'overgrow-test-'));
chmodSync(folder, 0o711);
const variables = ['TMPDIR', 'TMP', 'TEMP'] as const;
const outer = variables.map((name) => [name, process.env[name]] as const);
for (const name of variables) process.env[name] = folder;

// Node opens these when they are first used; opened now, they are not taken for a leak later.
// (The SQL parser's WebAssembly looks at stdin.)
void process.stdin;
void process.stdout;
void process.stderr;

const handlesBefore = new WeakSet(activeHandles().filter((handle) => typeof handle === 'object' && handle !== null));
const before = countResources(process.getActiveResourcesInfo());

afterAll(async () => {
  const giveUpAt = performance.now() + graceMs;
  let leaks = await findLeaks();
  while (leaks.length > 0 && performance.now() < giveUpAt) {
    await nextTurn(10);
    leaks = await findLeaks();
  }
  for (const [name, value] of outer) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await rm(folder, { recursive: true, force: true });
  if (leaks.length > 0) throw new Error(renderLeaks(leaks));
});

async function findLeaks(): Promise<readonly string[]> {
  const resources = compareResources(before, countResources(process.getActiveResourcesInfo()));
  const details = activeHandles()
    .filter((handle) => typeof handle === 'object' && handle !== null && !handlesBefore.has(handle))
    .flatMap((handle) => describeHandle(handle) ?? []);
  const folders = (await readdir(folder)).filter((name) => name.startsWith('overgrow-'));
  const processes = await findProcessesMarked(`TMPDIR=${folder}`);
  return [
    ...resources,
    ...(resources.length > 0 ? details : []),
    ...processes,
    ...folders.map((name) => `temporary folder ${name}`),
  ];
}
