import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { locateBinaries } from './postgres-binaries-files.ts';
import type { SupervisorOrder } from './postgres-supervisor-process.ts';

export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** As the superuser `postgres`. */
  url(database?: string): string;
  stop(): Promise<void>;
}

/** What logical replication and many small test databases need; durability is given up, the server is thrown away. */
const defaults: Readonly<Record<string, string>> = {
  wal_level: 'logical',
  max_replication_slots: '60',
  max_wal_senders: '60',
  max_connections: '200',
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  autovacuum_naptime: '10s',
};

/**
 * Starts a real PostgreSQL 18 from its npm package on a free port of the loopback, in a temporary folder that is removed
 * when this process ends, even when it is killed.
 * @throws Error when there is no binary for this platform or the server does not start.
 */
export async function startPostgres(
  options: { readonly port?: number; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<PostgresServer> {
  const binaries = locateBinaries();
  if (binaries.kind === 'missing') throw new Error(`PostgreSQL cannot be started: ${binaries.reason}`);
  const password = randomBytes(12).toString('hex');
  const order: SupervisorOrder = {
    binaries: binaries.folder,
    password,
    port: options.port ?? 0,
    settings: { ...defaults, ...options.settings },
  };
  const script = fileURLToPath(new URL('./postgres-supervisor-process.ts', import.meta.url));
  // Detached: a Ctrl-C in the terminal reaches us, and we end the supervisor by its pipe when our clients have ended.
  const supervisor = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const exited = new Promise<void>((resolve) => supervisor.once('exit', () => resolve()));
  const lines = createInterface({ input: supervisor.stdout });
  const first = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    supervisor.once('error', reject);
    supervisor.once('exit', (code) => reject(new Error(`the PostgreSQL supervisor ended with ${code}`)));
  });
  const answer = JSON.parse(first) as { port: number; pid: number } | { failed: string };
  if ('failed' in answer) {
    await exited;
    throw new Error(`PostgreSQL did not start: ${answer.failed}`);
  }
  const stop = async () => {
    lines.close();
    supervisor.stdin.end();
    await exited;
  };
  return {
    port: answer.port,
    pid: answer.pid,
    url: (database = 'postgres') => `postgres://postgres:${password}@127.0.0.1:${answer.port}/${database}`,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
