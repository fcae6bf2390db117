import { RE2JS, RE2JSException } from 're2js';

/** A regular expression that is matched in time linear in the text, whatever the text: RE2, so without backtracking. */
export interface LinearRegex {
  readonly pattern: string;
  /** Whether the whole text matches. */
  matches(text: string): boolean;
}

export type LinearRegexOutcome =
  | { readonly kind: 'regex'; readonly regex: LinearRegex }
  | { readonly kind: 'fault'; readonly message: string };

/** Instructions of a compiled expression: the factor of its linear time. */
const maxProgramSize = 2_000;

/**
 * Compiles RE2 syntax (https://github.com/google/re2/wiki/Syntax): no look-around, no back-references. An expression that
 * compiles into more than 2,000 instructions is refused, since each octet of a request could cost as many steps.
 */
export function compileLinearRegex(pattern: string): LinearRegexOutcome {
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > maxProgramSize)
      return { kind: 'fault', message: 'the regular expression is too large' };
    return { kind: 'regex', regex: { pattern, matches: (text) => compiled.testExact(text) } };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = error.message.replace(/^error parsing regexp: /, '');
    return { kind: 'fault', message: `not a regular expression of RE2: ${reason}` };
  }
}
