import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeOwners, encodeOwners, type ContextOwner } from './owners-header.ts';
import file from './owners-header.vectors.json' with { type: 'json' };

interface Vector {
  readonly name: string;
  readonly header: string;
  readonly canonical?: boolean;
  readonly owners?: readonly ContextOwner[];
  readonly malformed?: boolean;
}

const vectors = file.vectors as readonly Vector[];
const valid = vectors.filter((vector) => vector.owners !== undefined);
const malformed = vectors.filter((vector) => vector.malformed === true);

const contextOwner: fc.Arbitrary<ContextOwner> = fc.record({
  context: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  owner: fc.constantFrom('monolith' as const, 'service' as const, 'none' as const),
  epoch: fc.integer({ min: 0, max: 999_999_999_999_999 }),
  scope: fc.stringMatching(/^[\x20-\x7e]{0,20}$/),
});

describe('the owners header', () => {
  test('has vectors of both kinds, with names of their own', () => {
    expect(valid.length + malformed.length).toBe(vectors.length);
    expect(valid.length).toBeGreaterThan(10);
    expect(malformed.length).toBeGreaterThan(15);
    expect(new Set(vectors.map((vector) => vector.name)).size).toBe(vectors.length);
  });

  test.each(valid)('reads $name', ({ header, owners = [] }) => {
    const decoded = decodeOwners(header);
    expect(decoded.kind === 'owners' ? [...decoded.owners.values()] : decoded).toEqual(owners);
  });

  test.each(malformed)('refuses $name', ({ header }) => {
    expect(decodeOwners(header)).toEqual({ kind: 'malformed', reason: expect.stringMatching(/\w/) });
  });

  test.each(valid.filter((vector) => vector.canonical === true))('writes $name', ({ header, owners = [] }) => {
    expect(encodeOwners(owners.toReversed())).toBe(header);
  });

  test('is absent when the request has none', () => {
    expect(decodeOwners(undefined)).toEqual({ kind: 'absent' });
  });

  test('comes back as it went in', () => {
    const entries = fc.uniqueArray(contextOwner, { selector: (entry) => entry.context, maxLength: 8 });
    fc.assert(
      fc.property(entries, (owners) => {
        const decoded = decodeOwners(encodeOwners(owners));
        expect(decoded).toEqual({ kind: 'owners', owners: new Map(owners.map((entry) => [entry.context, entry])) });
      }),
    );
  });

  test('never throws, whatever a client sends, and what it reads it can write', () => {
    const pieces = fc.constantFrom(...'catalog = service ; epoch 7 " * scope , \\ ( ) ?1 : - .'.split(' '), ' ');
    const nearMisses = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearMisses), (header) => {
        const decoded = decodeOwners(header);
        if (decoded.kind === 'owners') expect(decodeOwners(encodeOwners(decoded.owners.values()))).toEqual(decoded);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    [{ context: 'Catalog' }, /named "Catalog"/],
    [{ epoch: 1.5 }, /epoch/],
    [{ epoch: -1 }, /epoch/],
    [{ epoch: 1e15 }, /epoch/],
    [{ scope: 'zoë' }, /scope/],
  ])('is not written for %j', (wrong, message) => {
    const owner: ContextOwner = { context: 'catalog', owner: 'service', epoch: 1, scope: '*' };
    expect(() => encodeOwners([{ ...owner, ...wrong }])).toThrow(message);
    expect(() => encodeOwners([owner, owner])).toThrow(/two owners/);
  });
});
