import { nameWords, resourceWords } from './words.ts';

export interface NameEvidence {
  readonly units: readonly { readonly id: string; readonly name: string | undefined }[];
  readonly entities: readonly { readonly id: string; readonly written: boolean }[];
  readonly endpoints: readonly string[];
}

/**
 * A name for each context: the word that its tables, paths and files share and other contexts lack. Written as it stands in the
 * source (`orders`, not `order`), unique, and never a number alone.
 */
export function nameContexts(contexts: readonly NameEvidence[], options: { readonly folders: boolean }): string[] {
  const scores = contexts.map((context) => scoreWords(context, options));
  const spread = new Map<string, number>();
  for (const words of scores) {
    const total = [...words.values()].reduce((sum, value) => sum + value, 0);
    for (const [word, value] of words) spread.set(word, (spread.get(word) ?? 0) + value / Math.max(1, total));
  }
  const taken = new Set<string>();
  const order = contexts.map((_, index) => index).sort((a, b) => strength(scores[b]) - strength(scores[a]) || a - b);
  const names: string[] = [];
  for (const index of order) {
    const words = scores[index] ?? new Map<string, number>();
    const total = [...words.values()].reduce((sum, value) => sum + value, 0);
    const ranked = [...words]
      .map(([word, value]) => ({ word, score: value * (value / Math.max(1, total) / (spread.get(word) ?? 1)) }))
      .sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1));
    const spelled = spelling(contexts[index]);
    const free = ranked.find(({ word }) => !taken.has(word));
    const word = free?.word ?? 'rest';
    let name = spelled.get(word) ?? word;
    for (let number = 2; names.includes(name); number++) name = `${spelled.get(word) ?? word}-${number}`;
    taken.add(word);
    names[index] = name;
  }
  return names;
}

function strength(words: ReadonlyMap<string, number> | undefined): number {
  return Math.max(0, ...(words?.values() ?? []));
}

function scoreWords(
  { units, entities, endpoints }: NameEvidence,
  { folders }: { readonly folders: boolean },
): Map<string, number> {
  const scores = new Map<string, number>();
  const add = (words: readonly string[], weight: number) => {
    words.forEach((word) => scores.set(word, (scores.get(word) ?? 0) + weight / Math.sqrt(words.length)));
  };
  const perUnit = 6 / Math.max(1, units.length);
  for (const { id, name } of units) {
    const path = id.replace(/#.*$/, '').split('/');
    add(nameWords(name ?? ''), perUnit * 2);
    if (folders)
      path.slice(0, -1).forEach((part, depth) => add(nameWords(part), (perUnit * 2 * (depth + 1)) / path.length));
  }
  for (const { id, written } of entities)
    add(nameWords(id.split('.').at(-1) ?? id), ((written ? 3 : 1) * 4) / Math.max(2, entities.length));
  for (const endpoint of endpoints) add(resourceWords(endpoint).slice(0, 1), 6 / Math.max(2, endpoints.length));
  return scores;
}

/** Each word as it is written most often: tables and folders are mostly plural. */
function spelling(context: NameEvidence | undefined): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  const see = (text: string, weight: number) => {
    for (const raw of text.replace(/([a-z\d])([A-Z])/g, '$1 $2').split(/[^A-Za-z]+/)) {
      const [word] = nameWords(raw);
      if (word === undefined || raw === '') continue;
      const forms = counts.get(word) ?? new Map<string, number>();
      counts.set(word, forms.set(raw.toLowerCase(), (forms.get(raw.toLowerCase()) ?? 0) + weight));
    }
  };
  for (const { id } of context?.entities ?? []) see(id.split('.').at(-1) ?? id, 2);
  for (const endpoint of context?.endpoints ?? []) see(endpoint, 1);
  for (const { id } of context?.units ?? []) see(id.replace(/\.\w+$/, ''), 0.5);
  return new Map(
    [...counts].map(([word, forms]) => [
      word,
      [...forms].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? word,
    ]),
  );
}
