import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  judgeHistory,
  readBothDatabases,
  startLoad,
  startPostgres,
  startStage,
  type RunningUp,
  type Stage,
} from '../index.ts';
import { afterAnswerOf, move, moveWhenReady, overgrowSessionsEnd, settled, untilReading } from './journey.ts';
import { writePastTheProxy } from './past-the-proxy-client.ts';

/** A whole migration under load, as the demo tells it, in small: nothing may fail, be lost or be doubled. */
describe('a context moves under load', () => {
  const undo = new AsyncDisposableStack();
  let stage: Stage;
  let up: RunningUp;

  beforeAll(async () => {
    const server = undo.use(await startPostgres());
    stage = undo.use(await startStage({ serverUrl: server.url(), scale: 0.05 }));
    up = await stage.startUp();
  });
  afterAll(() => undo.disposeAsync());

  test('cutover, rollback, cutover: no request fails, no write is lost or doubled', async () => {
    await using load = await startLoad({ url: stage.url, shoppers: 8, ratePerSecond: 150, seed: 1 });
    await untilReading(up);
    await up.request('PUT', '/api/contexts/reviews/weight', { weight: '50%' });
    for (const kind of ['cutover', 'rollback', 'cutover'] as const) {
      await settled(up, 200);
      const outcome = await moveWhenReady(up, kind);
      expect(outcome).toMatchObject({ kind: kind === 'cutover' ? 'switched' : 'rolled-back' });
    }
    await settled(up, 200);
    const summary = await load.stop();
    expect(summary.failures).toEqual([]);
    expect(summary.cut).toBe(0);
    expect(summary.contextWrites / summary.requests).toBeGreaterThan(0.1);
    const verified = await up.request('POST', '/api/contexts/reviews/verify');
    expect(verified.body).toMatchObject({ clean: true });
    expect(judgeHistory(summary.writes, await bothDatabases())).toMatchObject({
      lost: [],
      doubled: [],
      mismatched: [],
    });
  });

  test('the sessions of overgrow may be ended at any moment of a cutover and rollback: no request fails', async () => {
    await using load = await startLoad({ url: stage.url, shoppers: 8, ratePerSecond: 100, seed: 2 });
    for (let round = 0; round < 3; round += 1) {
      for (const kind of ['rollback', 'cutover'] as const) {
        await settled(up, 50);
        const moving = move(up, kind);
        await overgrowSessionsEnd(stage, moving);
        const outcome = await moving;
        // Either it got through, or it was abandoned and the owner stayed; then it is done in peace.
        const moved = kind === 'cutover' ? 'switched' : 'rolled-back';
        if (outcome.kind !== moved) expect(await moveWhenReady(up, kind)).toMatchObject({ kind: moved });
      }
    }
    const summary = await load.stop();
    expect(summary.failures).toEqual([]);
    expect(summary.cut).toBe(0);
    expect((await up.request('POST', '/api/contexts/reviews/verify')).body).toMatchObject({ clean: true });
  });

  test('no write after an answer met a closed guard: every fence has waited for it', async () => {
    const counts = await Promise.all([stage.monolithUrl, stage.serviceUrl].map(afterAnswerOf));
    expect(counts.map(({ refusedAfterAnswer }) => refusedAfterAnswer)).toEqual([0, 0]);
    for (const { tasks } of counts) expect(tasks).toBeGreaterThan(20);
  });

  test('the same count tells of writes after answers that no fence waits for: past the proxy', async () => {
    const refused = async () => (await afterAnswerOf(stage.monolithUrl)).refusedAfterAnswer;
    for (let round = 0; round < 10 && (await refused()) === 0; round += 1) {
      expect(await moveWhenReady(up, 'rollback')).toMatchObject({ kind: 'rolled-back' });
      await using _writers = await writePastTheProxy(stage.monolithUrl, 8);
      expect(await moveWhenReady(up, 'cutover')).toMatchObject({ kind: 'switched' });
    }
    expect(await refused()).toBeGreaterThan(0);
  });

  const bothDatabases = () => readBothDatabases(stage.databases.shop.ownerUrl, stage.databases.reviews.ownerUrl);
});
