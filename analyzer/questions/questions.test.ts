import { describe, expect, test } from 'vitest';
import type { Facts } from '../facts/facts.ts';
import { explainAccess, findCycles, findDependents, shortestPath } from './answers.ts';
import { moduleGraph } from './module-graph.ts';
import { renderDrawing, renderSteps } from './render-steps.ts';

const edge = (from: string, to: string, kind: 'import' | 'type' | 'call' = 'import') => ({
  from,
  to,
  kind,
  place: `${from.split('#')[0] ?? ''}:1`,
});
const facts: Facts = {
  version: 1,
  units: [
    ...['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts'].map((id) => ({ id })),
    ...['a.ts#get', 'b.ts#load', 'c.ts#query'].map((id) => ({ id, parent: id.split('#')[0] ?? '' })),
  ],
  dependencies: [
    edge('a.ts', 'b.ts'),
    edge('b.ts', 'c.ts'),
    edge('c.ts', 'a.ts'),
    edge('d.ts', 'a.ts'),
    edge('a.ts', 'd.ts', 'type'),
    edge('d.ts', 'e.ts'),
    edge('a.ts#get', 'b.ts#load', 'call'),
    edge('b.ts#load', 'c.ts#query', 'call'),
  ],
  entities: [{ id: 'public.loaves' }, { id: 'public.ovens' }],
  accesses: [{ unit: 'c.ts#query', entity: 'public.loaves', mode: 'read', place: 'c.ts:7' }],
  endpoints: [{ id: 'GET /loaves', units: ['a.ts#get', 'b.ts#load', 'c.ts#query'] }],
};

describe('questions to the facts', () => {
  const graph = moduleGraph(facts, { types: false });

  test('cycles are one shortest round each, and imports of types make none', () => {
    expect(findCycles(graph).map((round) => round.map(({ to }) => to))).toEqual([['b.ts', 'c.ts', 'a.ts']]);
    expect(findCycles(moduleGraph(facts, { types: true })).map((round) => round.length)).toEqual([2]);
  });

  test('a path is the shortest, or none', () => {
    expect(renderSteps(shortestPath(graph, ['d.ts'], (id) => id === 'c.ts') ?? [])).toBe(
      'd.ts\n  → a.ts  (d.ts:1)\n  → b.ts  (a.ts:1)\n  → c.ts  (b.ts:1)',
    );
    expect(shortestPath(graph, ['e.ts'], (id) => id === 'a.ts')).toBeUndefined();
  });

  test('dependents come nearest first', () => {
    expect(findDependents(graph, 'b.ts').map(({ from }) => from)).toEqual(['a.ts', 'c.ts', 'd.ts']);
  });

  test('why an endpoint reads a table', () => {
    const [reason] = explainAccess(facts, 'GET /loaves', 'public.loaves');
    expect(reason).toMatchObject({ mode: 'read', unit: 'c.ts#query', place: 'c.ts:7' });
    expect(reason?.steps.map(({ to }) => to)).toEqual(['b.ts#load', 'c.ts#query']);
    expect(explainAccess(facts, 'GET /loaves', 'public.ovens')).toEqual([]);
  });

  test('drawings', () => {
    const steps = findDependents(graph, 'e.ts').slice(0, 1);
    expect(renderDrawing(steps, 'dot')).toContain('"d.ts" -> "e.ts";');
    expect(renderDrawing(steps, 'mermaid')).toBe('flowchart LR\n  n0["d.ts"]\n  n1["e.ts"]\n  n0 --> n1');
  });
});
