import type { Writable } from 'node:stream';
import { renderEventLine } from '../envelope/change-event.ts';
import type { EventSink } from './event-sink.ts';

/** Lines to a stream, such as standard output: durable is what the stream has taken. */
export function createStdoutSink(out: Writable): EventSink {
  const write = (text: string) =>
    new Promise<void>((resolve, reject) => {
      out.write(text, (error) => (error ? reject(error) : resolve()));
    });
  return {
    resumeAt: undefined,
    write: async (events) => {
      let lines = '';
      for (const event of events) lines += `${renderEventLine(event)}\n`;
      if (lines !== '') await write(lines);
    },
    commit: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
