import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { OvergrowError } from '@overgrow/core';
import type { CapturePosition } from '../capture/capture-position.ts';
import { renderEventLine } from '../envelope/change-event.ts';
import { parseLsn, renderLsn } from '../source/log-position.ts';
import type { EventSink } from './event-sink.ts';

/** What stands in `<file>.position`: how long the file was when everything up to the position was in it. */
interface StoredPosition {
  readonly version: 1;
  /** Slot, server and database that the position belongs to. */
  readonly source: string;
  readonly bytes: number;
  readonly completeLsn: string;
  readonly lastCommitLsn: string | null;
  readonly partial: { readonly commitLsn: string; readonly events: number } | null;
}

/**
 * Lines to the end of a file. Beside it `<file>.position` says how much of the file is committed: what a crash left behind it
 * is cut off at the next start, so that each event is in the file once.
 * @param source names slot and database; the position of another source is not gone on from. Undefined: a slot that ends
 * with the run, after which nothing can be gone on from.
 * @throws CDC_SINK_FAILED when the file cannot be opened or is shorter than its position says.
 */
export async function openFileSink(path: string, source: string | undefined): Promise<EventSink> {
  const stored = source === undefined ? undefined : await readPosition(`${path}.position`);
  const ours = stored?.source === source ? stored : undefined;
  const file = await open(path, 'a').catch((error: unknown) => {
    throw sinkFailed(`The file ${path} cannot be written`, error);
  });
  let bytes = (await file.stat()).size;
  if (ours !== undefined && bytes < ours.bytes) {
    await file.close();
    throw new OvergrowError('CDC_SINK_FAILED', `${path} has ${bytes} bytes, but ${ours.bytes} were committed to it.`, {
      hint: `Put the file back, or remove ${path}.position to begin a new file.`,
    });
  }
  if (ours !== undefined && bytes > ours.bytes) {
    await file.truncate(ours.bytes);
    bytes = ours.bytes;
  }
  return {
    resumeAt: ours && positionOf(ours),
    write: async (events) => {
      let lines = '';
      for (const event of events) lines += `${renderEventLine(event)}\n`;
      const buffer = Buffer.from(lines);
      await writeAll(file, buffer, path);
      bytes += buffer.length;
    },
    commit: async (position) => {
      await file.datasync();
      if (source !== undefined) await storePosition(`${path}.position`, source, bytes, position);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function writeAll(file: FileHandle, buffer: Buffer, path: string): Promise<void> {
  try {
    for (let offset = 0; offset < buffer.length;) {
      offset += (await file.write(buffer, offset, buffer.length - offset)).bytesWritten;
    }
  } catch (error) {
    throw sinkFailed(`The file ${path} cannot be written`, error);
  }
}

async function readPosition(path: string): Promise<StoredPosition | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const stored = JSON.parse(text) as StoredPosition;
    if (stored.version === 1 && typeof stored.bytes === 'number') return stored;
  } catch {
    // Named below: a position that cannot be read must not look like a first start.
  }
  throw new OvergrowError('CDC_SINK_FAILED', `${path} is no position of a capture.`, {
    hint: 'Remove it to begin anew; events may then be in the file twice.',
  });
}

/** Written beside and renamed, so that the old or the new one is there whenever the machine stops. */
async function storePosition(path: string, source: string, bytes: number, position: CapturePosition): Promise<void> {
  const { completeLsn, lastCommitLsn, partial } = position;
  const stored: StoredPosition = {
    version: 1,
    source,
    bytes,
    completeLsn: renderLsn(completeLsn),
    lastCommitLsn: lastCommitLsn === null ? null : renderLsn(lastCommitLsn),
    partial: partial === undefined ? null : { commitLsn: renderLsn(partial.commitLsn), events: partial.events },
  };
  const file = await open(`${path}.new`, 'w');
  try {
    await file.writeFile(`${JSON.stringify(stored)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

const positionOf = ({ completeLsn, lastCommitLsn, partial }: StoredPosition): CapturePosition => ({
  completeLsn: parseLsn(completeLsn),
  lastCommitLsn: lastCommitLsn === null ? null : parseLsn(lastCommitLsn),
  partial: partial === null ? undefined : { commitLsn: parseLsn(partial.commitLsn), events: partial.events },
});

const sinkFailed = (doing: string, cause: unknown) =>
  new OvergrowError('CDC_SINK_FAILED', `${doing}: ${cause instanceof Error ? cause.message : String(cause)}.`, {
    hint: 'Make room or give the right to write; what is committed stays, and the next run goes on behind it.',
    cause,
  });
