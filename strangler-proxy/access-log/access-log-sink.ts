import type { Logger } from '@overgrow/core';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { renderAccessLogLine, type AccessLogFormat } from './render-access-log.ts';
import type { ExchangeRecord } from './exchange-record.ts';

export interface AccessLogOptions {
  readonly format: AccessLogFormat;
  /** Lines are appended. It may be renamed at any time: the next lines go to a new one. */
  readonly file: string;
  readonly logger: Logger;
  /** Told how many lines were lost. */
  readonly onDropped: (lines: number) => void;
}

export interface AccessLog extends AsyncDisposable {
  /** Never waits and never fails. */
  write(record: ExchangeRecord): void;
  /** Writes what is left. */
  stop(): Promise<void>;
}

/** Lines that wait above this are dropped: a disk that stands still must not take the memory. */
const maxWaitingChars = 4 * 1024 * 1024;
const flushChars = 64 * 1024;
const flushMs = 1_000;

/**
 * An access log that requests never wait for. Lines gather in memory and are written in blocks; while the disk is full or slow,
 * lines are dropped and counted, and the first block that can be written again is.
 */
export function createAccessLog(options: AccessLogOptions): AccessLog {
  let waiting: string[] = [];
  let waitingChars = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let handle: FileHandle | undefined;
  let failing = false;

  function write(record: ExchangeRecord): void {
    const line = renderAccessLogLine(record, options.format);
    if (waitingChars + line.length > maxWaitingChars) return options.onDropped(1);
    waiting.push(line);
    waitingChars += line.length;
    if (waitingChars >= flushChars) void flush();
    else timer ??= setTimeout(() => void flush(), flushMs).unref();
  }

  /** One block at a time, in order. Never rejects. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeBlock().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  async function writeBlock(): Promise<void> {
    const lines = waiting;
    waiting = [];
    waitingChars = 0;
    if (lines.length === 0) return;
    try {
      await (await currentFile()).appendFile(lines.join(''));
      if (failing) options.logger.info('The access log is written again.', { file: options.file });
      failing = false;
    } catch (error) {
      options.onDropped(lines.length);
      if (!failing)
        options.logger.error('The access log cannot be written; its lines are dropped.', {
          file: options.file,
          error: String(error),
        });
      failing = true;
      await close();
    }
  }

  /** The file behind the name, which a rotation may have renamed since. */
  async function currentFile(): Promise<FileHandle> {
    if (handle !== undefined) {
      const [named, held] = await Promise.all([stat(options.file).catch(() => undefined), handle.stat()]);
      if (named?.ino !== held.ino || named.dev !== held.dev) await close();
    }
    return (handle ??= await open(options.file, 'a', 0o640));
  }

  async function close(): Promise<void> {
    const closing = handle;
    handle = undefined;
    await closing?.close().catch(() => {});
  }

  const stop = async () => {
    await flush();
    await flush();
    clearTimeout(timer);
    await close();
  };
  return { write, stop, [Symbol.asyncDispose]: stop };
}
