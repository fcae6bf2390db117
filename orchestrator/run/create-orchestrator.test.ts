import {
  createManualClock,
  createSqliteStore,
  noFaults,
  silentLogger,
  type AttemptRef,
  type HealthVerdict,
} from '@overgrow/core';
import { describe, expect, test } from 'vitest';
import { createModelDatabases } from '../simulation/model-databases.ts';
import { createModelProxy } from '../simulation/model-proxy.ts';
import { createRandom } from '../simulation/random.ts';
import { createOrchestrator, type Orchestrator } from './create-orchestrator.ts';
import type { Setup } from './setup.ts';

/** A leading orchestrator over model ports and a real store; time moves while something is waited for. */
async function leading(change: (setup: Setup) => Partial<Setup> = () => ({})) {
  const clock = createManualClock();
  const random = createRandom(1);
  const store = createSqliteStore({ file: ':memory:', clock });
  const violated = (what: string) => expect.unreachable(what);
  const databases = createModelDatabases(clock, random, violated);
  const leaseIsLive = (): boolean => orchestrator.leaseIsLive();
  const proxy = createModelProxy({ clock, random, store, databases, leaseIsLive, violated });
  const health: { verdict: HealthVerdict } = { verdict: { kind: 'healthy', tookMs: 1 } };
  const setup: Setup = {
    store,
    traffic: proxy.traffic,
    bridges: [databases.bridge],
    contexts: ['reviews', 'orders'],
    health: { check: async () => health.verdict },
    limits: { maxLag: 1_000, maxFence: 200, maxVerifyAge: 60_000, lease: 300 },
    clock,
    logger: silentLogger,
    faults: noFaults,
    holder: 'one',
  };
  const orchestrator: Orchestrator = createOrchestrator({ ...setup, ...change(setup) });
  const until = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const ended = work.finally(() => (over = true)).catch(() => {});
    for (let at = 0; at < 20_000 && !over; at += 50) await clock.advance(50);
    await Promise.race([ended, Promise.reject(new Error('it did not end in 20 s'))]);
    return work;
  };
  const phase = async () =>
    (await until(orchestrator.status())).contexts.find(({ context }) => context === 'reviews')?.phase;
  await until(orchestrator.start());
  return {
    store,
    orchestrator,
    health,
    until,
    phase,
    reach: async (wanted: string) => {
      for (let tries = 0; tries < 40 && (await phase()) !== wanted; tries += 1) await clock.advance(250);
      expect(await phase()).toBe(wanted);
    },
    [Symbol.asyncDispose]: async () => {
      await until(orchestrator.stop());
      await store[Symbol.asyncDispose]();
    },
  };
}

