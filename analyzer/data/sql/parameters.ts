import { unknownName } from './unknown-name.ts';

const strings = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\//;
const places = /\?+\d*|(?<![:\w\])])::?[A-Za-z_]\w*:?|(?<![\w@])@[A-Za-z_]\w*(?!\s*:?=)|(?<!\w)\$[A-Za-z_]\w*(?!\$)/;
const token = new RegExp(`${strings.source}|${places.source}`, 'g');

/**
 * Puts `NULL` where a value is given at run time (`?`, `?1`, `:name`, `@name`, `$name`) and an unknown name where a name is (Knex's and mysql's
 * `??`, Knex's `:name:`). Strings and comments stay.
 */
export function plainParameters(text: string): string {
  return text.replace(token, (found: string, at: number) => {
    // mysql spreads an array here: `IN ?`, `VALUES ?`.
    const value = /\b(?:in|values)\s*$/i.test(text.slice(Math.max(0, at - 12), at)) ? '(NULL)' : 'NULL';
    if (found === '??') return unknownName;
    if (found.startsWith('::')) return found;
    if (found.startsWith(':')) return found.endsWith(':') ? unknownName : value;
    return /^[?@$]/.test(found) ? value : found;
  });
}
