'use strict';
const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const path = require('node:path');
const { takeLock } = require('./install-lock.cjs');
const { readStamp, whyStale, writeStamp } = require('./installed.cjs');
const { chooseRuntime, isRecent } = require('./runtime.cjs');

const root = path.resolve(__dirname, '..', '..');
const say = (sentence) => process.stderr.write(`overgrow: ${sentence}\n`);

/** Exit codes as in docs/reference: 2 usage, 3 environment. */
const exits = { usage: 2, environment: 3 };

/** How far apart two signals must be to count as two. npm passes on what the terminal already sent to all. */
const sameSignalMs = 500;

/** Makes sure of the dependencies and runs `argv[0]` with the rest as its arguments; sets the exit code. */
async function start(argv) {
  const [file, ...args] = argv;
  if (file === undefined) {
    say('which file is to be run? Usage: node scripts/run.cjs FILE [arguments]. `npm run` lists the commands.');
    process.exitCode = exits.usage;
    return;
  }
  const runtime = await prepare().catch((error) => {
    say(`cannot prepare the dependencies: ${error.message}`);
    return exits.environment;
  });
  if (typeof runtime === 'number') {
    process.exitCode = runtime;
    return;
  }
  process.exitCode = await run(runtime, [
    '--conditions=overgrow-source',
    '--disable-warning=ExperimentalWarning',
    path.resolve(root, file),
    ...args,
  ]);
}

/** The Node to run with, after an install where one is needed; or the exit code when there is none. */
async function prepare() {
  const stamp = readStamp(root);
  if (stamp !== undefined && (stamp.node !== 'system' || isRecent(process.versions.node)))
    return resolveNode(stamp.node);
  if (stamp === undefined && whyStale(root) !== undefined) {
    const exit = await installOnce();
    if (exit !== 0) return exit;
  }
  const runtime = chooseRuntime(root);
  if (runtime.kind === 'none') {
    say(runtime.reason);
    return exits.environment;
  }
  const node = runtime.kind === 'pinned' ? runtime.file : 'system';
  writeStamp(root, { node });
  return resolveNode(node);
}

const resolveNode = (node) => (node === 'system' ? process.execPath : path.join(root, node));

/** Installs under the lock, unless another process did so while this one waited for it. Returns an exit code. */
async function installOnce() {
  const release = await takeLock(path.join(root, '.overgrow', 'install.lock'), (owner) =>
    say(`waiting: process ${owner.pid} is installing the dependencies …`),
  );
  // `exit` is also raised when a signal ends the wait below.
  process.once('exit', release);
  try {
    const why = whyStale(root);
    if (why === undefined) return 0;
    say(`installing the dependencies, since ${why}. This takes about a minute, once …`);
    return await install();
  } finally {
    release();
    process.removeListener('exit', release);
  }
}

/**
 * `npm ci`. No install script runs: none is needed, and npm 12 would block them. Its output goes to stderr, so that the
 * output of the command itself can be piped. The system's Node only installs, so it may be older than packages ask for.
 */
async function install() {
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--engine-strict=false'];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  // npm says where it is to the scripts it runs. Other package managers use the same variable.
  const own = process.env.npm_execpath ?? '';
  const exit = /npm-cli\.[cm]?js$/.test(own)
    ? await run(process.execPath, [own, ...args, ...quiet], ['ignore', 2, 2])
    : await run('npm', [...args, ...quiet], ['ignore', 2, 2], process.platform === 'win32');
  if (exit === 0 || exit === 130) return exit;
  say(
    `npm ci ended with ${exit}; its own words are above. Offline, or behind a proxy? It needs the package registry once.`,
  );
  return exits.environment;
}

/** Runs a command to its end and returns its exit code; 128 + n when signal n ended it. */
function run(command, args, stdio = 'inherit', shell = false) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio, shell });
    const stop = passSignals(child);
    child.once('error', (error) => {
      stop();
      say(`cannot start ${command}: ${error.message}`);
      resolve(exits.environment);
    });
    child.once('exit', (code, signal) => {
      stop();
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/**
 * Passes signals on to the child, each once, and stays until the child has ended. At a terminal, Ctrl-C and hang-up have
 * already reached the child from there: passing them on as well would look like a second Ctrl-C.
 */
function passSignals(child) {
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const lastAtMs = {};
  const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const listener = () => {
      const nowMs = performance.now();
      const repeated = nowMs - (lastAtMs[signal] ?? -Infinity) < sameSignalMs;
      lastAtMs[signal] = nowMs;
      if (repeated || (atTerminal && signal !== 'SIGTERM')) return;
      child.kill(signal);
    };
    process.on(signal, listener);
    return () => process.removeListener(signal, listener);
  });
  return () => listeners.forEach((remove) => remove());
}

module.exports = { start };
