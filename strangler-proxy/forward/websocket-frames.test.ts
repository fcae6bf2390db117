import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { closeFrame, FrameBoundary } from './websocket-frames.ts';

const frame = (length: number, masked: boolean): number[] => {
  const mask = masked ? [1, 2, 3, 4] : [];
  const bit = masked ? 0x80 : 0;
  const size =
    length < 126
      ? [bit | length]
      : length < 65_536
        ? [bit | 126, length >> 8, length & 255]
        : [bit | 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
  return [0x82, ...size, ...mask, ...Array.from({ length }, () => 0x81)];
};

describe('FrameBoundary', () => {
  it('is between frames exactly at their ends, however the octets are cut', () => {
    const lengths = fc.array(fc.tuple(fc.constantFrom(0, 1, 125, 126, 300, 66_000), fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 20, max: 5_000 }), (given, step) => {
        const boundary = new FrameBoundary();
        const bytes = Buffer.from(given.flatMap(([length, masked]) => frame(length, masked)));
        const ends = new Set<number>([0]);
        let end = 0;
        for (const [length, masked] of given) ends.add((end += frame(length, masked).length));
        for (let at = 0; at < bytes.length;) {
          const next = Math.min(bytes.length, at + step);
          boundary.push(bytes.subarray(at, next));
          at = next;
          if (boundary.isBetween !== ends.has(at)) return false;
        }
        return true;
      }),
      { numRuns: 30 },
    );
  });

  it('takes its own close frames for whole ones', () => {
    for (const masked of [true, false]) {
      const boundary = new FrameBoundary();
      boundary.push(closeFrame(masked));
      expect(boundary.isBetween).toBe(true);
    }
  });
});
