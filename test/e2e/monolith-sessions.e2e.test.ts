import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  judgeHistory,
  readBothDatabases,
  startLoad,
  startPostgres,
  startStage,
  type Failure,
  type RunningUp,
  type Stage,
  type WriteRecord,
} from '../index.ts';
import { afterAnswerOf, monolithSessionsEnd, move, moveWhenReady, settled, untilReading } from './journey.ts';

/**
 * The monolith's own database sessions are ended while a context moves: a failover, an administrator, a pooler that
 * restarts. What such a session served fails, as it would without overgrow; nothing else may.
 */
describe('the sessions of the monolith end while a context moves', () => {
  const undo = new AsyncDisposableStack();
  let stage: Stage;
  let up: RunningUp;

  beforeAll(async () => {
    const server = undo.use(await startPostgres());
    stage = undo.use(await startStage({ serverUrl: server.url(), scale: 0.02 }));
    up = await stage.startUp();
    await untilReading(up);
  });
  afterAll(() => undo.disposeAsync());

  test('only requests of ended sessions fail, nothing is lost or doubled, and every move comes to an end', async () => {
    await using load = await startLoad({ url: stage.url, shoppers: 8, ratePerSecond: 150, seed: 4 });
    let ended = 0;
    for (let round = 0; round < 3; round += 1) {
      for (const kind of ['cutover', 'rollback'] as const) {
        await settled(up, 50);
        // From the traffic before the move until after it.
        const moving = settled(up, 20)
          .then(() => move(up, kind))
          .then(async (outcome) => {
            await settled(up, 20);
            return outcome;
          });
        ended += await monolithSessionsEnd(stage, moving);
        const outcome = await moving;
        const moved = kind === 'cutover' ? 'switched' : 'rolled-back';
        expect([moved, 'abandoned', 'refused']).toContain(outcome.kind);
        if (outcome.kind !== moved) expect(await moveWhenReady(up, kind)).toMatchObject({ kind: moved });
      }
    }
    await settled(up, 100);
    const summary = await load.stop();
    expect(ended).toBeGreaterThan(10);
    expect(summary.cut).toBe(0);
    expect(summary.failed).toBeLessThanOrEqual(ended);
    expect(summary.failures.filter((failure) => !isOfAnEndedSession(failure))).toEqual([]);
    expect((await up.request('POST', '/api/contexts/reviews/verify')).body).toMatchObject({ clean: true });
    const databases = await readBothDatabases(stage.databases.shop.ownerUrl, stage.databases.reviews.ownerUrl);
    const verdict = judgeHistory(summary.writes.map(asUncertain), databases);
    expect(verdict).toMatchObject({ lost: [], doubled: [], mismatched: [] });
    expect(verdict.acknowledged).toBeGreaterThan(100);
    for (const url of [stage.monolithUrl, stage.serviceUrl])
      expect(await afterAnswerOf(url)).toMatchObject({ refusedAfterAnswer: 0 });
  });
});

/**
 * The monolith answers 500 where it lost its session; the service that had asked the monolith passes that on as its own 503.
 * A 503 from anyone else (the proxy that does not know the owner, a refused write) would be a fault of the move.
 */
function isOfAnEndedSession({ status, message }: Failure): boolean {
  if (status === null || status < 500) return false;
  return status !== 503 || /"shop_unavailable".*it answered 500 to/.test(message);
}

/** A session that ended may have committed before: an answer of 500 leaves open whether the write happened. */
function asUncertain(write: WriteRecord): WriteRecord {
  return write.outcome === 'refused' ? { ...write, outcome: 'cut' } : write;
}
