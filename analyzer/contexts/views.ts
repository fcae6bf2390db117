import type { Facts } from '../facts/facts.ts';
import { createGraphBuilder, type WeightedGraph } from '../graph/weighted-graph.ts';
import { compareText } from '../source/place.ts';
import type { LeafAccess, LeafEdge, Leaves } from './leaves.ts';
import { normalise, type WordVector } from './words.ts';

const kindWeight: Readonly<Record<LeafEdge['kind'], number>> = {
  import: 1,
  type: 0.4,
  call: 1,
  inherit: 2,
  inject: 2,
  event: 0.5,
};

/** Each edge divided by the square root of how often its target is used: what everyone uses says little about anyone. */
export function importView(size: number, edges: readonly LeafEdge[]): WeightedGraph {
  const users = new Map<number, Set<number>>();
  for (const { from, to } of edges) users.set(to, (users.get(to) ?? new Set<number>()).add(from));
  const builder = createGraphBuilder(size);
  for (const { from, to, kind, count } of edges) {
    builder.add(from, to, (kindWeight[kind] * (1 + Math.log(count))) / Math.sqrt(users.get(to)?.size ?? 1));
  }
  return builder.build();
}

/** Writers stand closer to an entity than readers; an entity that everyone touches and a unit that touches everything say little. */
export function dataView(
  size: number,
  facts: Facts,
  leaves: Leaves,
  accesses: readonly LeafAccess[],
  entities: ReadonlyMap<string, number>,
): WeightedGraph {
  const builder = createGraphBuilder(size);
  const node = (entity: string): number | undefined => {
    const index = entities.get(entity);
    return index === undefined ? undefined : leaves.ids.length + index;
  };
  const users = new Map<string, Set<number>>();
  const used = new Map<number, Set<string>>();
  for (const { leaf, entity } of accesses) {
    users.set(entity, (users.get(entity) ?? new Set<number>()).add(leaf));
    used.set(leaf, (used.get(leaf) ?? new Set<string>()).add(entity));
  }
  for (const { leaf, entity, mode, count } of accesses) {
    const at = node(entity);
    const damping = Math.sqrt((users.get(entity)?.size ?? 1) * (used.get(leaf)?.size ?? 1));
    if (at !== undefined) builder.add(leaf, at, ((mode === 'write' ? 3 : 1) * (1 + Math.log(count) / 2)) / damping);
  }
  const referenced = new Map<string, number>();
  for (const entity of facts.entities ?? [])
    for (const target of entity.references ?? []) referenced.set(target, (referenced.get(target) ?? 0) + 1);
  for (const entity of facts.entities ?? []) {
    const from = node(entity.id);
    for (const target of entity.references ?? []) {
      const to = node(target);
      if (from !== undefined && to !== undefined) builder.add(from, to, 0.8 / (referenced.get(target) ?? 1));
    }
  }
  addSequences(facts, node, builder);
  return builder.build();
}

/** Entities that one endpoint uses belong together, the less the more it uses. */
function addSequences(
  facts: Facts,
  node: (entity: string) => number | undefined,
  builder: ReturnType<typeof createGraphBuilder>,
): void {
  for (const endpoint of facts.endpoints ?? []) {
    for (const sequence of endpoint.sequences ?? []) {
      const nodes = [...new Set(sequence.map(([, entity]) => node(entity)))]
        .filter((at): at is number => at !== undefined)
        .sort((a, b) => a - b);
      nodes.forEach((a, index) => {
        for (const b of nodes.slice(index + 1)) builder.add(a, b, 1 / nodes.length);
      });
    }
  }
}

