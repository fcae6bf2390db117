/**
 * Owns one PostgreSQL server on behalf of the process that started it: makes its folder, runs it, and when that process
 * goes away, however it went (its end of the pipe closes), stops the server and removes the folder. So a killed test run
 * leaves neither server nor files behind.
 *
 * argv: one JSON argument (SupervisorOrder). stdout: one JSON line when ready or failed.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { copyBinaries } from './postgres-binaries-files.ts';

export interface SupervisorOrder {
  readonly binaries: string;
  readonly password: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** The unprivileged user `nobody` of every Unix; only used when this process is root. */
const nobody = 65_534;

const order = JSON.parse(process.argv[2] ?? '{}') as SupervisorOrder;
const uid = process.getuid?.() === 0 ? nobody : undefined;
const identity = uid === undefined ? {} : { uid, gid: uid };
const folder = await mkdtemp(path.join(tmpdir(), 'overgrow-postgres-'));
let server: ChildProcess | undefined;
let ending = false;

// Ctrl-C goes to the whole terminal group; the owner decides when the server ends, by closing the pipe.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
process.on('SIGTERM', () => void end());
process.stdin.on('end', () => void end()).on('error', () => void end());
process.stdin.resume();

try {
  await start();
} catch (error) {
  tell({ failed: error instanceof Error ? error.message : String(error) });
  await end();
}

async function start(): Promise<void> {
  if (uid !== undefined) await chown(folder, uid, uid);
  const native = path.join(folder, 'native');
  const data = path.join(folder, 'data');
  const passwordFile = path.join(folder, 'password');
  await copyBinaries(order.binaries, native, uid);
  await writeFile(passwordFile, order.password, { mode: 0o600 });
  if (uid !== undefined) await chown(passwordFile, uid, uid);
  const initdb = [
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--no-locale',
    '-E',
    'UTF8',
    '--no-sync',
  ];
  await promisify(execFile)(path.join(native, 'bin', 'initdb'), initdb, { ...identity, cwd: folder });
  const port = order.port === 0 ? await freePort() : order.port;
  const settings = {
    ...order.settings,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  server = spawn(path.join(native, 'bin', 'postgres'), ['-D', data, ...args], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own: a terminal's Ctrl-C must not reach the server before its clients have ended.
    detached: true,
  });
  await ready(server);
  server.once('exit', () => void end());
  tell({ port, pid: server.pid });
}

/** Resolves at the server's own words; rejects with what it wrote when it ends first. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
      if (said.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said.trim()}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  if (server?.pid !== undefined && server.exitCode === null && server.signalCode === null) {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server.kill('SIGINT');
    const force = setTimeout(() => server?.kill('SIGQUIT'), 5000);
    await ended;
    clearTimeout(force);
  }
  await rm(folder, { recursive: true, force: true });
  process.exit(0);
}

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
