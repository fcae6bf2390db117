import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCommunities } from './communities.ts';
import { createGraphBuilder } from './weighted-graph.ts';

/** Cliques in a ring, each tied to the next by one edge: the answer is known. */
function ringOfCliques(cliques: number, size: number, numberOf: (node: number) => number) {
  const builder = createGraphBuilder(cliques * size);
  for (let clique = 0; clique < cliques; clique++) {
    for (let a = 0; a < size; a++) {
      for (let b = a + 1; b < size; b++) builder.add(numberOf(clique * size + a), numberOf(clique * size + b), 1);
    }
    builder.add(numberOf(clique * size), numberOf(((clique + 1) % cliques) * size + 1), 1);
  }
  return builder.build();
}

describe('communities', () => {
  test('cliques are found whatever the numbering', () => {
    const nodes = Array.from({ length: 30 }, (_, node) => node);
    fc.assert(
      fc.property(fc.shuffledSubarray(nodes, { minLength: 30 }), (order) => {
        const communities = findCommunities(
          ringOfCliques(6, 5, (node) => order[node]!),
          1,
        );
        for (let clique = 0; clique < 6; clique++) {
          const members = new Set(nodes.slice(clique * 5, clique * 5 + 5).map((node) => communities[order[node]!]));
          expect(members.size).toBe(1);
        }
        expect(new Set(communities).size).toBe(6);
      }),
    );
  });

  test('every community hangs together', () => {
    const edge = fc.tuple(fc.nat(39), fc.nat(39), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(
        fc.array(edge, { maxLength: 120 }),
        fc.double({ min: 0.2, max: 4, noNaN: true }),
        (edges, resolution) => {
          const builder = createGraphBuilder(40);
          for (const [a, b, weight] of edges) builder.add(a, b, weight);
          const graph = builder.build();
          const communities = findCommunities(graph, resolution);
          for (const id of new Set(communities)) {
            const members = communities.flatMap((own, node) => (own === id ? [node] : []));
            const reached = new Set([members[0]!]);
            for (const node of reached)
              for (const other of graph.neighbours[node]!.keys()) if (communities[other] === id) reached.add(other);
            expect(reached.size).toBe(members.length);
          }
        },
      ),
    );
  });

  test('a higher resolution gives no fewer', () => {
    const graph = ringOfCliques(8, 4, (node) => node);
    const counts = [0.1, 1, 6].map((resolution) => new Set(findCommunities(graph, resolution)).size);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts[0]).toBeLessThan(counts[2]!);
  });
});
