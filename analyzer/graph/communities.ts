import { createGraphBuilder, type WeightedGraph } from './weighted-graph.ts';

/**
 * Communities by modularity with a resolution (Reichardt and Bornholdt 2006), found by the moves of Louvain (Blondel et al.
 * 2008), with communities that fall apart cut into their connected parts before each aggregation, which is the guarantee that
 * Leiden (Traag et al. 2019) adds. Nodes are visited in order, so the same graph gives the same answer everywhere.
 */
export function findCommunities(graph: WeightedGraph, resolution: number): number[] {
  let level = graph;
  let selfWeights = Array.from({ length: graph.size }, () => 0);
  let membership = Array.from({ length: graph.size }, (_, node) => node);
  for (let round = 0; round < 30; round++) {
    const moved = connectedParts(level, moveNodes(level, selfWeights, resolution));
    const count = Math.max(-1, ...moved) + 1;
    if (count === level.size) break;
    membership = membership.map((community) => moved[community] ?? community);
    ({ level, selfWeights } = aggregate(level, selfWeights, moved, count));
  }
  return renumber(refine(graph, membership, resolution));
}

/** One pass of local moves over the original nodes, from the communities found. */
function refine(graph: WeightedGraph, membership: readonly number[], resolution: number): number[] {
  const none = Array.from({ length: graph.size }, () => 0);
  return connectedParts(graph, moveNodes(graph, none, resolution, membership));
}

function moveNodes(
  graph: WeightedGraph,
  selfWeights: readonly number[],
  resolution: number,
  start?: readonly number[],
): number[] {
  const community = start === undefined ? Array.from({ length: graph.size }, (_, node) => node) : [...start];
  const strength = graph.degree.map((degree, node) => degree + 2 * (selfWeights[node] ?? 0));
  const total = strength.reduce((sum, value) => sum + value, 0);
  if (total === 0) return community;
  const weightOf = new Map<number, number>();
  community.forEach((id, node) => weightOf.set(id, (weightOf.get(id) ?? 0) + (strength[node] ?? 0)));
  for (let pass = 0; pass < 40; pass++) {
    let moves = 0;
    for (let node = 0; node < graph.size; node++) {
      const own = community[node] ?? node;
      const mine = strength[node] ?? 0;
      if (mine === 0) continue;
      const links = new Map<number, number>([[own, 0]]);
      for (const [other, weight] of graph.neighbours[node] ?? []) {
        const id = community[other] ?? other;
        links.set(id, (links.get(id) ?? 0) + weight);
      }
      const gain = (id: number) =>
        (links.get(id) ?? 0) - (resolution * mine * ((weightOf.get(id) ?? 0) - (id === own ? mine : 0))) / total;
      let best = own;
      let bestGain = gain(own);
      for (const id of [...links.keys()].sort((a, b) => a - b)) {
        const value = gain(id);
        if (value > bestGain + 1e-9) [best, bestGain] = [id, value];
      }
      if (best === own) continue;
      weightOf.set(own, (weightOf.get(own) ?? 0) - mine);
      weightOf.set(best, (weightOf.get(best) ?? 0) + mine);
      community[node] = best;
      moves += 1;
    }
    if (moves === 0) break;
  }
  return community;
}

function aggregate(graph: WeightedGraph, selfWeights: readonly number[], community: readonly number[], count: number) {
  const builder = createGraphBuilder(count);
  const inner = Array.from({ length: count }, () => 0);
  graph.neighbours.forEach((map, node) => {
    const id = community[node] ?? 0;
    inner[id] = (inner[id] ?? 0) + (selfWeights[node] ?? 0);
    for (const [other, weight] of map) {
      if (node >= other) continue;
      const otherId = community[other] ?? 0;
      if (id === otherId) inner[id] = (inner[id] ?? 0) + weight;
      else builder.add(id, otherId, weight);
    }
  });
  return { level: builder.build(), selfWeights: inner };
}

/** Cuts each community into its connected parts and numbers them from 0 in the order of their first node. */
function connectedParts(graph: WeightedGraph, community: readonly number[]): number[] {
  const part = Array.from({ length: graph.size }, () => -1);
  let next = 0;
  for (let start = 0; start < graph.size; start++) {
    if (part[start] !== -1) continue;
    const pending = [start];
    part[start] = next;
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      for (const other of graph.neighbours[node]?.keys() ?? []) {
        if (part[other] !== -1 || community[other] !== community[start]) continue;
        part[other] = next;
        pending.push(other);
      }
    }
    next += 1;
  }
  return part;
}

function renumber(community: readonly number[]): number[] {
  const numbers = new Map<number, number>();
  return community.map((id) => {
    const known = numbers.get(id) ?? numbers.size;
    numbers.set(id, known);
    return known;
  });
}
