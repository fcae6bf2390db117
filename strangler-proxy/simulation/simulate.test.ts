import { describe, expect, it } from 'vitest';
import { createExplainer } from '../routing/explain.ts';
import { routesOf } from '../test-support/route-fixtures.ts';
import { HeavyKeys } from './heavy-keys.ts';
import { createSimulation } from './simulate.ts';

const inForce = (owner: 'monolith' | 'service') => () => ({ owner, epoch: 1, ready: true, weight: null });
const today = createExplainer({ routes: [] }, () => undefined);
const request = (target: string, method = 'GET', address = '10.0.0.1') => ({
  method,
  target,
  host: undefined,
  address,
  status: 200,
});

describe('createSimulation', () => {
  it('counts what moves, by route and side; an open weight counts as its share', () => {
    const routes = routesOf(
      { name: 'account', matches: [{ path: { prefix: '/a' } }], weight: '25%' },
      { name: 'address', matches: [{ path: { prefix: '/b' } }], weight: '50%', sticky: 'address' },
    );
    const simulation = createSimulation(today, createExplainer({ routes }, inForce('monolith')));
    for (let index = 0; index < 100; index++) simulation.add(request('/a/1'));
    for (let index = 0; index < 200; index++) simulation.add(request('/b', 'GET', `10.0.1.${index}`));
    for (let index = 0; index < 10; index++) simulation.add(request('/a', 'POST'));
    simulation.add(request('/else'));
    simulation.add(request('/a/../b'));
    simulation.add(undefined);
    const { routes: counted, ...sums } = simulation.result();
    const [byAddress, byAccount, unmatched] = counted;
    expect(sums).toMatchObject({ lines: 313, unreadable: 1, refused: { 'the path has a dot segment': 1 } });
    expect(byAccount).toMatchObject({
      route: 'account',
      requests: 110,
      before: { monolith: 110 },
      after: { monolith: 85, s: 25 },
      moved: 25,
      hotKeys: [{ key: '10.0.0.1', count: 110 }],
    });
    expect(byAddress?.moved).toBe(byAddress?.after['s']);
    expect(byAddress?.moved).toBeGreaterThan(60);
    expect(byAddress?.moved).toBeLessThan(140);
    expect(unmatched).toMatchObject({ route: 'unmatched', moved: 0 });
    expect(sums.moved).toBe(25 + (byAddress?.moved ?? 0));
  });
  it('compares two manifests', () => {
    const routes = routesOf({ name: 'r', matches: [{ path: { prefix: '/a' } }] });
    const [old, now] = [
      createExplainer({ routes }, inForce('service')),
      createExplainer({ routes }, inForce('service')),
    ];
    const same = createSimulation(old, now);
    same.add(request('/a', 'POST'));
    expect(same.result()).toMatchObject({ moved: 0, routes: [{ before: { s: 1 }, after: { s: 1 } }] });
    const back = createSimulation(old, today);
    back.add(request('/a'));
    expect(back.result()).toMatchObject({
      moved: 1,
      routes: [{ route: 'unmatched', before: { s: 1 }, after: { monolith: 1 } }],
    });
  });
});

describe('HeavyKeys', () => {
  it('keeps what makes more than its share, in bounded memory', () => {
    const keys = new HeavyKeys(10);
    for (let index = 0; index < 1_000; index++) {
      keys.add(`rare-${index}`);
      if (index % 2 === 0) keys.add('hot');
    }
    expect(keys.top(1)[0]?.key).toBe('hot');
    expect(keys.top(100).length).toBeLessThanOrEqual(10);
  });
});
