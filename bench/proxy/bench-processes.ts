import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** A proxy under load, and how much processor time it has used. */
export interface Contender {
  readonly name: string;
  readonly port: number;
  cpuUs(): Promise<number>;
  stop(): Promise<void>;
}

const here = import.meta.dirname;

/** Proxy on one core, load and backend on the others, where the machine lets us say so: then nobody steals from it. */
const pinned =
  os.platform() === 'linux' && os.availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

export function forkPart(
  file: string,
  args: readonly string[],
  core: 'proxy' | 'other',
): { child: ChildProcess; next: () => Promise<unknown> } {
  const child = fork(path.join(here, file), args, {
    execArgv: ['--conditions=overgrow-source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  pin(child.pid, core);
  const next = () =>
    new Promise<unknown>((resolve, reject) => {
      const onMessage = (message: unknown) => {
        child.off('exit', onExit);
        resolve(message);
      };
      const onExit = (code: number | null) => {
        child.off('message', onMessage);
        reject(new Error(`${file} ${args[0] ?? ''} ended with ${String(code)}`));
      };
      child.once('message', onMessage);
      child.once('exit', onExit);
    });
  return { child, next };
}

function pin(pid: number | undefined, core: 'proxy' | 'other'): void {
  if (!pinned || pid === undefined) return;
  spawnSync('taskset', ['-a', '-p', '-c', core === 'proxy' ? '0' : `1-${os.availableParallelism() - 1}`, String(pid)]);
}

export async function startContender(name: string, origin: string): Promise<Contender> {
  const { child, next } = forkPart('contender-process.ts', [name, origin], 'proxy');
  const { port } = (await next()) as { port: number };
  return {
    name,
    port,
    cpuUs: async () => {
      const reply = next();
      child.send('cpu');
      const { cpu } = (await reply) as { cpu: NodeJS.CpuUsage };
      return cpu.user + cpu.system;
    },
    stop: () => ended(child),
  };
}

/** NGINX with one worker and keep-alive to the backend; undefined where it is not installed. */
export async function startNginx(origin: string): Promise<Contender | undefined> {
  if (spawnSync('nginx', ['-v']).status !== 0) return undefined;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'overgrow-bench-'));
  const port = await freePort();
  const config = path.join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
upstream backend { server ${new URL(origin).host}; keepalive 1024; }
server { listen 127.0.0.1:${port} backlog=4096; keepalive_requests 1000000000; location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; } } }`,
  );
  const child = spawn('nginx', ['-c', config, '-p', folder], { stdio: 'ignore' });
  pin(child.pid, 'proxy');
  await reachable(port);
  return {
    name: 'nginx',
    port,
    cpuUs: async () => childrenCpuUs(child.pid ?? 0),
    stop: async () => {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** User and system time of a process and its children, in µs, from /proc/<pid>/stat (proc(5), fields 14 and 15; 100 ticks a second). */
function childrenCpuUs(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((text) => text !== '');
  return [String(pid), ...children].reduce((sum, each) => {
    const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) * 10_000;
  }, 0);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function reachable(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/bench/100`).catch(() => undefined);
    if (answer !== undefined) return void (await answer.text());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nginx did not answer');
}

export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
