import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget } from './canonical-target.ts';

describe('parseTarget', () => {
  it.each([
    ['/', '/', '/'],
    ['/products/1?a=1&b=%zz', '/products/1?a=1&b=%zz', '/products/1'],
    ['/products/?', '/products/?', '/products/'],
    ['/%70roducts/%7Ea?q=%70', '/products/~a?q=%70', '/products/~a'],
    ['/caf%C3%A9', '/caf%C3%A9', '/caf%C3%A9'],
    ['/a;v=1/b,c/@d:e', '/a;v=1/b,c/@d:e', '/a;v=1/b,c/@d:e'],
    ['/.well-known/x', '/.well-known/x', '/.well-known/x'],
    ['/...', '/...', '/...'],
    ['/a?x=../..//', '/a?x=../..//', '/a'],
  ])('reads %s', (raw, full, path) => {
    expect(parseTarget(raw)).toEqual({ kind: 'target', full, path });
  });

  it.each([
    '',
    '*',
    'x',
    'http://a/',
    '//',
    '//a',
    '/a//',
    '/a//b',
    '/.',
    '/..',
    '/a/..',
    '/a/./b',
    '/%2e',
    '/%2E%2e/a',
    '/a/.;x',
    '/a/..;',
    '/a%2Fb',
    '/a%5Cb',
    '/a\\b',
    '/%',
    '/%4',
    '/%g1',
    '/a%00',
    '/a%7f',
    '/a b',
    '/a"',
    '/a<',
    '/a?b c',
    '/a?b#c',
    '/a#b',
    '/\u00e9',
    '/a?\u00e9',
    '/\u{1f600}',
  ])('refuses %j', (raw) => expect(parseTarget(raw)).toMatchObject({ kind: 'refused' }));

  it('is idempotent, and never throws: what it forwards, it reads as the same', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      '%41',
      '%',
      ';',
      'a',
      '?',
      '#',
      '\\',
      '\u00ff',
      '%c3',
      '//',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const once = parseTarget(`/${pieces.join('')}`);
        if (once.kind === 'refused') return;
        expect(parseTarget(once.full)).toEqual(once);
        expect(new URL(once.full, 'http://h').pathname).toBe(once.path);
      }),
    );
  });
});
