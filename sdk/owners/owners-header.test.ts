import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ownerOf } from './owner-of.ts';
import { readOwners } from './owners-header.ts';

interface Vector {
  readonly name: string;
  readonly header: string;
  readonly owners?: readonly { context: string; owner: string; epoch: number; scope: string }[];
}

/** The vectors of the protocol, which every implementation has to pass. */
const file = new URL('../../core/ownership/owners-header.vectors.json', import.meta.url);
const { vectors } = JSON.parse(await readFile(file, 'utf8')) as { vectors: readonly Vector[] };

test.each(vectors)('vector: $name', ({ header, owners }) => {
  const result = readOwners(header);
  expect(result.kind).toBe(owners === undefined ? 'malformed' : 'owners');
  if (result.kind === 'owners') {
    expect([...result.owners].map(([context, owner]) => ({ context, ...owner }))).toEqual(owners);
  }
});

describe('readOwners', () => {
  test('reads each context with its owner, epoch and scope', () => {
    const result = readOwners('catalog=service;epoch=7;scope="*", reviews=monolith;scope="a \\"b\\"";epoch=0');
    expect(result).toEqual({
      kind: 'owners',
      owners: new Map([
        ['catalog', { owner: 'service', epoch: 7, scope: '*' }],
        ['reviews', { owner: 'monolith', epoch: 0, scope: 'a "b"' }],
      ]),
    });
  });

  test('an empty dictionary names nobody, and no header is not the same', () => {
    expect(readOwners('')).toEqual({ kind: 'owners', owners: new Map() });
    expect(readOwners(undefined)).toEqual({ kind: 'absent' });
  });

  test.each([
    'catalog',
    'Catalog=service;epoch=1;scope="*"',
    'catalog=Service;epoch=1;scope="*"',
    'catalog="service";epoch=1;scope="*"',
    'catalog=service',
    'catalog=service;epoch=1',
    'catalog=service;scope="*"',
    'catalog=service;epoch=1.0;scope="*"',
    'catalog=service;epoch=-1;scope="*"',
    'catalog=service;epoch=1234567890123456;scope="*"',
    'catalog=service;epoch=1;scope=*',
    'catalog=service;epoch=1;scope="*',
    'catalog=service;epoch=1;epoch=2;scope="*"',
    'catalog=service;epoch=1;scope="*",',
    'catalog=service;epoch=1;scope="*" reviews=monolith;epoch=1;scope="*"',
    'catalog=service;epoch=1;scope="é"',
    'a=service;epoch=1;scope="*", a=monolith;epoch=2;scope="*"',
    ',',
  ])('refuses %s and says where', (header) => {
    expect(readOwners(header)).toEqual({ kind: 'malformed', reason: expect.stringMatching(/at character \d+$/) });
  });

  test('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('abz=;,"\\* \t019epochscope-_é')) }), (text) => {
        expect(['owners', 'malformed']).toContain(readOwners(text).kind);
      }),
    );
  });
});

test('ownerOf is unknown where nothing can be relied on', () => {
  const headers = (value: string) => ({ headers: { 'overgrow-owners': value } });
  expect(ownerOf(headers('reviews=service;epoch=1;scope="*"'), 'reviews')).toBe('service');
  expect(ownerOf(headers('reviews=service;epoch=1;scope="*"'), 'catalog')).toBe('unknown');
  expect(ownerOf(headers('reviews=service'), 'reviews')).toBe('unknown');
  expect(ownerOf({ headers: {} }, 'reviews')).toBe('unknown');
});
