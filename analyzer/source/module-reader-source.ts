import { deserialize, serialize } from 'node:v8';
import { readModule, type ReadModule } from './read-module.ts';
import type { ReadFiles } from './read-modules.ts';
import { readText } from './repository-files.ts';
import type { SummaryCache } from './summary-cache-store.ts';
import { createModulePool, type ModulePool } from './worker-pool-process.ts';

export interface ReaderOptions {
  readonly root: string;
  readonly threads: number;
  readonly cache: SummaryCache | undefined;
  readonly onRead: (done: number, total: number) => void;
}

/** Below this, starting threads takes longer than they save. */
const worthThreads = 300;
const batchSize = 24;

interface Pending {
  readonly id: string;
  readonly text: string;
  readonly key: string | undefined;
}

/** Reads modules from the cache where their text is known, and on several threads where many are not. */
export function createModuleReader({ root, threads, cache, onRead }: ReaderOptions): ReadFiles {
  return async (files) => {
    const outcomes = new Map<string, ReadModule>();
    const note = (id: string, outcome: ReadModule) => {
      outcomes.set(id, outcome);
      if (outcomes.size % 50 === 0 || outcomes.size === files.length) onRead(outcomes.size, files.length);
    };
    const unread: Pending[] = [];
    const running = new Set<Promise<void>>();
    let pool: ModulePool | undefined;
    const here = (batch: readonly Pending[]) => {
      for (const { id, text, key } of batch) {
        const outcome = readModule(id, text);
        if (cache !== undefined && key !== undefined) cache.set(key, serialize(outcome));
        note(id, outcome);
      }
    };
    const there = async (on: ModulePool, batch: readonly Pending[]) => {
      const answers = await on.read({ files: batch.map(({ id, text }) => ({ id, text })) });
      for (const [index, { id, key }] of batch.entries()) {
        const bytes = answers[index];
        if (bytes === undefined) continue;
        if (cache !== undefined && key !== undefined) cache.set(key, bytes);
        note(id, deserialize(bytes) as ReadModule);
      }
    };
    const hand = async (batch: readonly Pending[]) => {
      pool ??= createModulePool(threads);
      const work = there(pool, batch);
      running.add(work);
      const finished = () => running.delete(work);
      work.then(finished, finished);
      // Texts that wait for a thread are memory.
      if (running.size > pool.threads * 2) await Promise.race(running);
    };
    try {
      for (const id of files) {
        const read = await readText(root, id);
        if (read.kind === 'unreadable') {
          note(id, { summary: undefined, skipped: [{ path: id, reason: read.reason }] });
          continue;
        }
        const key = cache?.keyOf(id, read.text);
        const known = key === undefined ? undefined : cache?.get(key);
        if (known !== undefined) note(id, deserialize(known) as ReadModule);
        else unread.push({ id, text: read.text, key });
        if (threads > 1 && (pool !== undefined ? unread.length >= batchSize : unread.length >= worthThreads))
          while (unread.length > 0) await hand(unread.splice(0, batchSize));
      }
      if (pool === undefined) here(unread);
      else if (unread.length > 0) await hand(unread);
      await Promise.all(running);
    } finally {
      await pool?.[Symbol.asyncDispose]();
    }
    return outcomes;
  };
}
