import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface NodeProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Resolves with the first JSON line on stdout whose `event` is this one; rejects when the process ends before. */
  event(name: string): Promise<Record<string, unknown>>;
  /** Resolves with the exit code (null: ended by a signal). */
  readonly exited: Promise<number | null>;
  /** What it wrote to stderr, the last 20 kB. */
  stderr(): string;
  /** SIGTERM, then SIGKILL when it has not ended after `graceMs`. */
  stop(graceMs?: number): Promise<number | null>;
  kill(): Promise<void>;
}

/**
 * Starts one of our programs on the same Node. A group of its own: a terminal's Ctrl-C reaches only the one who started
 * it, who then ends its processes in order.
 */
export function startNodeProcess(
  script: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): NodeProcess {
  const child = spawn(process.execPath, ['--conditions=overgrow-source', script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-20_000);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const events = new Map<string, Record<string, unknown>>();
  const waiting = new Map<string, (event: Record<string, unknown>) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{"event"')) return;
    const event = JSON.parse(line) as Record<string, unknown>;
    const name = String(event['event']);
    events.set(name, event);
    waiting.get(name)?.(event);
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const stop = async (graceMs = 10_000) => {
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
    const code = await exited;
    clearTimeout(force);
    return code;
  };
  return {
    child,
    event: (name) => {
      const known = events.get(name);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        waiting.set(name, resolve);
        void exited.then((code) => reject(new Error(`${script} ended with ${code} before "${name}":\n${said}`)));
      });
    },
    exited,
    stderr: () => said,
    stop,
    kill,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
