import { capture, parseProperties } from '@overgrow/cdc';
import { systemClock } from '@overgrow/core';

/* `run-capture.ts URL SLOT initial|never|only`: captures and drops what it has read, and prints the number of events as it goes. */

const [url = '', slot = '', snapshot = 'never'] = process.argv.slice(2);
const given = new Map([
  ['topic.prefix', 'shop'],
  ['table.include.list', String.raw`public\.wide`],
]);
const parsed = parseProperties(given);
if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'));
const stop = new AbortController();
process.stdin.on('end', () => stop.abort()).resume();
let count = 0;
let characters = 0;
let told = -1;
const tell = () => {
  if (count === told) return;
  told = count;
  process.stdout.write(`count ${count} characters ${characters}\n`);
};
const ticking = setInterval(tell, 20);
const ended = capture({
  url,
  properties: parsed.properties,
  version: '3.6.1.Final',
  slot: snapshot === 'only' ? undefined : slot,
  publication: 'dbz_publication',
  snapshot: snapshot === 'only' ? 'only' : 'never',
  until: { caughtUp: false, events: undefined },
  openSink: async () => ({
    resumeAt: undefined,
    write: async (events) => {
      for (const event of events) characters += event.value?.length ?? 0;
      count += events.length;
    },
    commit: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }),
  clock: systemClock,
  signal: stop.signal,
  onProgress: () => {},
});
await ended;
clearInterval(ticking);
tell();
process.stdin.destroy();
