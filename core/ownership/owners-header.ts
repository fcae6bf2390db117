import { isInnerList, parseDictionary, serializeDictionary, Token, type Item } from 'structured-headers';
import type { ContextScope, Owner } from './ownership.ts';

/** The request header by which ownership travels with a request. The proxy strips what clients send and stamps its own. */
export const ownersHeaderName = 'overgrow-owners';

/** Who owns a context, as one request was admitted under it. */
export interface ContextOwner extends ContextScope {
  readonly owner: Owner;
  /** Counts flips, 0…999,999,999,999,999 (the integers of RFC 9651). */
  readonly epoch: number;
}

export type DecodedOwners =
  | { readonly kind: 'owners'; readonly owners: ReadonlyMap<string, ContextOwner> }
  /** The request carries no such header: it did not come through the proxy. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed'; readonly reason: string };

const owners: ReadonlySet<string> = new Set<Owner>(['monolith', 'service', 'none']);
const maxEpoch = 999_999_999_999_999;
/** A context name as the manifest has it: narrower than a key of RFC 9651. */
const contextName = /^[a-z][a-z0-9-]*$/;
const quoted = /"(?:[^"\\]|\\.)*"/g;

/**
 * One dictionary member a context, by name, ascending: `catalog=service;epoch=7;scope="*", reviews=monolith;epoch=3;scope="*"`.
 * Only what `decodeOwners` reads is written. @throws RangeError for a name, epoch or scope that the header cannot carry.
 */
export function encodeOwners(entries: Iterable<ContextOwner>): string {
  const members = new Map<string, Item>();
  for (const { context, owner, epoch, scope } of [...entries].toSorted(byContext)) {
    if (!contextName.test(context)) throw new RangeError(`a context can't be named ${JSON.stringify(context)}`);
    if (members.has(context)) throw new RangeError(`the context ${context} has two owners`);
    if (!Number.isInteger(epoch) || epoch < 0 || epoch > maxEpoch) {
      throw new RangeError(`an epoch is an integer from 0 to ${maxEpoch}, not ${epoch}`);
    }
    if (!/^[\x20-\x7e]*$/.test(scope)) throw new RangeError(`a scope is printable ASCII, not ${JSON.stringify(scope)}`);
    const parameters = new Map<string, number | string>([
      ['epoch', epoch],
      ['scope', scope],
    ]);
    members.set(context, [new Token(owner), parameters]);
  }
  return serializeDictionary(members);
}

/**
 * Reads the header's value (several field lines joined by `, `, RFC 9110 §5.3). Strict: the grammar is RFC 9651 §4.2, and
 * beyond it a context or parameter that stands twice, is missing or is unknown makes the whole value `malformed`, because a
 * wrong guess would write to the wrong side. Never throws. Vectors: `owners-header.vectors.json`.
 */
export function decodeOwners(value: string | undefined): DecodedOwners {
  if (value === undefined) return { kind: 'absent' };
  let dictionary: ReturnType<typeof parseDictionary>;
  try {
    dictionary = parseDictionary(value);
  } catch (error) {
    return malformed(`no dictionary of RFC 9651: ${(error as Error).message}`);
  }
  // The dictionary keeps the last of two members and reads 1.0 as 1. The text, known to be well-formed now and with its
  // strings emptied, shows what it hides.
  const text = value.replace(quoted, '""').trim();
  const members = text === '' ? [] : text.split(',');
  if (members.length !== dictionary.size) return malformed('a context stands twice');
  for (const member of members) {
    const parameters = member
      .split(';')
      .slice(1)
      .map((parameter) => parameter.trim());
    const [epochs, scopes] = [/^epoch=\d{1,15}$/, /^scope=""$/].map(
      (pattern) => parameters.filter((parameter) => pattern.test(parameter)).length,
    );
    if (epochs !== 1 || scopes !== 1 || parameters.length !== 2) {
      return malformed('each context needs one epoch (an integer from 0), one scope (a string), and nothing else');
    }
  }

  const found = new Map<string, ContextOwner>();
  for (const [context, member] of dictionary) {
    if (!contextName.test(context)) return malformed(`${context} can't be the name of a context`);
    if (isInnerList(member)) return malformed(`${context} has a list where its owner should stand`);
    const [owner, parameters] = member;
    const epoch = parameters.get('epoch');
    const scope = parameters.get('scope');
    if (!(owner instanceof Token) || !isOwner(owner.toString())) {
      return malformed(`the owner of ${context} is not one of the tokens monolith, service, none`);
    }
    if (typeof epoch !== 'number' || typeof scope !== 'string') return malformed(`${context} lacks epoch or scope`);
    found.set(context, { context, owner: owner.toString() as Owner, epoch, scope });
  }
  return { kind: 'owners', owners: found };
}

const malformed = (reason: string): DecodedOwners => ({ kind: 'malformed', reason });
const isOwner = (text: string): text is Owner => owners.has(text);
const byContext = (left: ContextOwner, right: ContextOwner) =>
  left.context < right.context ? -1 : Number(left.context > right.context);
