import { OvergrowError } from '@overgrow/core';
import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The lines of a log; a name that ends in `.gz` is unpacked, `-` is stdin. @throws USAGE_INVALID when it cannot be read. */
export async function* readLogLines(file: string): AsyncGenerator<string> {
  const raw: Readable = file === '-' ? process.stdin : createReadStream(file);
  // An error of the file ends the unpacking, too, which is where it is met.
  const input = file.endsWith('.gz') ? pipeline(raw, createGunzip(), () => {}) : raw;
  input.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of input) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield line;
    }
  } catch (cause) {
    throw new OvergrowError('USAGE_INVALID', `The log ${file} cannot be read: ${String(cause)}`, {
      hint: 'Name a file of lines, plain or packed with gzip, or - for stdin.',
      cause,
    });
  }
  if (rest !== '') yield rest;
}
