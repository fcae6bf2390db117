import type { SqlStatement } from './postgres-parser.ts';
import type { SqlParser } from './sql-parser.ts';
import { unknownName } from './unknown-name.ts';

/** A text in pieces: what is known, and `undefined` where only run time knows. */
export type HoledText = readonly (string | undefined)[];

export type FilledSql =
  | { readonly kind: 'parsed'; readonly statements: readonly SqlStatement[]; readonly text: string }
  | { readonly kind: 'failed'; readonly message: string };

const fillings = ['NULL', '', unknownName, `${unknownName} = NULL`, `AND NULL`, `SET ${unknownName} = NULL`] as const;

/** Finds words for the holes with which the text parses: first by what stands before each, then by trying. */
export function parseWithHoles(holed: HoledText, parser: SqlParser): FilledSql {
  const holes = holed.flatMap((piece, index) => (piece === undefined ? [index] : []));
  const attempt = (fill: (hole: number) => string, how: 'all' | 'first' = 'all'): FilledSql => {
    const text = holed.map((piece, index) => piece ?? fill(holes.indexOf(index))).join('');
    const whole = parser.parse(text, how);
    const finished = finish(text);
    // A guess on top of a guess is for the likeliest dialect only: others take nearly anything.
    const parsed = whole.kind === 'parsed' || finished === text ? whole : parser.parse(finished, 'first');
    return parsed.kind === 'parsed' ? { ...parsed, text } : parsed;
  };
  const guesses = holes.map((index) => guess(holed, index));
  const first = attempt((hole) => guesses[hole] ?? 'NULL');
  if (first.kind === 'parsed' || holes.length === 0) return first;
  for (const filling of fillings) {
    const tried = attempt(() => filling);
    if (tried.kind === 'parsed') return tried;
  }
  // One hole at a time, then pairs, around the guesses: enough for the texts that people write.
  for (const changed of combinations(holes.length)) {
    const tried = attempt((hole) => changed.get(hole) ?? guesses[hole] ?? 'NULL', 'first');
    if (tried.kind === 'parsed') return tried;
  }
  return first;
}

/** What a text ends with that goes on elsewhere: rows, conditions and columns that are added one by one. */
function finish(text: string): string {
  if (/\bvalues\s*$/i.test(text)) return `${text} (NULL)`;
  if (/\bset\s*$/i.test(text)) return `${text} ${unknownName} = NULL`;
  return /\b(?:where|and|or|limit|offset)\s*$/i.test(text) ? `${text} NULL` : text;
}

function* combinations(holes: number): Generator<ReadonlyMap<number, string>> {
  const most = Math.min(holes, 8);
  for (let hole = 0; hole < most; hole++) for (const filling of fillings) yield new Map([[hole, filling]]);
  for (let one = 0; one < most; one++) {
    for (let other = one + 1; other < most; other++) {
      for (const a of fillings)
        for (const b of fillings)
          yield new Map([
            [one, a],
            [other, b],
          ]);
    }
  }
}

function guess(holed: HoledText, index: number): string {
  const before = (holed[index - 1] ?? '').replace(/--[^\n]*$/gm, '').trimEnd();
  const after = holed[index + 1] ?? '';
  const glued = /[\w"$.]$/.test(holed[index - 1] ?? '');
  if (/\b(?:from|join|into|update|table|only|truncate)$/i.test(before)) return unknownName;
  if (/\b(?:from|join)\s*\($/i.test(before)) return `SELECT NULL FROM ${unknownName}`;
  if (glued && before.endsWith('$')) return '1';
  if (/\b(?:from|join|into|update|table)\s+["`]$/i.test(before)) return unknownName;
  if (glued) return 'x';
  if (/\b(?:order\s+by|group\s+by)$/i.test(before)) return '1';
  if (/\bset$/i.test(before)) return `${unknownName} = NULL`;
  if (before.endsWith("'") || /'[^']*$/.test(before.split(/''/).join(''))) return 'x';
  if (
    /(?:[=<>(,+\-*/|]|\b(?:in|and|or|not|where|on|having|limit|offset|values|select|like|ilike|returning|interval|then|else|when|between|by|any|distinct|is))$/i.test(
      before,
    )
  )
    return 'NULL';
  if (/^\s*(?:=|<|>|,|in\b|is\b|like\b|ilike\b)/i.test(after)) return unknownName;
  return '';
}
