import { describe, expect, test } from 'vitest';
import { createManualClock } from './manual-clock.ts';

describe('a manual clock', () => {
  test('wakes sleepers at their due times, in their order', async () => {
    const clock = createManualClock(1000);
    const woken: string[] = [];
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.nowMs()}`);
    };
    const all = [sleep('late', 30), sleep('early', 10), sleep('never in this test', 100)];
    await clock.advance(50);
    expect(woken).toEqual(['early at 1010', 'late at 1030']);
    expect(clock.elapsedMs()).toBe(50);
    expect(clock.sleepers).toBe(1);
    await clock.advance(50);
    await Promise.all(all);
    expect(clock.sleepers).toBe(0);
  });

  test('lets a loop go round as often as the time allows', async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    let rounds = 0;
    const loop = (async () => {
      for (;;) {
        await clock.sleep(10, stop.signal);
        rounds += 1;
      }
    })();
    await clock.advance(35);
    expect(rounds).toBe(3);
    stop.abort(new Error('done'));
    await expect(loop).rejects.toThrow('done');
    expect(clock.sleepers).toBe(0);
  });

  test('refuses to go back', async () => {
    await expect(createManualClock().advance(-1)).rejects.toThrow(RangeError);
  });
});
