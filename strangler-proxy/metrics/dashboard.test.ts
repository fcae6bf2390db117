import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTrafficMetrics } from './traffic-metrics.ts';

const file = new URL('../../docs/grafana/overgrow-proxy.json', import.meta.url);

describe('the Grafana dashboard', () => {
  it('names every metric of the proxy, and none that is not there, with labels that they have', async () => {
    const metrics = createTrafficMetrics({
      nowMs: () => 0,
      gate: () => ({ mode: 'open', held: 0, heldBytes: 0, unfinished: 0, heldByRoute: {}, attempts: [] }) as never,
      contexts: () => new Map([['c', { owner: 'monolith', epoch: 1, ready: true, weight: null }]]),
      upgradedOpen: () => 0,
    });
    metrics.statsFor('r', 'b').record(200, 1, 0);
    metrics.refused('ambiguous');
    metrics.retried('b');
    metrics.answered('r');
    metrics.accessLogDropped(1);
    const known = new Map<string, Set<string>>();
    for (const line of (await metrics.registry.metrics()).split('\n')) {
      const [, name, labels = ''] = /^(overgrow_\w+)(?:\{(.*)\})? /.exec(line) ?? [];
      if (name === undefined) continue;
      const all = known.get(name) ?? new Set();
      for (const [, label] of labels.matchAll(/(\w+)="/g)) all.add(label ?? '');
      known.set(name, all);
    }
    const text = readFileSync(file, 'utf8');
    const used = new Set([...text.matchAll(/overgrow_proxy_\w+/g)].map(([name]) => name));
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
    const families = new Set([...known.keys()].map((name) => name.replace(/_(?:bucket|sum|count)$/, '')));
    expect([...families].filter((family) => ![...used].some((name) => name.startsWith(family)))).toEqual([]);
    const labels = [...known.values()].flatMap((all) => [...all]);
    for (const [, grouped = ''] of text.matchAll(/by \(([^)]*)\)/g))
      for (const label of grouped.split(', ')) expect(labels).toContain(label);
  });
});
