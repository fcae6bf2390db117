import type { Facts } from '../facts/facts.ts';
import { isTelling, wordsOf } from '../source/vocabulary.ts';
import type { LeafEdge, Leaves } from './leaves.ts';

/** A sparse vector of weighted words. */
export type WordVector = ReadonlyMap<string, number>;

export interface WordOptions {
  readonly folders: boolean;
}

/**
 * The words of every leaf and entity: names first, vocabulary after, folders as one more kind of word. A word counts by its rarity
 * and by its lift: how much likelier than chance two leaves that share it depend on each other. Words of the trade (service, dto)
 * join files that have nothing to do with each other and lose their weight by it, in any language and any convention.
 */
export function wordVectors(
  facts: Facts,
  leaves: Leaves,
  edges: readonly LeafEdge[],
  entities: readonly string[],
  options: WordOptions,
): WordVector[] {
  const raw = leaves.ids.map((id) => leafWords(id, leaves, options));
  addEndpointWords(facts, leaves, raw);
  for (const entity of entities)
    raw.push(new Map(nameWords(entity.split('.').at(-1) ?? entity).map((word) => [word, 3])));

  const documents = new Map<string, number>();
  for (const words of raw) for (const word of words.keys()) documents.set(word, (documents.get(word) ?? 0) + 1);
  const lift = liftOf(raw, edges, documents, leaves.ids.length);
  return raw.map((words) => {
    const weighted = new Map<string, number>();
    for (const [word, count] of words) {
      const seen = documents.get(word) ?? 1;
      if (seen < 2 || seen > Math.max(8, raw.length * 0.4)) continue;
      weighted.set(word, Math.log1p(count) * Math.log(1 + raw.length / seen) * (lift.get(word) ?? 1));
    }
    return normalise(weighted);
  });
}

function leafWords(id: string, leaves: Leaves, { folders }: WordOptions): Map<string, number> {
  const words = new Map<string, number>();
  const add = (word: string, weight: number) => words.set(word, (words.get(word) ?? 0) + weight);
  const unit = leaves.units.get(id);
  const parts = (unit?.parent ?? id).split('/');
  const base = (parts.at(-1) ?? id).replace(/\.[^.]+$/, '');
  // A function that is placed by itself does not inherit the name of a file that holds several things.
  if (unit?.parent === undefined) for (const word of nameWords(base)) add(word, 3);
  for (const word of nameWords(unit?.name ?? '')) add(word, 2);
  for (const child of leaves.childrenOf.get(id) ?? [])
    for (const word of nameWords(leaves.units.get(child)?.name ?? '')) add(word, 1);
  (unit?.terms ?? []).forEach((term, rank) => add(term, 2 / (1 + rank / 8)));
  if (folders) parts.slice(0, -1).forEach((_, depth) => add(`/${parts.slice(0, depth + 1).join('/')}`, 3));
  if (folders) for (const part of parts.slice(0, -1)) for (const word of nameWords(part)) add(word, 2);
  return words;
}

function addEndpointWords(facts: Facts, leaves: Leaves, words: Map<string, number>[]): void {
  for (const endpoint of facts.endpoints ?? []) {
    const [handler] = endpoint.units ?? [];
    const leaf = handler === undefined ? undefined : leaves.leafOf(handler);
    const target = leaf === undefined ? undefined : words[leaf];
    if (target === undefined) continue;
    for (const word of resourceWords(endpoint.id)) target.set(word, (target.get(word) ?? 0) + 1);
  }
}

/** The words of a path without parameters, verbs and versions: `GET /api/v1/orders/:id` → order. */
export function resourceWords(endpoint: string): string[] {
  const path = endpoint.split(' ').at(-1) ?? '';
  const segments = path.split('/').filter((segment) => segment !== '' && !/^[:{*(]|^v\d+$|^api$/.test(segment));
  return segments.slice(0, 3).flatMap((segment) => nameWords(segment));
}

export function nameWords(name: string): string[] {
  return wordsOf(name).filter(isTelling);
}

function liftOf(
  words: readonly ReadonlyMap<string, number>[],
  edges: readonly LeafEdge[],
  documents: ReadonlyMap<string, number>,
  leaves: number,
): Map<string, number> {
  const linked = new Map<string, number>();
  const pairs = new Set(edges.map(({ from, to }) => (from < to ? `${from} ${to}` : `${to} ${from}`)));
  for (const pair of pairs) {
    const [a, b] = pair.split(' ').map(Number);
    const mine = words[a ?? 0];
    const theirs = words[b ?? 0];
    for (const word of mine?.keys() ?? [])
      if (theirs?.has(word) === true) linked.set(word, (linked.get(word) ?? 0) + 1);
  }
  const base = pairs.size / Math.max(1, (leaves * (leaves - 1)) / 2);
  const lift = new Map<string, number>();
  for (const [word, count] of documents) {
    const possible = (count * (count - 1)) / 2;
    const trust = 6;
    const rate = ((linked.get(word) ?? 0) + trust * base * 3) / (possible + trust);
    lift.set(word, base === 0 ? 1 : Math.min(2, Math.log1p(rate / base) / 2));
  }
  return lift;
}

export function normalise(vector: Map<string, number>): WordVector {
  let square = 0;
  for (const value of vector.values()) square += value * value;
  if (square === 0) return vector;
  const length = Math.sqrt(square);
  return new Map([...vector].map(([word, value]) => [word, value / length]));
}
