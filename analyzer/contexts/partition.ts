import type { Facts } from '../facts/facts.ts';
import { findCommunities } from '../graph/communities.ts';
import { combineGraphs, withoutNodes, type WeightedGraph } from '../graph/weighted-graph.ts';
import { findKernel, type KernelMember } from './kernel.ts';
import { leafAccesses, leafEdges, type LeafAccess, type LeafEdge, type Leaves } from './leaves.ts';
import { dataView, folderView, importView, wordView } from './views.ts';
import { wordVectors } from './words.ts';

export interface PartitionOptions {
  /** The number of contexts; chosen by the evidence when absent. */
  readonly contexts?: number;
  readonly folders: boolean;
}

/** Which context each leaf is in, before entities are given to their writers. */
export interface Partition {
  readonly leaves: Leaves;
  readonly edges: readonly LeafEdge[];
  readonly accesses: readonly LeafAccess[];
  readonly entities: readonly string[];
  /** Context of each leaf, -1 in the shared kernel; then of each entity. */
  readonly contextOf: readonly number[];
  readonly kernel: readonly KernelMember[];
}

/** How much each view counts, as its share of the total weight. */
const shares = { imports: 1, data: 1.2, words: 1, folders: 0.75 } as const;
/**
 * Above 1, because bounded contexts are smaller than the communities of plain modularity. Chosen by the mean agreement with the module
 * folders of public applications, folder names unseen.
 */
const usualResolution = 2.5;

/** Combines the views and cuts the graph; the shared kernel is found over the first cut and taken out before the second. */
export function partition(facts: Facts, leaves: Leaves, options: PartitionOptions): Partition {
  const edges = leafEdges(facts, leaves);
  const accesses = leafAccesses(facts, leaves);
  const entities = (facts.entities ?? []).map((entity) => entity.id);
  const entityIndex = new Map(entities.map((id, index) => [id, index]));
  const size = leaves.ids.length + entities.length;
  const structure = importView(size, edges);
  const data = dataView(size, facts, leaves, accesses, entityIndex);
  const tied = combineGraphs(size, [
    { graph: structure, share: 1 },
    { graph: data, share: data.totalWeight > 0 ? 1 : 0 },
  ]);
  const words = wordView(size, wordVectors(facts, leaves, edges, entities, options), tied);
  const graph = combineGraphs(size, [
    { graph: structure, share: shares.imports },
    { graph: data, share: shares.data },
    { graph: words, share: shares.words },
    ...(options.folders ? [{ graph: folderView(size, leaves, edges), share: shares.folders }] : []),
  ]);

  const first = cut(graph, leaves.ids.length, new Set(), options.contexts);
  const kernel = findKernel({ leaves, edges, accesses, contextOf: first, endpoints: handledEndpoints(facts, leaves) });
  const kernelNodes = new Set(kernel.map((member) => member.leaf));
  const contextOf = cut(withoutNodes(graph, kernelNodes), leaves.ids.length, kernelNodes, options.contexts);
  return { leaves, edges, accesses, entities, contextOf, kernel };
}

/** How many endpoints each leaf handles. */
function handledEndpoints(facts: Facts, leaves: Leaves): ReadonlyMap<number, number> {
  const handled = new Map<number, number>();
  for (const endpoint of facts.endpoints ?? []) {
    const [handler] = endpoint.units ?? [];
    const leaf = handler === undefined ? undefined : leaves.leafOf(handler);
    if (leaf !== undefined) handled.set(leaf, (handled.get(leaf) ?? 0) + 1);
  }
  return handled;
}

/** Communities of leaves and entities; small ones join the neighbour they are tied to most. Kernel nodes are -1. */
function cut(
  graph: WeightedGraph,
  leafCount: number,
  kernel: ReadonlySet<number>,
  wanted: number | undefined,
): number[] {
  const at = (resolution: number) => mergeSmall(graph, findCommunities(graph, resolution), leafCount, kernel);
  if (wanted === undefined) return at(usualResolution);
  let best = at(usualResolution);
  let low: number = usualResolution;
  let high = 40;
  for (let step = 0; step < 14 && countOf(best) < wanted; step++) {
    const middle = Math.sqrt(low * high);
    const found = at(middle);
    if (countOf(found) >= wanted) best = found;
    if (countOf(found) < wanted) low = middle;
    else high = middle;
  }
  return mergeDown(graph, best, wanted);
}

function countOf(contextOf: readonly number[]): number {
  return new Set(contextOf.filter((id) => id >= 0)).size;
}

