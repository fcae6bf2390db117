import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closest, didYouMean } from './closest.ts';

describe('the closest name', () => {
  test.each([
    ['catalgo', ['reviews', 'catalog'], 'catalog'],
    ['Catalog', ['reviews', 'catalog'], 'catalog'],
    ['contxet', ['context', 'contexts'], 'context'],
    ['a', ['b'], 'b'],
    ['payments', ['catalog', 'reviews'], undefined],
    ['catalog', [], undefined],
  ])('to %s of %j is %s', (word, candidates, expected) => {
    expect(closest(word, candidates)).toBe(expected);
  });

  test('of a word with one slip is the word', () => {
    const slip = fc.record({
      word: fc.stringMatching(/^[a-z]{6,12}$/),
      at: fc.nat(),
      letter: fc.stringMatching(/^[a-z]$/),
    });
    fc.assert(
      fc.property(slip, fc.constantFrom('insert', 'delete', 'replace', 'swap'), ({ word, at: any, letter }, kind) => {
        const at = any % (word.length - 1);
        const slipped = {
          insert: word.slice(0, at) + letter + word.slice(at),
          delete: word.slice(0, at) + word.slice(at + 1),
          replace: word.slice(0, at) + letter + word.slice(at + 1),
          swap: word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2),
        }[kind];
        expect(closest(slipped, ['0123456789', word])).toBe(word);
      }),
    );
  });

  test('when there is none, the known names stand in the hint', () => {
    expect(didYouMean('payments', ['catalog', 'reviews'])).toBe('Known here: catalog, reviews.');
    expect(didYouMean('payments', [])).toBeUndefined();
  });
});
