/** The side that may write a context; `none` during a fence. */
export type Owner = 'monolith' | 'service' | 'none';

/** Who owns one context. `epoch` counts flips; `scope` is `*` until ownership by tenant comes. */
export interface ContextOwner {
  readonly owner: Owner;
  readonly epoch: number;
  readonly scope: string;
}

export type OwnersResult =
  | { readonly kind: 'owners'; readonly owners: ReadonlyMap<string, ContextOwner> }
  /** The request did not come through the proxy. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed'; readonly reason: string };

const owners: ReadonlySet<string> = new Set<Owner>(['monolith', 'service', 'none']);

/** One pattern per rule of RFC 9651 §3 and §4.2 that this header uses; sticky, so that each is tried at one place only. */
const patterns = {
  key: /[a-z][a-z0-9-]*/y,
  token: /[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*/y,
  integer: /\d{1,15}(?![\d.])/y,
  string: /"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y,
  parameter: /; */y,
  comma: /[ \t]*,[ \t]*/y,
} as const;

/**
 * Strict decoder of `overgrow-owners`: the RFC 9651 dictionary `reviews=service;epoch=7;scope="*"`, one member a context.
 * Anything else than this shape is `malformed`, never a guess and never a throw: a wrong owner would write to the wrong side.
 */
export function readOwners(value: string | undefined): OwnersResult {
  if (value === undefined) return { kind: 'absent' };
  const text = value.replace(/^ +| +$/g, '');
  const found = new Map<string, ContextOwner>();
  let at = 0;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    at += match[0].length;
    return match[1] ?? match[0];
  };
  const malformed = (what: string): OwnersResult => ({ kind: 'malformed', reason: `${what} at character ${at + 1}` });

  while (at < text.length) {
    const context = take(patterns.key);
    if (context === undefined) return malformed('expected the name of a context');
    if (found.has(context)) return malformed(`the context ${context} stands twice`);
    if (!takeText('=')) return malformed(`expected = after ${context}`);
    const owner = take(patterns.token);
    if (owner === undefined || !isOwner(owner)) return malformed('expected monolith, service or none');
    let epoch: number | undefined;
    let scope: string | undefined;
    while (take(patterns.parameter) !== undefined) {
      const name = take(patterns.key);
      if (name === undefined || !takeText('=')) return malformed('expected a parameter with a value');
      if (name === 'epoch' && epoch === undefined) {
        const digits = take(patterns.integer);
        if (digits === undefined) return malformed('expected the epoch as an integer');
        epoch = Number(digits);
      } else if (name === 'scope' && scope === undefined) {
        const quoted = take(patterns.string);
        if (quoted === undefined) return malformed('expected the scope as a quoted string');
        scope = quoted.replace(/\\(.)/g, '$1');
      } else {
        return malformed(`the parameter ${name} is unknown or stands twice`);
      }
    }
    if (epoch === undefined) return malformed(`the epoch of ${context} is missing`);
    if (scope === undefined) return malformed(`the scope of ${context} is missing`);
    found.set(context, { owner, epoch, scope });
    if (at === text.length) break;
    if (take(patterns.comma) === undefined) return malformed('expected a comma');
    if (at === text.length) return malformed('expected a member after the comma');
  }
  return { kind: 'owners', owners: found };

  function takeText(expected: string): boolean {
    if (!text.startsWith(expected, at)) return false;
    at += expected.length;
    return true;
  }
}

const isOwner = (token: string): token is Owner => owners.has(token);