/** Fewer than three leaves, or less than a fiftieth of what an even cut would give, is a fragment and no context. */
function mergeSmall(
  graph: WeightedGraph,
  communities: readonly number[],
  leafCount: number,
  kernel: ReadonlySet<number>,
): number[] {
  const contextOf = communities.map((id, node) => (kernel.has(node) ? -1 : id));
  const members = new Map<number, number[]>();
  contextOf.forEach((id, node) => {
    if (id < 0) return;
    const list = members.get(id);
    if (list === undefined) members.set(id, [node]);
    else list.push(node);
  });
  const sizeOf = (nodes: readonly number[]) => nodes.reduce((sum, node) => sum + (node < leafCount ? 1 : 0.5), 0);
  const sizes = new Map([...members].map(([id, nodes]) => [id, sizeOf(nodes)]));
  const small = new Set([...sizes].filter(([, size]) => size < 3).map(([id]) => id));
  while (small.size > 0) {
    const [id] = [...small].sort((a, b) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0) || a - b);
    if (id === undefined) break;
    small.delete(id);
    const own = members.get(id) ?? [];
    // Who has no tie now gets none later: what it is tied to only changes its name.
    const target = closest(graph, contextOf, own);
    if (target === undefined) continue;
    for (const node of own) contextOf[node] = target;
    const joined = members.get(target) ?? [];
    for (const node of own) joined.push(node);
    members.delete(id);
    const size = (sizes.get(target) ?? 0) + (sizes.get(id) ?? 0);
    sizes.set(target, size);
    if (size >= 3) small.delete(target);
  }
  return renumber(gatherLoose(contextOf, graph));
}

/** Nodes without any tie are one group, not a swarm of single ones. */
function gatherLoose(contextOf: number[], graph: WeightedGraph): number[] {
  const loose = contextOf.map((id, node) => id >= 0 && graph.degree[node] === 0);
  const first = loose.indexOf(true);
  const home = first === -1 ? undefined : contextOf[first];
  return contextOf.map((id, node) => (loose[node] === true && home !== undefined ? home : id));
}

/** The context that nodes of one context are tied to most. */
function closest(graph: WeightedGraph, contextOf: readonly number[], nodes: readonly number[]): number | undefined {
  const ties = new Map<number, number>();
  for (const node of nodes) {
    for (const [other, weight] of graph.neighbours[node] ?? []) {
      const target = contextOf[other] ?? -1;
      if (target >= 0 && target !== contextOf[node]) ties.set(target, (ties.get(target) ?? 0) + weight);
    }
  }
  return [...ties].sort(([a, x], [b, y]) => y - x || a - b)[0]?.[0];
}

/** Joins the two contexts with the strongest tie for their size until there are as many as wanted. */
function mergeDown(graph: WeightedGraph, start: readonly number[], wanted: number): number[] {
  let contextOf = [...start];
  while (countOf(contextOf) > Math.max(1, wanted)) {
    const ties = new Map<string, number>();
    const weight = new Map<number, number>();
    graph.neighbours.forEach((map, node) => {
      const own = contextOf[node] ?? -1;
      if (own < 0) return;
      weight.set(own, (weight.get(own) ?? 0) + (graph.degree[node] ?? 0));
      for (const [other, value] of map) {
        const theirs = contextOf[other] ?? -1;
        if (theirs > own) ties.set(`${own} ${theirs}`, (ties.get(`${own} ${theirs}`) ?? 0) + value);
      }
    });
    const ids = [...new Set(contextOf.filter((id) => id >= 0))].sort((a, b) => a - b);
    const pairs = ids.flatMap((a) =>
      ids
        .filter((b) => b > a)
        .map((b) => ({
          a,
          b,
          tie:
            (ties.get(`${a} ${b}`) ?? 0) -
            (usualResolution * (weight.get(a) ?? 0) * (weight.get(b) ?? 0)) / (2 * graph.totalWeight),
        })),
    );
    const strongest = pairs.sort((x, y) => y.tie - x.tie || x.a - y.a || x.b - y.b)[0];
    if (strongest === undefined) break;
    contextOf = contextOf.map((id) => (id === strongest.b ? strongest.a : id));
  }
  return renumber(contextOf);
}

function renumber(contextOf: readonly number[]): number[] {
  const numbers = new Map<number, number>();
  return contextOf.map((id) => {
    if (id < 0) return -1;
    const known = numbers.get(id) ?? numbers.size;
    numbers.set(id, known);
    return known;
  });
}
