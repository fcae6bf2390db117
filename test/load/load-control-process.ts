import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadCommand, LoadOrder, LoadReport, LoadSummary } from './load-messages.ts';

export interface Load extends AsyncDisposable {
  /** Ends the stretch of figures that runs and names the next. */
  mark(name: string): void;
  /** Called each second with the live figures. */
  onSecond(listener: (second: Extract<LoadReport, { kind: 'second' }>) => void): void;
  /** Lets every shopper finish its request; resolves with all that was done and answered. */
  stop(): Promise<LoadSummary>;
}

/** Starts the load in a process of its own; resolves when every shopper is logged in. */
export async function startLoad(order: LoadOrder): Promise<Load> {
  const script = fileURLToPath(new URL('./load-process.ts', import.meta.url));
  const child: ChildProcess = fork(script, [JSON.stringify(order)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let listener: Parameters<Load['onSecond']>[0] = () => {};
  const summary = Promise.withResolvers<LoadSummary>();
  const ready = Promise.withResolvers<void>();
  summary.promise.catch(() => {});
  child.on('message', (report: LoadReport) => {
    if (report.kind === 'ready') ready.resolve();
    else if (report.kind === 'second') listener(report);
    else summary.resolve(report.summary);
  });
  child.once('exit', (code) => {
    const error = new Error(`the load generator ended early with ${code}`);
    ready.reject(error);
    summary.reject(error);
  });
  const send = (command: LoadCommand) => void (child.connected && child.send(command));
  await ready.promise;
  return {
    mark: (name) => send({ kind: 'mark', name }),
    onSecond: (next) => {
      listener = next;
    },
    stop: async () => {
      send({ kind: 'stop' });
      const result = await summary.promise;
      await exited;
      return result;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