/** Nearest neighbours by words, after the words of each leaf were mixed with those of what it depends on. */
export function wordView(
  size: number,
  vectors: readonly WordVector[],
  structure: WeightedGraph,
  neighbours = 8,
): WeightedGraph {
  const smooth = vectors.map((vector, node) =>
    mixed(vector, vectors, structure.neighbours[node] ?? new Map(), structure.degree[node] ?? 0),
  );
  const postings = new Map<string, { readonly nodes: number[]; readonly weights: number[] }>();
  smooth.forEach((vector, node) => {
    for (const [word, weight] of vector) {
      const posting = postings.get(word) ?? { nodes: [], weights: [] };
      posting.nodes.push(node);
      posting.weights.push(weight);
      postings.set(word, posting);
    }
  });
  const builder = createGraphBuilder(size);
  // One array for all nodes, cleared by what was touched: this is the inner loop of the whole decomposition.
  const scores = new Float64Array(size);
  smooth.forEach((vector, node) => {
    const touched: number[] = [];
    const common: (readonly [string, number])[] = [];
    for (const [word, weight] of vector) {
      const posting = postings.get(word);
      if (posting === undefined) continue;
      if (posting.nodes.length > commonWord) {
        common.push([word, weight]);
        continue;
      }
      posting.nodes.forEach((other, index) => {
        if (scores[other] === 0) touched.push(other);
        scores[other] = (scores[other] ?? 0) + weight * (posting.weights[index] ?? 0);
      });
    }
    for (const [word, weight] of common)
      for (const other of touched) scores[other] = (scores[other] ?? 0) + weight * (smooth[other]?.get(word) ?? 0);
    const nearest = touched
      .filter((other) => other !== node && (scores[other] ?? 0) > 0.08)
      .sort((x, y) => (scores[y] ?? 0) - (scores[x] ?? 0) || x - y);
    for (const other of nearest.slice(0, neighbours)) builder.add(node, other, (scores[other] ?? 0) ** 2);
    for (const other of touched) scores[other] = 0;
  });
  return builder.build();
}

/**
 * A word that more leaves than this have in common adds to the likeness of those that share a rarer one, and makes no neighbours by
 * itself: else the cost would grow with the square of the repository.
 */
const commonWord = 300;

const longestVector = 64;

function mixed(
  own: WordVector,
  vectors: readonly WordVector[],
  neighbours: ReadonlyMap<number, number>,
  degree: number,
): WordVector {
  const words = new Map(own);
  for (const [other, weight] of neighbours) {
    const share = (0.8 * weight) / Math.max(degree, 1e-9);
    for (const [word, value] of vectors[other] ?? []) words.set(word, (words.get(word) ?? 0) + share * value);
  }
  const kept = [...words].sort(([a, x], [b, y]) => y - x || compareText(a, b)).slice(0, longestVector);
  return normalise(new Map(kept));
}

/** Ties of one file to others of its folder. */
const mostTies = 80;

/**
 * Files of one folder belong together as far as the folder holds together: by how much likelier its files depend on each other than
 * any two files do. A folder of all controllers ties nothing.
 */
export function folderView(size: number, leaves: Leaves, edges: readonly LeafEdge[]): WeightedGraph {
  const folders = new Map<string, number[]>();
  const folderOf = leaves.ids.map((id) => {
    const path = leaves.units.get(id)?.parent ?? id;
    return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  });
  folderOf.forEach((folder, leaf) => {
    if (folder === '') return;
    const members = folders.get(folder);
    if (members === undefined) folders.set(folder, [leaf]);
    else members.push(leaf);
  });
  const linked = new Map<string, number>();
  const pairs = new Set(edges.map(({ from, to }) => (from < to ? `${from} ${to}` : `${to} ${from}`)));
  for (const pair of pairs) {
    const [a, b] = pair.split(' ').map(Number);
    const folder = folderOf[a ?? 0];
    if (folder !== undefined && folder !== '' && folder === folderOf[b ?? 0])
      linked.set(folder, (linked.get(folder) ?? 0) + 1);
  }
  const base = pairs.size / Math.max(1, (leaves.ids.length * (leaves.ids.length - 1)) / 2);
  const builder = createGraphBuilder(size);
  for (const [folder, members] of folders) {
    const rate = (linked.get(folder) ?? 0) / Math.max(1, (members.length * (members.length - 1)) / 2);
    const weight = base === 0 ? 1 : Math.min(2, Math.log1p(rate / base) / 2);
    // In a large folder each file is tied to the next ones round the list, as strongly in sum as to all.
    const reach = Math.min(members.length - 1, mostTies);
    const tie = weight / Math.max(1, reach);
    members.forEach((a, index) => {
      if (reach === members.length - 1)
        for (let at = index + 1; at < members.length; at++) builder.add(a, members[at] ?? a, tie);
      else
        for (let step = 1; step <= reach / 2; step++)
          builder.add(a, members[(index + step) % members.length] ?? a, tie);
    });
  }
  return builder.build();
}
