import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMarker, encodeMarker, type Marker } from './marker.ts';

const place = { context: fc.string(), scope: fc.string() };
const direction = fc.constantFrom('forward' as const, 'reverse' as const);
const attempt = { ...place, epoch: fc.maxSafeNat(), attempt: fc.maxSafeNat(), leaseEpoch: fc.maxSafeNat(), direction };
const markers: fc.Arbitrary<Marker> = fc.oneof(
  fc.record({ kind: fc.constant('apply' as const), ...place, direction }),
  fc.record({ kind: fc.constant('barrier' as const), ...attempt }),
  fc.record({ kind: fc.constant('open' as const), ...attempt }),
  fc.record({
    kind: fc.constant('refused' as const),
    ...place,
    table: fc.string(),
    operation: fc.string(),
    role: fc.string(),
    applicationName: fc.string(),
  }),
);

describe('a marker', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(markers, (marker) => {
        expect(decodeMarker(encodeMarker(marker))).toEqual({ ...marker });
      }),
    );
  });

  test('is not read from what others write, nor ever throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(decodeMarker(text)).toBeUndefined();
      }),
    );
  });

  test.each([
    ['another version', { version: 2 }],
    ['an unknown kind', { kind: 'note' }],
    ['an unknown direction', { direction: 'sideways' }],
    ['a fraction for a count', { attempt: 1.5 }],
    ['a count in text', { epoch: '7' }],
    ['no scope', { scope: undefined }],
  ])('with %s is ignored', (_what, change) => {
    const marker = { kind: 'barrier', context: 'catalog', scope: '*', epoch: 1, attempt: 2, leaseEpoch: 3 } as const;
    const written = JSON.parse(encodeMarker({ ...marker, direction: 'forward' })) as object;
    expect(decodeMarker(JSON.stringify({ ...written, ...change }))).toBeUndefined();
  });
});
