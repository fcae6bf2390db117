'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

/**
 * One install at a time in one checkout: a file with the process and machine of its owner. The lock of a process that is
 * gone is taken over.
 */

function isAlive(owner) {
  // Another machine on the same folder: nobody here can tell, so its word counts.
  if (owner.host !== os.hostname()) return true;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Makes the lock with its content in one step, so that nobody ever reads an empty one. */
function tryTake(file) {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, JSON.stringify({ pid: process.pid, host: os.hostname() }));
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(draft);
  }
}

function readOwner(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Moves a dead owner's lock away. Only one of several waiters can move it; a live one that came between is put back. */
function removeDead(file, owner) {
  const aside = `${file}.dead.${process.pid}`;
  try {
    fs.renameSync(file, aside);
    const moved = readOwner(aside);
    if (moved?.pid !== owner.pid || moved.host !== owner.host) fs.linkSync(aside, file);
    fs.rmSync(aside);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
}

/**
 * Takes the lock `file`, waiting for a live owner and looking every `pollMs`. `onWait` is called once, with the owner, when
 * it has to wait. Returns the function that gives the lock back.
 */
async function takeLock(file, onWait, pollMs = 200) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let said = false;
  while (!tryTake(file)) {
    const owner = readOwner(file);
    if (owner !== undefined && !isAlive(owner)) {
      removeDead(file, owner);
      continue;
    }
    if (owner !== undefined && !said) {
      onWait(owner);
      said = true;
    }
    await pause(pollMs);
  }
  return () => fs.rmSync(file, { force: true });
}

module.exports = { takeLock };
