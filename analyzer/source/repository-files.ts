import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { OvergrowError } from '@overgrow/core';
import type { Skipped } from '../facts/facts.ts';
import { compareText } from './place.ts';
import { fileRole, folderRole, holdsAliases, sizeSkipReason } from './skip-rules.ts';

/** A file that is read only when the source imports it. `skippedAs` is the folder, or the file, whose name left the doubt. */
export interface Doubt {
  readonly skippedAs: string;
  readonly reason: string;
}

export interface RepositoryFiles {
  readonly root: string;
  /** Paths below the root with `/`, sorted by code unit. */
  readonly sources: readonly string[];
  readonly doubtful: ReadonlyMap<string, Doubt>;
  readonly sql: readonly string[];
  readonly packages: readonly string[];
  /** Configuration that may hold aliases. */
  readonly aliasConfigs: readonly string[];
  /** Files that an adapter asks for. */
  readonly others: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** Folders of git and of overgrow itself: no part of what is analysed, and not worth a word. */
const ownFolders = new Set(['.git', '.overgrow']);

interface Folder {
  readonly path: string;
  readonly doubt: Doubt | undefined;
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
  const sources: string[] = [];
  const doubtful = new Map<string, Doubt>();
  const sql: string[] = [];
  const packages: string[] = [];
  const aliasConfigs: string[] = [];
  const others: string[] = [];
  const skipped: Skipped[] = [];

  const listFile = (below: string, name: string, doubt: Doubt | undefined): void => {
    if (holdsAliases(name)) aliasConfigs.push(below);
    const role = fileRole(name);
    if (role.kind === 'source') {
      const ownDoubt = doubt ?? (role.doubt === undefined ? undefined : { skippedAs: below, reason: role.doubt });
      if (ownDoubt === undefined) sources.push(below);
      else doubtful.set(below, ownDoubt);
    } else if (role.kind === 'package') packages.push(below);
    // What is no module is never imported: no doubt about test data.
    else if (doubt !== undefined) return;
    else if (role.kind === 'skip') skipped.push({ path: below, reason: role.reason });
    else if (role.kind === 'sql') sql.push(below);
    if (role.kind === 'other' && wanted(below)) others.push(below);
  };

  const pending: Folder[] = [{ path: '', doubt: undefined }];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const { path: within, doubt } = folder;
    const entries = await readdir(path.join(absolute, within), { withFileTypes: true }).catch((error: unknown) => {
      skipped.push({ path: within || '.', reason: `unreadable (${errorCode(error)})` });
      return [];
    });
    for (const entry of entries) {
      const below = within === '' ? entry.name : `${within}/${entry.name}`;
      if (entry.isSymbolicLink()) skipped.push({ path: below, reason: 'symbolic link' });
      else if (entry.isDirectory()) {
        const role = folderRole(entry.name);
        if (role.kind === 'skip') {
          if (!ownFolders.has(entry.name)) skipped.push({ path: below, reason: role.reason });
        } else {
          const own = role.kind === 'doubt' ? { skippedAs: below, reason: role.reason } : undefined;
          pending.push({ path: below, doubt: doubt ?? own });
        }
      } else if (entry.isFile()) listFile(below, entry.name, doubt);
      else if (fileRole(entry.name).kind === 'source') skipped.push({ path: below, reason: 'not a regular file' });
    }
  }
  return {
    root: absolute,
    sources: sources.sort(compareText),
    doubtful,
    sql: sql.sort(compareText),
    packages: packages.sort(compareText),
    aliasConfigs: aliasConfigs.sort(compareText),
    others: others.sort(compareText),
    skipped: skipped.sort((a, b) => compareText(a.path, b.path)),
  };
}

/** What of the doubtful files stays out, one line for each folder or file that left the doubt. */
export function reportDoubtful(doubtful: ReadonlyMap<string, Doubt>, read: (file: string) => boolean): Skipped[] {
  const groups = new Map<string, { reason: string; left: number; read: number }>();
  for (const [file, { skippedAs, reason }] of doubtful) {
    const group = groups.get(skippedAs) ?? { reason, left: 0, read: 0 };
    if (read(file)) group.read++;
    else group.left++;
    groups.set(skippedAs, group);
  }
  return [...groups].flatMap(([skippedAs, group]) => {
    if (group.left === 0) return [];
    const except = group.read === 0 ? '' : `, except ${group.read} that the source imports`;
    return [{ path: skippedAs, reason: `${group.reason}${except}` }];
  });
}

export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads one file as UTF-8. A file that cannot be read, or is too large, is an outcome and not an error. */
export async function readText(root: string, below: string): Promise<FileText> {
  try {
    await using file = await open(path.join(root, below));
    const tooLarge = sizeSkipReason(below, (await file.stat()).size);
    if (tooLarge !== undefined) return { kind: 'unreadable', reason: tooLarge };
    return { kind: 'text', text: await file.readFile('utf8') };
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

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
