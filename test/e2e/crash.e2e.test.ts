import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  judgeHistory,
  type Load,
  readBothDatabases,
  type RunningUp,
  type Stage,
  startLoad,
  startPostgres,
  startStage,
} from '../index.ts';
import { moveWhenReady, reviewsOf, untilReading } from './journey.ts';

const beforeFlip = ['began', 'armed', 'fencing', 'fenced', 'barrier', 'drained', 'checked'];
const afterFlip = ['flipped', 'receiver-opened', 'giver-closed', 'released', 'disarmed', 'finished'];
const whileAbandoning = ['abandoned', 'giver-reopened', 'withdrawn'];

/**
 * `overgrow up` is killed (SIGKILL) at every named point, under load, and started again. Requests that were in flight or
 * turned away meanwhile are cut; nothing else may fail, and no write is lost or doubled.
 */
describe('overgrow is killed at every point of its way', () => {
  const undo = new AsyncDisposableStack();
  let stage: Stage;
  let load: Load;

  beforeAll(async () => {
    const server = undo.use(await startPostgres());
    stage = undo.use(await startStage({ serverUrl: server.url(), scale: 0.02 }));
  });
  afterAll(() => undo.disposeAsync());

  test.for(['phase.replicating', 'cdc.copy.in-table', 'phase.verifying', 'phase.reading'])(
    'first at %s, on the way to the first copy',
    async (point) => {
      const up = await stage.startUp({ faultPoint: point });
      await dies(up, point);
    },
  );

  test('then the first copy is done all the same', async () => {
    await using up = await running();
    await untilReading(up);
    load = undo.use(await startLoad({ url: stage.url, shoppers: 8, ratePerSecond: 100, seed: 3 }));
  });

  test.for(beforeFlip)('in a cutover at %s: it is abandoned, the monolith owns', (point) =>
    crash('cutover', point, 'monolith'),
  );

  test.for(whileAbandoning)('while abandoning a cutover at %s: it is abandoned all the same', async (point) => {
    await kill('cutover', 'cutover.barrier');
    const again = await stage.startUp({ faultPoint: `cutover.${point}` }).catch(() => undefined);
    await again?.process.exited;
    await using up = await running();
    await finished(up, 'monolith');
  });

  test.for(afterFlip)('in a cutover and in a rollback at %s: both are finished', async (point) => {
    await crash('cutover', point, 'service');
    await crash('rollback', point, 'monolith');
  });

  test('in a rollback before its flip: the service owns, and it goes back at the next try', async () => {
    await crash('cutover', 'finished', 'service');
    for (const point of beforeFlip) await crash('rollback', point, 'service');
    await using up = await running();
    await finished(up, 'service');
    expect(await moveWhenReady(up, 'rollback')).toMatchObject({ kind: 'rolled-back' });
  });

  test('nothing failed but what a crash cut; nothing is lost or doubled', async () => {
    await using up = await running();
    await finished(up, 'monolith');
    const summary = await load.stop();
    expect(summary.failures.filter(({ status }) => status !== null && status !== 503)).toEqual([]);
    expect(summary.failed).toBe(0);
    const verified = await up.request('POST', '/api/contexts/reviews/verify');
    expect(verified.body).toMatchObject({ clean: true });
    const databases = await readBothDatabases(stage.databases.shop.ownerUrl, stage.databases.reviews.ownerUrl);
    expect(judgeHistory(summary.writes, databases)).toMatchObject({ lost: [], doubled: [], mismatched: [] });
    expect(summary.contextWrites).toBeGreaterThan(500);
  });

  async function running(): Promise<RunningUp & AsyncDisposable> {
    const up = await stage.startUp();
    return { ...up, [Symbol.asyncDispose]: async () => void (await up.process.stop()) };
  }

  /** Starts overgrow, moves the context, and sees it die at the point. */
  async function kill(kind: 'cutover' | 'rollback', point: string): Promise<void> {
    const up = await stage.startUp({ faultPoint: point });
    // The answer never comes, or just before the end.
    await moveWhenReady(up, kind).catch(() => undefined);
    await dies(up, point);
  }

  /** The process ends by SIGKILL, of its own doing. One that lives on is ended, so that the next can have its port. */
  async function dies(up: RunningUp, point: string): Promise<void> {
    const patience = new AbortController();
    const alive = pause(60_000, 'alive', { signal: patience.signal }).catch(() => 'ended');
    const end = await Promise.race([up.process.exited, alive]);
    patience.abort();
    if (end === 'alive') await up.process.kill();
    expect(end, `${point} was reached`).toBeNull();
  }

  async function crash(kind: 'cutover' | 'rollback', point: string, owner: 'monolith' | 'service'): Promise<void> {
    await kill(kind, `${kind}.${point}`);
    await using up = await running();
    await finished(up, owner);
  }

  const finished = (up: RunningUp, owner: string) =>
    up.until('/api/status', `owned by the ${owner} with its attempt finished`, (body) => {
      const context = reviewsOf(body);
      return (
        context.owner === owner &&
        context.attempt?.finished !== false &&
        ['reading', 'switched'].includes(context.phase)
      );
    });
});
