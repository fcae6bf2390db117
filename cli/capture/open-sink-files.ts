import { createStdoutSink, openFileSink, type EventSink } from '@overgrow/cdc';
import { OvergrowError } from '@overgrow/core';
import { resolve } from 'node:path';

/** A sink that is opened when the source is known; its position belongs to that. */
export type SinkOpener = (source: string | undefined) => Promise<EventSink>;

/** `--to`: standard output or a file. @throws USAGE_INVALID for anything else. */
export function parseSink(to: string, cwd: string): SinkOpener {
  if (to === 'stdout') return async () => createStdoutSink(process.stdout);
  const path = /^file:(?:\/\/)?(.+)$/.exec(to)?.[1];
  if (path !== undefined) return (source) => openFileSink(resolve(cwd, path), source);
  throw new OvergrowError('USAGE_INVALID', `"${to}" is no place for change events.`, {
    hint: 'Say --to stdout or --to file:events.ndjson.',
  });
}
