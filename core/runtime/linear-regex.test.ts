import { describe, expect, test } from 'vitest';
import { compileLinearRegex, type LinearRegex } from './linear-regex.ts';

function regexOf(pattern: string): LinearRegex {
  const outcome = compileLinearRegex(pattern);
  if (outcome.kind === 'fault') throw new Error(outcome.message);
  return outcome.regex;
}

describe('compileLinearRegex', () => {
  test.each([
    ['/users/[0-9]+', '/users/12', true],
    ['/users/[0-9]+', '/users/12/orders', false],
    ['/users/[0-9]+', '/x/users/12', false],
    ['(?i)/users', '/USERS', true],
    ['/a|/b', '/b', true],
    ['', '', true],
    ['/.*', '/é', true],
  ])('%s on %s', (pattern, text, expected) => {
    expect(regexOf(pattern).matches(text)).toBe(expected);
  });

  test('text that makes backtracking engines explode is one pass', () => {
    // 2^10,000 tries for an engine that backtracks: this test would not end.
    expect(regexOf('(a|aa)+b').matches('a'.repeat(10_000))).toBe(false);
    expect(regexOf('(a*)*(b*)*c').matches('ab'.repeat(5_000))).toBe(false);
  });

  test.each([
    ['(?=x)', /not a regular expression of RE2/],
    ['\\1', /invalid escape sequence/],
    ['[a', /missing closing/],
    ['(', /missing closing/],
    ['a{1001}', /invalid repeat/],
    ['([a-z]{500}x){9}', /too large|invalid repeat/],
  ])('refuses %s', (pattern, message) => {
    expect(compileLinearRegex(pattern)).toEqual({ kind: 'fault', message: expect.stringMatching(message) as string });
  });
});
