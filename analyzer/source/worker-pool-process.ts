import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { WorkerAnswer, WorkerBatch } from './module-worker-process.ts';

export interface ModulePool extends AsyncDisposable {
  /** Resolves with the summary of each file, in order, as bytes. Waits while every thread is busy. */
  read(batch: WorkerBatch): Promise<WorkerAnswer>;
  readonly threads: number;
}

/** More threads than this wait for the one that joins what they found. */
const mostThreads = 8;

export function threadsToUse(): number {
  return Math.min(mostThreads, availableParallelism());
}

/** Threads that read modules. A thread that ends is an error of the batch it had. */
export function createModulePool(threads: number): ModulePool {
  const unbuilt = import.meta.url.endsWith('.ts');
  const script = new URL(unbuilt ? './module-worker-process.ts' : './module-worker-process.js', import.meta.url);
  const workers = Array.from(
    { length: threads },
    () => new Worker(script, unbuilt ? { execArgv: ['--conditions=overgrow-source'] } : {}),
  );
  const free = [...workers];
  const waiting: ((worker: Worker) => void)[] = [];
  const release = (worker: Worker) => {
    const next = waiting.shift();
    if (next === undefined) free.push(worker);
    else next(worker);
  };
  const acquire = (): Promise<Worker> => {
    const worker = free.pop();
    return worker === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(worker);
  };
  return {
    threads,
    async read(batch) {
      const worker = await acquire();
      try {
        return await new Promise<WorkerAnswer>((resolve, reject) => {
          const settle = () => {
            worker.off('message', answered).off('error', failed).off('exit', ended);
          };
          const answered = (answer: WorkerAnswer) => {
            settle();
            resolve(answer);
          };
          const failed = (error: Error) => {
            settle();
            reject(error);
          };
          const ended = (code: number) => failed(new Error(`A thread that reads modules ended with code ${code}.`));
          worker.once('message', answered).once('error', failed).once('exit', ended);
          worker.postMessage(batch);
        });
      } finally {
        release(worker);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
