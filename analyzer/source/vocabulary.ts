const stopWords = new Set(
  (
    'a an and any app apps are args array as async await be bool boolean by call catch class config const constructor ctx ' +
    'data date default do dto else en err error errors export false file find first fn for from function get handler has id ids if ' +
    'import in index init input instanceof int interface into is it item items js json key keys last length let list ' +
    'map max message min module name new next no not null number object of on one options or out params parse path ' +
    'promise push query raw req request res resolve response result results return row rows run save send service ' +
    'set src start state status str string sum test text that the then this throw to trim true ts type types undefined ' +
    'unknown url use util utils val value values var void was where with controller repository model router route routes'
  ).split(' '),
);

/** `createOrderItem`, `order_items`, `HTTPServer` → lower-case words without plural endings. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z]+/)
    .map((word) => singular(word.toLowerCase()))
    .filter((word) => word.length > 2);
}

/** Words that say something about the domain, not about the trade. */
export function isTelling(word: string): boolean {
  return word.length > 2 && !stopWords.has(word);
}

/** The words of a module, most frequent first, ties by name. */
export function termsOf(identifiers: ReadonlyMap<string, number>, limit = 40): string[] {
  const counts = new Map<string, number>();
  for (const [name, count] of identifiers) {
    for (const word of wordsOf(name)) if (isTelling(word)) counts.set(word, (counts.get(word) ?? 0) + count);
  }
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([word]) => word);
}

export function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && /(?:ses|xes|zes|ches|shes)$/.test(word)) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}
