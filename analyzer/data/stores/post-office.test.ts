import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('keys, files and hosts', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/post-office'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === `letters.ts#${unit}`)
      .map(({ mode, entity }) => `${mode} ${entity}`)
      .sort();

  test('keys by what of them is written down', () => {
    expect(accesses('stamp')).toEqual(['read postage', 'write letter:*']);
  });

  test('files below the repository', () => {
    expect(accesses('archive')).toEqual(['read forms/letter.pdf', 'write archive/*.txt']);
  });

  test('hosts by address or by the setting that names them', () => {
    expect(accesses('track')).toEqual(['read parcels.example.com', 'write $CUSTOMS_URL']);
    expect((facts.unresolved ?? []).map(({ place }) => place)).toEqual(['letters.ts:22']);
  });

  test('each is an entity of its kind', () => {
    expect((facts.entities ?? []).map(({ id, kind }) => `${kind ?? ''} ${id}`)).toEqual([
      'host $CUSTOMS_URL',
      'file archive/*.txt',
      'file forms/letter.pdf',
      'key letter:*',
      'host parcels.example.com',
      'key postage',
    ]);
  });
});
