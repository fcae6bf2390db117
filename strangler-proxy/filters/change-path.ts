import type { PathChange, RouteMatch } from '../config/proxy-config.ts';

/**
 * The path after a change, as Gateway API's HTTPPathModifier has it: a slash at the end of prefix or replacement is ignored,
 * and `/` as a replacement takes the prefix away. Canonical parts make a canonical path.
 */
export function changePath(path: string, match: RouteMatch, change: PathChange): string {
  if (change.kind === 'full') return change.value;
  const prefix = prefixOf(match);
  const replacement = withoutLastSlash(change.value);
  return `${replacement}${path.slice(prefix.length)}` || '/';
}

/** The prefix that a match has replaced, without a slash at its end; empty for every path. */
export function prefixOf({ path }: RouteMatch): string {
  return path.kind === 'prefix' ? withoutLastSlash(path.value) : '';
}

export function withoutLastSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
