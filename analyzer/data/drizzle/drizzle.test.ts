import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('an application with Drizzle', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/museum'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === `src/paintings.ts#${unit}`)
      .map(({ mode, entity }) => `${mode} ${entity}`)
      .sort();

  test('tables of creators, schemas and views, with their keys', () => {
    expect((facts.entities ?? []).map(({ id, kind, references }) => [id, kind, references])).toEqual([
      ['public.museum_room', 'table', undefined],
      ['public.on_show', 'view', undefined],
      ['public.paintings', 'table', ['public.museum_room']],
      ['vault.loans', 'table', ['public.paintings']],
    ]);
  });

  test('queries by value: through barrels, namespaces and aliases', () => {
    expect(accesses('list')).toEqual(['read public.museum_room', 'read public.paintings']);
    expect(accesses('shown')).toEqual(['read public.on_show']);
  });

  test('relational queries read what they ask for', () => {
    expect(accesses('tree')).toEqual(['read public.museum_room', 'read public.paintings', 'read vault.loans']);
  });

  test('writes, in a transaction; what is handed no table is none', () => {
    expect(accesses('lend')).toEqual(['write public.paintings', 'write vault.loans']);
    expect((facts.accesses ?? []).filter(({ transaction }) => transaction === 'src/paintings.ts#lend:20').length).toBe(
      2,
    );
    expect(accesses('remove')).toEqual(['write vault.loans']);
    expect(accesses('forget')).toEqual([]);
  });

  test('SQL that names a table by its value', () => {
    expect(accesses('count')).toEqual(['read public.paintings']);
    expect(facts.unresolved ?? []).toEqual([]);
  });
});
