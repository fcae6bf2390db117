import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { OvergrowError } from '@overgrow/core';
import type { Facts } from './facts.ts';
import { parseFacts } from './parse-facts.ts';
import { serializeFacts } from './serialize-facts.ts';

/** Reads a facts document; `.gz` is unpacked. Errors: `ANALYZE_FACTS_UNREADABLE`, `ANALYZE_FACTS_INVALID`. */
export async function readFacts(file: string): Promise<Facts> {
  return parseFacts(await readDocument(file));
}

/** Writes a facts document; a name that ends in `.gz` packs it. Equal facts give equal bytes, packed or not. */
export async function writeFacts(file: string, facts: Facts): Promise<void> {
  const text = serializeFacts(facts);
  await writeFile(file, file.endsWith('.gz') ? await promisify(gzip)(text) : text);
}

async function readDocument(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (packed ? await promisify(gunzip)(bytes) : bytes).toString('utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OvergrowError('ANALYZE_FACTS_UNREADABLE', `${file} cannot be read: ${reason}`, {
      hint: 'Check the path, or write the document again with overgrow analyze --emit-facts.',
      details: { file },
      cause: error,
    });
  }
}
