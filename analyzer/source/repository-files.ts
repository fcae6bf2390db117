import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { OvergrowError } from '@overgrow/core';
import type { Skipped } from '../facts/facts.ts';
import { compareText } from './place.ts';
import { fileRole, folderSkipReason } from './skip-rules.ts';

export interface RepositoryFiles {
  readonly root: string;
  /** Paths below the root with `/`, sorted by code unit. */
  readonly sources: readonly string[];
  readonly sql: readonly string[];
  readonly packages: readonly string[];
  /** Files that an adapter asks for. */
  readonly others: readonly string[];
  readonly skipped: readonly Skipped[];
}

/**
 * Lists what there is to analyse below `root`; `wanted` says which other files are listed as well. Symbolic links are not followed, so a loop ends here.
 * Errors: `ANALYZE_NO_FOLDER` when the root is missing, not a folder or unreadable. Everything below is reported in `skipped`.
 */
export async function listRepository(
  root: string,
  wanted: (path: string) => boolean = () => false,
): Promise<RepositoryFiles> {
  const absolute = path.resolve(root);
  await requireFolder(absolute);
  const found = {
    sources: [] as string[],
    sql: [] as string[],
    packages: [] as string[],
    others: [] as string[],
    skipped: [] as Skipped[],
  };
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const entries = await readdir(path.join(absolute, folder), { withFileTypes: true }).catch((error: unknown) => {
      found.skipped.push({ path: folder || '.', reason: `unreadable (${errorCode(error)})` });
      return [];
    });
    for (const entry of entries) {
      const below = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isSymbolicLink()) found.skipped.push({ path: below, reason: 'symbolic link' });
      else if (entry.isDirectory()) {
        const reason = folderSkipReason(entry.name);
        if (reason === undefined) pending.push(below);
        else if (entry.name !== '.git') found.skipped.push({ path: below, reason });
      } else if (entry.isFile()) {
        const bytes = await sizeOf(path.join(absolute, below), entry.name);
        const role = fileRole(entry.name, bytes);
        if (role.kind === 'skip') found.skipped.push({ path: below, reason: role.reason });
        else if (role.kind === 'source') found.sources.push(below);
        else if (role.kind === 'sql') found.sql.push(below);
        else if (role.kind === 'package') found.packages.push(below);
        else if (wanted(below)) found.others.push(below);
      }
    }
  }
  return {
    root: absolute,
    sources: found.sources.sort(compareText),
    sql: found.sql.sort(compareText),
    packages: found.packages.sort(compareText),
    others: found.others.sort(compareText),
    skipped: found.skipped.sort((a, b) => compareText(a.path, b.path)),
  };
}

export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads one file as UTF-8. A file that cannot be read is an outcome, not an error. */
export async function readText(root: string, below: string): Promise<FileText> {
  try {
    return { kind: 'text', text: await readFile(path.join(root, below), 'utf8') };
  } catch (error) {
    return { kind: 'unreadable', reason: `unreadable (${errorCode(error)})` };
  }
}

async function requireFolder(absolute: string): Promise<void> {
  const stats = await statOrNothing(absolute);
  if (stats === undefined || !stats.isDirectory()) {
    throw new OvergrowError(
      'ANALYZE_NO_FOLDER',
      `${absolute} is ${stats === undefined ? 'missing' : 'not a folder'}.`,
      {
        hint: 'Give the folder of the repository: overgrow analyze path/to/monolith.',
        details: { path: absolute },
      },
    );
  }
  await readdir(absolute).catch((error: unknown) => {
    throw new OvergrowError('ANALYZE_NO_FOLDER', `${absolute} cannot be read (${errorCode(error)}).`, {
      hint: 'Run as a user who may read it.',
      details: { path: absolute },
      cause: error,
    });
  });
}

async function statOrNothing(absolute: string) {
  try {
    return await stat(absolute);
  } catch {
    return undefined;
  }
}

async function sizeOf(absolute: string, name: string): Promise<number> {
  if (!/\.(?:[cm]?[jt]s|[jt]sx|sql)$/.test(name)) return 0;
  return lstat(absolute).then(
    (stats) => stats.size,
    () => 0,
  );
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
