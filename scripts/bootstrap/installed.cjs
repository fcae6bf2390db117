'use strict';
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

/**
 * Is what lies in node_modules what package-lock.json says? Two ways to know: a stamp that we wrote after the last
 * install, and npm's own list of what it installed (so that `npm install <package>` by hand needs no second install).
 */

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];

/** The place of the stamp. `npm ci` removes it with everything else in node_modules. */
const stampFile = (root) => path.join(root, 'node_modules', '.overgrow-installed.json');

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The package.json of the root and of each workspace, as paths from the root. */
function manifestPaths(rootManifest) {
  return ['', ...(rootManifest.workspaces ?? [])].map((folder) => path.posix.join(folder, 'package.json'));
}

/** A hash of all that decides what is installed: the lock file, each package.json, the platform. */
function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  const manifests = manifestPaths(readJson(path.join(root, 'package.json')) ?? {});
  for (const file of ['package-lock.json', ...manifests]) {
    const place = path.join(root, file);
    hash.update(`${file}\n`).update(fs.existsSync(place) ? fs.readFileSync(place) : '(none)');
  }
  return hash.digest('hex');
}

/** Does a list of npm's (`["linux"]`, `"x64"`, `["!win32"]`) allow `value`? No list allows all. */
function allows(list, value) {
  if (list === undefined) return true;
  const entries = [list].flat();
  if (entries.includes(`!${value}`)) return false;
  const positive = entries.filter((entry) => !entry.startsWith('!'));
  return positive.length === 0 || positive.includes(value) || positive.includes('any');
}

/** Has this entry of the lock file to be on this machine? Not, when it is optional and made for another platform. */
function isNeeded(entry) {
  if (!entry.optional && !entry.devOptional) return true;
  // Which C library this is, is npm's business; and npm leaves out optional packages that only a left-out one needs.
  return (
    entry.os !== undefined &&
    entry.libc === undefined &&
    allows(entry.os, process.platform) &&
    allows(entry.cpu, process.arch)
  );
}

/**
 * Compares a parsed package-lock.json with npm's record of what is installed (node_modules/.package-lock.json) and with
 * the manifests (path → parsed package.json). Returns the first difference in words, or undefined.
 */
function findDifference(lock, record, manifests) {
  for (const [file, manifest] of Object.entries(manifests)) {
    const locked = lock.packages[path.posix.dirname(file) === '.' ? '' : path.posix.dirname(file)];
    for (const kind of kinds) {
      const wanted = manifest[kind] ?? {};
      const has = locked?.[kind] ?? {};
      const names = new Set([...Object.keys(wanted), ...Object.keys(has)]);
      for (const name of names) {
        // A workspace of ours is a link, which is there whoever asks for it.
        const isOurs = lock.packages[`node_modules/${name}`]?.link === true;
        if (wanted[name] !== has[name] && !isOurs) return `${name} in ${file} is not what the lock file has`;
      }
    }
  }
  for (const [place, entry] of Object.entries(lock.packages)) {
    if (!place.includes('node_modules/')) continue;
    const installed = record.packages[place];
    if (installed === undefined) {
      if (isNeeded(entry)) return `${place} is missing`;
    } else if (installed.version !== entry.version) {
      return `${place} is ${installed.version}, not ${entry.version}`;
    }
  }
  return undefined;
}

/** Why an install is needed, or undefined when what is there is right. Reads, never writes. */
function whyStale(root) {
  const lock = readJson(path.join(root, 'package-lock.json'));
  const record = readJson(path.join(root, 'node_modules', '.package-lock.json'));
  if (record === undefined) return 'there are none yet';
  if (lock === undefined) return 'package-lock.json is missing or unreadable';
  const files = manifestPaths(readJson(path.join(root, 'package.json')) ?? {});
  const manifests = Object.fromEntries(files.map((file) => [file, readJson(path.join(root, file)) ?? {}]));
  return findDifference(lock, record, manifests);
}

/** The stamp of the last check that found all right, when nothing has changed since. */
function readStamp(root) {
  const stamp = readJson(stampFile(root));
  return stamp?.fingerprint === fingerprint(root) ? stamp : undefined;
}

/** Remembers that all is right. A folder that can't be written only makes the next start slower. */
function writeStamp(root, stamp) {
  try {
    fs.writeFileSync(stampFile(root), JSON.stringify({ fingerprint: fingerprint(root), ...stamp }));
  } catch {
    // Read-only checkout.
  }
}

module.exports = { fingerprint, findDifference, whyStale, readStamp, writeStamp };
