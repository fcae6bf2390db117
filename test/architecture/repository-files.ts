import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The root of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** All files of the repository as paths from its root: tracked, and new ones that are not ignored. */
export function listFiles(): readonly string[] {
  const output = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return output.split('\0').filter((file) => file !== '' && existsSync(path.join(root, file)));
}

export const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

export const exists = (file: string) => existsSync(path.join(root, file));

/** What these tests read in a package.json. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly type?: string;
  readonly files?: readonly string[];
  readonly workspaces?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export const readManifest = (folder: string) => JSON.parse(read(path.posix.join(folder, 'package.json'))) as Manifest;

/** The folders of all workspaces. */
export const workspaces = readManifest('.').workspaces ?? [];

/** Those of them that are published. */
export const published = workspaces.filter((workspace) => readManifest(workspace).private !== true);
