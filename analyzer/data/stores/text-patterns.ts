import type { ResolvedText } from '../../source/resolve-text.ts';

/** A text with `*` where only run time knows: `session:*`. */
export function patternOf(text: ResolvedText): string {
  return text
    .map((piece) => piece ?? '*')
    .join('')
    .replace(/\*+/g, '*');
}
