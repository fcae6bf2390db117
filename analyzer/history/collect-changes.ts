import type { Change } from '../facts/facts.ts';
import { compareText } from '../source/place.ts';

export interface ChangeCollector {
  /** One line of `git log --name-status`; a line that begins with U+0001 begins a commit: author, time. */
  line(line: string): void;
  finish(): { readonly changes: readonly Change[]; readonly commits: number };
}

/** A commit over more modules than this is a reformatting, a rename of everything, a first import: it ties nothing to anything. */
const massEdit = 40;

/**
 * Commits, newest first, as changes of today's modules. A module that was renamed is followed back to its older names; what is gone
 * today is left out.
 */
export function collectChanges(modules: { has(id: string): boolean }): ChangeCollector {
  const changes: Change[] = [];
  /** Today's name of a path as it was at the commit that is being read. */
  const today = new Map<string, string>();
  let commits = 0;
  let current:
    | {
        readonly author: string;
        readonly at: string;
        readonly paths: Set<string>;
        readonly renames: [string, string][];
      }
    | undefined;

  const nameOf = (path: string) => today.get(path) ?? path;
  const close = () => {
    if (current === undefined) return;
    const { author, at, paths, renames } = current;
    const units = [...new Set([...paths].map(nameOf))].filter((id) => modules.has(id)).sort(compareText);
    if (units.length > 0 && paths.size <= massEdit) changes.push({ units, authors: [author], at });
    const renamed = renames.map(([from, to]) => [from, nameOf(to)] as const);
    for (const [, to] of renames) today.delete(to);
    for (const [from, to] of renamed) today.set(from, to);
    current = undefined;
  };
  return {
    line(line) {
      if (line.startsWith('\u0001')) {
        close();
        commits++;
        const [, author = '', at = ''] = line.split('\u0001');
        current = {
          author,
          at: Number.isNaN(Date.parse(at)) ? at : new Date(at).toISOString(),
          paths: new Set(),
          renames: [],
        };
        return;
      }
      const [status = '', first, second] = line.split('\t');
      if (current === undefined || first === undefined) return;
      if (status.startsWith('R') && second !== undefined) {
        current.paths.add(second);
        current.renames.push([first, second]);
      } else current.paths.add(status.startsWith('C') && second !== undefined ? second : first);
    },
    finish() {
      close();
      return { changes, commits };
    },
  };
}
