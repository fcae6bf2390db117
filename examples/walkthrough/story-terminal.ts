import { styleText } from 'node:util';

/** How the demo talks: numbered chapters, indented lines, one live line that is rewritten on a terminal. */
export interface Story {
  chapter(title: string, text: string): void;
  line(text: string): void;
  good(text: string): void;
  bad(text: string): void;
  /** Replaced by the next line; shown only where a person looks on. */
  live(text: string): void;
}

export function createStory(stream: NodeJS.WriteStream = process.stdout): Story {
  const colour = stream.hasColors?.() ?? false;
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const startedAt = performance.now();
  let chapters = 0;
  let live = false;
  const write = (text: string) => {
    if (live) stream.write('\r\u001B[2K');
    live = false;
    stream.write(`${text}\n`);
  };
  const indent = (text: string) => text.replace(/^/gm, '              ');
  return {
    chapter: (title, text) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
      write('');
      write(`${style('dim', `${seconds} s`)}  ${style('bold', `${(chapters += 1)} ${title.padEnd(10)}`)} ${text}`);
    },
    line: (text) => write(indent(text)),
    good: (text) => write(indent(`${style('green', '✓')} ${text}`)),
    bad: (text) => write(indent(`${style('red', '✗')} ${text}`)),
    live: (text) => {
      if (!stream.isTTY) return;
      stream.write(`\r\u001B[2K${indent(style('dim', text)).slice(0, (stream.columns ?? 100) + 8)}`);
      live = true;
    },
  };
}
