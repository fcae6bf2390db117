import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Document } from 'yaml';
import { OvergrowError } from '../errors/overgrow-error.ts';
import { parseManifest } from './parse-manifest.ts';
import { renderFaults } from './render-faults.ts';
import type { Manifest } from './schema.ts';

export interface LoadManifestOptions {
  readonly file: string;
  /** Usually `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface LoadedManifest {
  readonly manifest: Manifest;
  readonly document: Document;
  /** Absolute. */
  readonly file: string;
  /** Its folder: relative paths in the manifest are meant from here. */
  readonly folder: string;
}

/**
 * Reads and checks the manifest.
 * @throws CONFIG_NOT_FOUND, CONFIG_UNREADABLE, and CONFIG_INVALID whose message holds every fault and `details.faults` the
 * `ManifestFault`s.
 */
export async function loadManifest({ file, env }: LoadManifestOptions): Promise<LoadedManifest> {
  const absolute = path.resolve(file);
  const text = await readText(file, absolute);
  const parsed = parseManifest(text, { file, env });
  if (parsed.kind === 'ok') {
    return { manifest: parsed.manifest, document: parsed.document, file: absolute, folder: path.dirname(absolute) };
  }
  const { faults } = parsed;
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  throw new OvergrowError('CONFIG_INVALID', `${file} has ${count}:\n\n${renderFaults(faults)}\n`, {
    hint: 'docs/reference/manifest.md describes every key.',
    details: { faults },
  });
}

async function readText(file: string, absolute: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(absolute));
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string };
    if (code === 'ENOENT') {
      throw new OvergrowError('CONFIG_NOT_FOUND', `There is no manifest at ${file}.`, {
        hint: 'Run `overgrow init` to draft one, or name it with `--manifest FILE`.',
        cause: error,
      });
    }
    const reason = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8 text' : message;
    throw new OvergrowError('CONFIG_UNREADABLE', `The manifest ${file} cannot be read: ${reason}.`, {
      hint: 'Name a text file that this user may read with `--manifest FILE`.',
      cause: error,
    });
  }
}
