import { parentPort } from 'node:worker_threads';
import { serialize } from 'node:v8';
import { readModule } from './read-module.ts';

/* A thread that turns texts into summaries, one batch at a time. Summaries travel as bytes, in the form in which they are cached. */

export interface WorkerBatch {
  readonly files: readonly { readonly id: string; readonly text: string }[];
}

export type WorkerAnswer = readonly Uint8Array[];

parentPort?.on('message', ({ files }: WorkerBatch) => {
  const answer: WorkerAnswer = files.map(({ id, text }) => serialize(readModule(id, text)));
  parentPort?.postMessage(answer);
});
