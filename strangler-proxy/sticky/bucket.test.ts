import { describe, expect, it } from 'vitest';
import { bucketCount, bucketOf, murmur3 } from './bucket.ts';
import { bucketCookie, cookieValue, readStickyKey, renderBucketCookie } from './sticky-key.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('murmur3', () => {
  // The vectors that implementations in other languages publish for MurmurHash3_x86_32.
  it.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['\0\0\0\0', 0, 0x2362f9de],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aa', 0x9747b28c, 0x5d211726],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['abcd', 0x9747b28c, 0xf0478627],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('%j with seed %i', (text, seed, hash) => expect(murmur3(utf8(text), seed)).toBe(hash));
});

describe('bucketOf', () => {
  it('spreads keys evenly', () => {
    const cells = Array.from({ length: 100 }, () => 0);
    for (let index = 0; index < 100_000; index++) cells[Math.floor(bucketOf('reviews', `user-${index}`) / 100)]!++;
    // χ² with 99 degrees of freedom: 148.2 is passed once in a thousand times by chance. Keys and hash are fixed: no chance here.
    const chiSquare = cells.reduce((sum, cell) => sum + (cell - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(148.2);
  });
  it('is another one in another context', () => {
    const same = Array.from({ length: 1000 }, (_, index) => `k${index}`).filter(
      (key) => bucketOf('a', key) === bucketOf('b', key),
    );
    expect(same.length).toBeLessThan(5);
  });
  it('stays below the count, for any text', () => {
    for (const key of ['', 'é', '\u{1f600}', 'x'.repeat(1000)]) expect(bucketOf('c', key)).toBeLessThan(bucketCount);
  });
});

describe('sticky keys', () => {
  const headers = ['Host', 'h', 'Cookie', 'a=1;sid=first; xsid=no; sid=second', 'X-User', 'u1'];
  it('reads cookie, header and address', () => {
    expect(readStickyKey({ kind: 'cookie', name: 'sid' }, headers, '::1')).toBe('first');
    expect(readStickyKey({ kind: 'header', name: 'x-user' }, headers, '::1')).toBe('u1');
    expect(readStickyKey({ kind: 'address' }, headers, '::1')).toBe('::1');
    expect(readStickyKey({ kind: 'cookie', name: 'none' }, headers, '::1')).toBeUndefined();
  });
  it('believes only keys of its own form', () => {
    const account = (value: string) => readStickyKey({ kind: 'account' }, ['cookie', `${bucketCookie}=${value}`], '');
    expect(account('0123456789abcdef')).toBe('0123456789abcdef');
    expect(account('1')).toBeUndefined();
    expect(account('0123456789ABCDEF')).toBeUndefined();
  });
  it('takes an empty cookie for none', () => expect(cookieValue(['cookie', 'sid=; sid=x'], 'sid')).toBe('x'));
  it('is Secure where the client came by https', () => {
    expect(renderBucketCookie('ab', false)).toBe(
      'overgrow-bucket=ab; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax',
    );
    expect(renderBucketCookie('ab', true)).toMatch(/; Secure$/);
  });
});
