import type { ManifestFault } from './parse-manifest.ts';

/**
 * Faults for a terminal: place, message, the line with a caret under the very key or value, hint. No colour.
 *
 *     overgrow.yaml:12:14: unknown context "catalgo"
 *       12 |     context: catalgo
 *          |              ^^^^^^^
 *       Did you mean "catalog"?
 */
export function renderFaults(faults: readonly ManifestFault[]): string {
  return faults.map(renderFault).join('\n\n');
}

function renderFault({ file, line, column, message, hint, excerpt }: ManifestFault): string {
  const number = String(line);
  const gutter = ' '.repeat(number.length);
  // A tab stays a tab, so that the caret stands under what it means.
  const before = excerpt.text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  const length = Math.max(1, Math.min(excerpt.length, excerpt.text.length - column + 1));
  return [
    `${file}:${number}:${column}: ${message}`,
    `  ${number} | ${excerpt.text}`,
    `  ${gutter} | ${before}${'^'.repeat(length)}`,
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ].join('\n');
}
