/** Who owns a path, by the rules of a CODEOWNERS file: the last pattern that matches counts. */
export type OwnersOf = (path: string) => readonly string[];

/** Text of a CODEOWNERS file → owners of paths. Patterns are those of .gitignore without negation; a line without owners takes them away. */
export function parseCodeOwners(text: string): OwnersOf {
  const rules = text.split(/\r?\n/).flatMap((line) => {
    const [pattern, ...owners] = line
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    return pattern === undefined || pattern === '' || pattern.startsWith('[')
      ? []
      : [{ matches: compilePattern(pattern), owners }];
  });
  return (path) => rules.findLast(({ matches }) => matches.test(path))?.owners ?? [];
}

function compilePattern(pattern: string): RegExp {
  const anchored = pattern.replace(/\/$/, '').includes('/');
  const source = pattern
    .replace(/^\//, '')
    .replace(/\/$/, '/**')
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*/g, (stars) => (stars === '**/' ? '(?:.*/)?' : stars === '**' ? '.*' : '[^/]*'));
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${source}(?:/.*)?$`);
}
