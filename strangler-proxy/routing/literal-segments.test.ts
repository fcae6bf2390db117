import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalSegments } from './literal-segments.ts';

describe('literalSegments', () => {
  it.each([
    ['/users/[0-9]+', ['users']],
    ['^/users/[0-9]+$', ['users']],
    ['/users', ['users']],
    ['/users$', ['users']],
    ['/users(/.*)?', ['users']],
    ['/users(?:/.*)?$', ['users']],
    ['/users(/|x)?', []],
    ['/users(/a)?b', []],
    ['/users.*', []],
    ['/users/?', []],
    ['/a/bc?', ['a']],
    ['/a/b+', ['a']],
    ['/a/b{2}', ['a']],
    ['/a\\.b/c/.*', ['a.b', 'c']],
    ['/a/\\d+', ['a']],
    ['/a|/b', []],
    ['/a/(b|c)', ['a']],
    ['/a/[|]x', ['a']],
    ['(?i)/a', []],
    ['\\Q/a|b\\E', []],
    ['.*', []],
    ['/a/[]|]/b', []],
  ])('%s', (pattern, segments) => expect(literalSegments(pattern)).toEqual(segments));

  it('names only segments with which every match begins', () => {
    const piece = fc.constantFrom('/', 'a', 'b', '.', '*', '?', '+', '(', ')', '|', '[ab]', '\\.', '{2}', '^', '$');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`),
        fc.array(fc.constantFrom('/', 'a', 'b', '.'), { maxLength: 6 }).map((all) => `/${all.join('')}`),
        (pattern, path) => {
          let regex: RegExp;
          try {
            regex = new RegExp(`^(?:${pattern})$`);
          } catch {
            return;
          }
          if (!regex.test(path)) return;
          const prefix = literalSegments(pattern);
          expect(
            path
              .split('/')
              .filter((segment) => segment !== '')
              .slice(0, prefix.length),
          ).toEqual(prefix);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
