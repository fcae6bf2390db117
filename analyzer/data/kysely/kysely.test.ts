import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('an application with Kysely', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/orchard'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === `src/apples.ts#Apples.${unit}`)
      .map(
        ({ mode, entity, transaction }) => `${mode} ${entity}${transaction === undefined ? '' : ' in a transaction'}`,
      )
      .sort();

  test('migrations give tables and keys', () => {
    expect((facts.entities ?? []).map(({ id, references }) => [id, references])).toEqual([
      ['cellar.crates', undefined],
      ['public.apples', ['public.crates', 'public.trees']],
      ['public.crates', undefined],
      ['public.trees', undefined],
    ]);
  });

  test('reads with joins and subqueries; WITH names are no tables', () => {
    expect(accesses('list')).toEqual(['read public.apples', 'read public.crates', 'read public.trees']);
    expect(accesses('ripe')).toEqual(['read public.apples']);
  });

  test('writes, in a transaction and where its client goes', () => {
    expect(accesses('pick')).toEqual(['read public.trees in a transaction', 'write public.apples in a transaction']);
    expect(accesses('store')).toEqual(['write cellar.crates in a transaction']);
    expect(accesses('add')).toEqual(['write public.apples']);
  });

  test('a table that only run time knows is said', () => {
    expect((facts.unresolved ?? []).map(({ place, what }) => `${place} ${what}`)).toEqual(['src/apples.ts:37 sql']);
  });
});
