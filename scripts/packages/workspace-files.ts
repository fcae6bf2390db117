import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run-tool-process.ts';
import { isAsset, type Manifest, toPublishedManifest } from './published.ts';

const folderOf = (workspace: string) => path.join(root, workspace);

/** Reads a workspace's package.json. */
export function readManifest(workspace: string): Manifest {
  return JSON.parse(readFileSync(path.join(folderOf(workspace), 'package.json'), 'utf8')) as Manifest;
}

/** Removes what an earlier build made, so that a file deleted from the sources is not shipped for ever. */
export function removeBuild(workspace: string): void {
  rmSync(path.join(folderOf(workspace), 'dist'), { recursive: true, force: true });
}

/** Copies what the compiler leaves out (pages, schemas) beside the compiled files. Returns what was copied. */
export function copyAssets(workspace: string): readonly string[] {
  const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', '.'], {
    cwd: folderOf(workspace),
    encoding: 'utf8',
  });
  const assets = tracked.split('\0').filter(isAsset);
  for (const asset of assets) {
    const target = path.join(folderOf(workspace), 'dist', asset);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(path.join(folderOf(workspace), asset), target);
  }
  return assets;
}

/** Makes each command of a workspace executable. Throws when one would not start by itself. */
export function finishCommands(workspace: string): void {
  for (const [command, file] of Object.entries(readManifest(workspace).bin ?? {})) {
    const place = path.join(folderOf(workspace), file);
    if (!existsSync(place)) throw new Error(`${workspace}: the command ${command} is ${file}, which was not built`);
    if (!readFileSync(place, 'utf8').startsWith('#!/usr/bin/env node\n'))
      throw new Error(`${workspace}: ${file} must begin with "#!/usr/bin/env node", so that a shell can start it`);
    chmodSync(place, 0o755);
  }
}

/** Lays out what is published of a workspace in `target`: dist, README, LICENSE and the package.json for users. */
export function stagePackage(workspace: string, target: string): void {
  mkdirSync(target, { recursive: true });
  const from = folderOf(workspace);
  cpSync(path.join(from, 'dist'), path.join(target, 'dist'), {
    recursive: true,
    filter: (file) => !file.endsWith('.tsbuildinfo'),
  });
  cpSync(path.join(from, 'README.md'), path.join(target, 'README.md'));
  cpSync(path.join(root, 'LICENSE'), path.join(target, 'LICENSE'));
  const manifest = toPublishedManifest(readManifest(workspace));
  writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
