import { fork, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';
import { OvergrowError, type AttemptRef, type Logger, type Manifest } from '@overgrow/core';
import type { CallName, FromWorker, PlainError, ToWorker, WorkerCalls } from './worker-messages.ts';

export interface WorkerEvents {
  readonly logger: Logger;
  readonly onHoldExpired: (ref: AttemptRef) => void;
  /** It has ended; `orphans` are connections that it never took. */
  readonly onEnded: (orphans: readonly Socket[]) => void;
}

/** A worker as its supervisor sees it. */
export interface WorkerHandle {
  readonly pid: number;
  /** Resolves when it can be called; rejects when it ends before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  call<Name extends CallName>(name: Name, argument: WorkerCalls[Name], signal?: AbortSignal): Promise<unknown>;
  tellLease(live: boolean): void;
  /** Hands a connection over. Nothing may have been read from it. */
  give(socket: Socket): void;
  drain(): void;
  kill(): void;
}

interface Call {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Starts a worker. `execArgv`: how this program itself was started, unless tests need another way. */
export function startWorker(
  manifest: Manifest,
  baseFolder: string,
  events: WorkerEvents,
  execArgv: readonly string[],
): WorkerHandle {
  // The same ending as this file: .ts from sources, .js when built.
  const script = path.join(import.meta.dirname, `worker-process${path.extname(import.meta.filename)}`);
  const child: ChildProcess = fork(script, [], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const calls = new Map<number, Call>();
  const given = new Map<number, Socket>();
  let nextId = 0;
  let over = false;
  let isReady = () => {};
  let isNotReady = (_error: Error) => {};
  const ready = new Promise<void>((resolve, reject) => {
    isReady = resolve;
    isNotReady = reject;
  });
  // Whoever waits for it hears of it; nobody has to.
  ready.catch(() => {});
  let isEnded = () => {};
  const ended = new Promise<void>((resolve) => (isEnded = resolve));

  const tell = (message: ToWorker) => {
    if (child.connected) child.send(message, () => {});
  };
  const end = () => {
    if (over) return;
    over = true;
    const lost = workerLost(child.pid ?? 0);
    isNotReady(lost);
    for (const call of calls.values()) call.reject(lost);
    calls.clear();
    const orphans = [...given.values()];
    given.clear();
    isEnded();
    events.onEnded(orphans);
  };
  child.on('exit', end);
  child.on('error', end);
  child.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'ready':
        return isReady();
      case 'accepted': {
        // The worker has a descriptor of its own now.
        given.get(message.id)?.destroy();
        given.delete(message.id);
        return;
      }
      case 'result':
      case 'failed': {
        const call = calls.get(message.id);
        calls.delete(message.id);
        if (message.kind === 'result') call?.resolve(message.value);
        else call?.reject(revive(message.error));
        return;
      }
      case 'hold-expired':
        return events.onHoldExpired(message.ref);
      case 'log':
        events.logger[message.level](message.message, message.fields);
    }
  });
  tell({ kind: 'start', manifest, baseFolder });

  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    call: (name, argument, signal) =>
      new Promise((resolve, reject) => {
        if (over) return reject(workerLost(child.pid ?? 0));
        const id = nextId++;
        const onAbort = () => {
          tell({ kind: 'abort', id });
          calls.delete(id);
          reject(signal?.reason as Error);
        };
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T) => {
            signal?.removeEventListener('abort', onAbort);
            settle(value);
          };
        signal?.addEventListener('abort', onAbort, { once: true });
        calls.set(id, { resolve: settled(resolve), reject: settled(reject) });
        tell({ kind: 'call', id, name, argument });
      }),
    tellLease: (live) => tell({ kind: 'lease', live }),
    give: (socket) => {
      const id = nextId++;
      given.set(id, socket);
      // keepOpen: until the worker has it, it is ours to give to another one.
      child.send({ kind: 'connection', id } satisfies ToWorker, socket, { keepOpen: true }, () => {});
    },
    drain: () => tell({ kind: 'drain' }),
    kill: () => void child.kill('SIGKILL'),
  };
}

function revive(error: PlainError): Error {
  if (error.code === undefined) return new Error(error.message);
  return new OvergrowError(error.code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: error.details,
  });
}

function workerLost(pid: number): OvergrowError {
  return new OvergrowError('PROXY_WORKER_LOST', `Worker ${pid} of the proxy ended before it had answered.`, {
    hint: 'Abandon this attempt and start another one: the worker has been replaced.',
    details: { pid },
  });
}
