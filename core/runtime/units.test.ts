import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDurationMs, parseShare, parseSizeBytes, renderDuration, renderShare, renderSize } from './units.ts';

describe('durations', () => {
  test.each([
    ['250ms', 250],
    ['2s', 2000],
    ['1.5s', 1500],
    ['1.1s', 1100],
    ['10 m', 600_000],
    ['1h', 3_600_000],
    ['35d', 3_024_000_000],
    ['0ms', 0],
    ['250', undefined],
    ['-1s', undefined],
    ['1w', undefined],
    ['1e3ms', undefined],
    ['1constructor', undefined],
    ['', undefined],
  ])('%j is %s ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  test('are written in the largest unit that fits', () => {
    expect([0, 250, 1500, 90_000, 5_400_000, 604_800_000, 12.345].map(renderDuration)).toEqual([
      '0ms',
      '250ms',
      '1.5s',
      '1.5m',
      '1.5h',
      '7d',
      '12.3ms',
    ]);
  });

  test('come back', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000_000), (ms) => {
        expect(parseDurationMs(renderDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe('sizes', () => {
  test.each([
    ['64kB', 64_000],
    ['64KB', 64_000],
    ['1MB', 1_000_000],
    ['16MiB', 16_777_216],
    ['12B', 12],
    ['12', undefined],
    ['12mb', undefined],
    ['9999999999GiB', undefined],
  ])('%j is %s bytes', (text, bytes) => {
    expect(parseSizeBytes(text)).toBe(bytes);
  });

  test('come back', () => {
    const whole = fc.constantFrom(1, 1000, 1024, 1e6, 1024 ** 2);
    const bytes = fc.tuple(fc.nat(1_000_000), whole).map(([amount, unit]) => amount * unit);
    fc.assert(
      fc.property(bytes, (size) => {
        expect(parseSizeBytes(renderSize(size))).toBe(size);
      }),
    );
    expect([0, 65_536, 1_500_000, 1023].map(renderSize)).toEqual(['0B', '64KiB', '1.5MB', '1023B']);
  });
});

describe('shares', () => {
  test.each([
    ['10%', 1000],
    ['12.5%', 1250],
    ['0.01%', 1],
    ['100%', 10_000],
    ['100.01%', undefined],
    ['0.1', undefined],
    ['-1%', undefined],
  ])('%j is %s hundredths of a percent', (text, share) => {
    expect(parseShare(text)).toBe(share);
  });

  test('come back', () => {
    fc.assert(
      fc.property(fc.nat(10_000), (share) => {
        expect(parseShare(renderShare(share))).toBe(share);
      }),
    );
  });
});
