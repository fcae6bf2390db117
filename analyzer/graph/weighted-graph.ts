/** An undirected graph of weighted edges over nodes 0…n-1. Parallel edges add up. */
export interface WeightedGraph {
  readonly size: number;
  /** Neighbours with their weights, in ascending order of neighbour. */
  readonly neighbours: readonly ReadonlyMap<number, number>[];
  readonly degree: readonly number[];
  readonly totalWeight: number;
}

export interface GraphBuilder {
  add(a: number, b: number, weight: number): void;
  build(): WeightedGraph;
}

export function createGraphBuilder(size: number): GraphBuilder {
  const maps = Array.from({ length: size }, () => new Map<number, number>());
  return {
    add(a, b, weight) {
      if (a === b || weight <= 0) return;
      maps[a]?.set(b, (maps[a]?.get(b) ?? 0) + weight);
      maps[b]?.set(a, (maps[b]?.get(a) ?? 0) + weight);
    },
    build() {
      const neighbours = maps.map((map) => new Map([...map].sort(([a], [b]) => a - b)));
      const degree = neighbours.map((map) => sum(map.values()));
      return { size, neighbours, degree, totalWeight: sum(degree) / 2 };
    },
  };
}

/** Adds graphs of the same nodes, each scaled so that its total weight is `share`. */
export function combineGraphs(
  size: number,
  views: readonly { readonly graph: WeightedGraph; readonly share: number }[],
): WeightedGraph {
  const builder = createGraphBuilder(size);
  for (const { graph, share } of views) {
    if (graph.totalWeight === 0) continue;
    const scale = share / graph.totalWeight;
    graph.neighbours.forEach((map, node) => {
      for (const [other, weight] of map) if (node < other) builder.add(node, other, weight * scale);
    });
  }
  return builder.build();
}

/** The graph without some nodes: they stay in the numbering and lose their edges. */
export function withoutNodes(graph: WeightedGraph, removed: ReadonlySet<number>): WeightedGraph {
  const builder = createGraphBuilder(graph.size);
  graph.neighbours.forEach((map, node) => {
    for (const [other, weight] of map)
      if (node < other && !removed.has(node) && !removed.has(other)) builder.add(node, other, weight);
  });
  return builder.build();
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
