/**
 * What Node's `process.getActiveResourcesInfo()` calls the things a test can forget, and our words for them. Names that
 * are not here (ticks, file reads on the way) end by themselves.
 */
export const guardedResources: Readonly<Record<string, string>> = {
  TCPSocketWrap: 'open TCP socket',
  TCPServerWrap: 'listening TCP server',
  PipeWrap: 'open pipe',
  PipeServerWrap: 'listening pipe server',
  UDPWrap: 'open UDP socket',
  ProcessWrap: 'running child process',
  Worker: 'running worker thread',
  Timeout: 'pending timer',
  FSEventWrap: 'file watcher',
  StatWatcher: 'file watcher',
};

/** How many of each guarded resource are active. */
export type ResourceCounts = Readonly<Record<string, number>>;

/** Counts the guarded resources in what `process.getActiveResourcesInfo()` returned. */
export function countResources(names: readonly string[]): ResourceCounts {
  const counts: Record<string, number> = {};
  for (const name of names) if (name in guardedResources) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What is active now and was not before the test file, in words: `2 × open TCP socket`. Empty when nothing leaked. */
export function compareResources(before: ResourceCounts, after: ResourceCounts): readonly string[] {
  return Object.entries(after)
    .map(([name, count]) => ({ name, more: count - (before[name] ?? 0) }))
    .filter(({ more }) => more > 0)
    .map(({ name, more }) => `${more} × ${guardedResources[name] ?? name}`);
}

/** The message of a failed guard: what leaked, and what to do about it. */
export function renderLeaks(leaks: readonly string[]): string {
  return [
    'This test file left something behind:',
    ...leaks.map((leak) => `  - ${leak}`),
    'Close it in the test: `await using`, `onTestFinished(() => server.close())` or afterEach. A client that is not closed',
    'keeps its server alive, and the next test file meets the ports, rows and processes of this one.',
  ].join('\n');
}