describe('an orchestrator', () => {
  test('brings a context to reading by itself, and moves it when a person asks', async () => {
    await using world = await leading();
    await world.reach('reading');
    const plan = await world.until(world.orchestrator.plan('reviews'));
    expect(plan).toMatchObject({ kind: 'cutover', direction: 'forward' });
    expect(plan.gates.every(({ verdict }) => verdict.kind === 'pass')).toBe(true);
    const outcome = await world.until(world.orchestrator.cutover('reviews', { by: 'Ada' }));
    expect(outcome).toMatchObject({ kind: 'switched', attempt: 1, record: { owner: 'service', epoch: 2 } });
    if (outcome.kind !== 'switched') throw new Error('it did not switch');
    const { fenceMs, terms } = outcome;
    expect(terms.map(({ term }) => term)).toEqual([
      'in-flight',
      'barrier',
      'drain',
      'check-and-sequences',
      'flip',
      'open',
    ]);
    expect(terms.reduce((sum, { tookMs }) => sum + tookMs, 0)).toBe(fenceMs);
    const released = (await world.store.journal()).findLast(({ event }) => event === 'released');
    expect(released?.data).toMatchObject({ fenceMs, terms: { drain: terms[2]?.tookMs } });
    const back = await world.until(world.orchestrator.rollback('reviews', { by: 'Ada' }));
    expect(back).toMatchObject({ kind: 'rolled-back', attempt: 2, record: { owner: 'monolith', epoch: 3 } });
    await world.reach('reading');
    const events = (await world.store.journal({ context: 'reviews' })).map(({ event }) => event);
    expect(events.filter((event) => event === 'flipped')).toHaveLength(2);
  });

  test('a service that is down refuses a cutover, and nothing has changed', async () => {
    await using world = await leading();
    await world.reach('reading');
    const before = await world.store.journal();
    world.health.verdict = { kind: 'unwell', reason: 'ECONNREFUSED' };
    const outcome = await world.until(world.orchestrator.cutover('reviews', { by: 'Ada' }));
    expect(outcome).toMatchObject({
      kind: 'refused',
      reasons: [expect.stringMatching(/service-healthy.*ECONNREFUSED/)],
    });
    expect(await world.store.journal()).toEqual(before);
    expect(await world.phase()).toBe('reading');
  });

  test('it does not keep a rollback from happening', async () => {
    await using world = await leading();
    await world.reach('reading');
    await world.until(world.orchestrator.cutover('reviews', { by: 'Ada' }));
    world.health.verdict = { kind: 'unwell', reason: 'ECONNREFUSED' };
    expect(await world.until(world.orchestrator.rollback('reviews', { by: 'Ada' }))).toMatchObject({
      kind: 'rolled-back',
    });
  });

  test('a fence past its deadline is abandoned, and the next attempt has the next number', async () => {
    let slow = true;
    await using world = await leading(({ bridges, clock }) => ({
      bridges: bridges.map((bridge) => ({
        ...bridge,
        drain: async (ref, direction, signal) => {
          if (slow) await clock.sleep(10_000, signal);
          return bridge.drain(ref, direction, signal);
        },
      })),
    }));
    await world.reach('reading');
    const first = await world.until(world.orchestrator.cutover('reviews', { by: 'Ada' }));
    expect(first).toMatchObject({
      kind: 'abandoned',
      attempt: 1,
      reason: expect.stringMatching(/maxFence, 200 ms/) as unknown,
    });
    slow = false;
    expect(await world.until(world.orchestrator.cutover('reviews', { by: 'Ada' }))).toMatchObject({
      kind: 'switched',
      attempt: 2,
    });
  });

  test('rows that differ inside the fence end in abandon', async () => {
    await using world = await leading(({ bridges }) => ({
      bridges: bridges.map((bridge) => ({
        ...bridge,
        check: async (ref, direction, signal) => ({ ...(await bridge.check(ref, direction, signal)), clean: false }),
      })),
    }));
    await world.reach('reading');
    const outcome = await world.until(world.orchestrator.cutover('reviews', { by: 'Ada' }));
    expect(outcome).toMatchObject({ kind: 'abandoned', reason: expect.stringMatching(/differ/) as unknown });
    expect(await world.phase()).toBe('reading');
  });

  test('a hold that expires at a proxy abandons an undecided attempt, and only that', async () => {
    const fenced = Promise.withResolvers<AttemptRef>();
    const drained = Promise.withResolvers<void>();
    await using world = await leading(({ bridges }) => ({
      bridges: bridges.map((bridge) => ({
        ...bridge,
        drain: async (ref, direction, signal) => {
          fenced.resolve(ref);
          await drained.promise;
          return bridge.drain(ref, direction, signal);
        },
      })),
    }));
    await world.reach('reading');
    const asked = world.orchestrator.cutover('reviews', { by: 'Ada' });
    const ref = await world.until(fenced.promise);
    const expire = (attempt: number) => world.until(world.orchestrator.abandonExpired({ ...ref, attempt }));
    expect(await expire(ref.attempt + 1)).toBe('unchanged');
    expect(await expire(ref.attempt)).toBe('abandoned');
    expect(await expire(ref.attempt)).toBe('unchanged');
    drained.resolve();
    const outcome = await world.until(asked);
    expect(outcome).toMatchObject({ kind: 'abandoned', reason: 'A proxy held requests for longer than it may.' });
    expect(outcome).toMatchObject({ record: { owner: 'monolith', phase: 'reading', attempt: { finished: true } } });
    expect(await world.until(world.orchestrator.cutover('reviews', { by: 'Ada' }))).toMatchObject({
      kind: 'switched',
      attempt: 2,
    });
    expect(await expire(1)).toBe('unchanged');
    expect(await expire(2)).toBe('unchanged');
    expect(await world.phase()).toBe('switched');
    await world.until(world.orchestrator.stop());
    expect(await expire(2)).toBe('unchanged');
  });

  test('stopped in the fence, it abandons before it ends', async () => {
    const fenced = Promise.withResolvers<void>();
    await using world = await leading(({ bridges, clock }) => ({
      bridges: bridges.map((bridge) => ({
        ...bridge,
        drain: async (_ref, _direction, signal) => {
          fenced.resolve();
          await clock.sleep(150, signal);
        },
      })),
    }));
    await world.reach('reading');
    const asked = world.orchestrator.cutover('reviews', { by: 'Ada' });
    await world.until(fenced.promise);
    await world.until(world.orchestrator.stop());
    expect(await asked).toMatchObject({ kind: 'abandoned', reason: 'The orchestrator was stopped.' });
    const last = (await world.store.journal({ context: 'reviews' })).at(-1);
    expect(last?.event).toBe('attempt-finished');
  });

  test('what it does not know, and what it may not do, are errors with a way out', async () => {
    await using world = await leading();
    await expect(world.orchestrator.cutover('nothing', { by: 'Ada' })).rejects.toMatchObject({
      code: 'CUTOVER_CONTEXT_UNKNOWN',
      hint: expect.stringMatching(/reviews, orders/) as unknown,
    });
    await world.until(world.orchestrator.stop());
    expect(world.orchestrator.leaseIsLive()).toBe(false);
    await expect(world.orchestrator.cutover('reviews', { by: 'Ada' })).rejects.toMatchObject({
      code: 'CUTOVER_NOT_LEADING',
    });
  });

  test('a context without a bridge is known and stays planned', async () => {
    await using world = await leading();
    await world.reach('reading');
    const status = await world.until(world.orchestrator.status());
    expect(status.contexts.find(({ context }) => context === 'orders')).toMatchObject({
      phase: 'planned',
      links: null,
      gates: [],
    });
    expect(status.lease).toEqual({ kind: 'held', epoch: 1 });
  });
});
