import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('an application with Knex', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/kitchen'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === `src/recipes.ts#Recipes.${unit}`)
      .map(({ mode, entity }) => `${mode} ${entity}`)
      .sort();

  test('migrations leave tables, views and keys; what takes them back drops nothing', () => {
    expect((facts.entities ?? []).map(({ id, kind, references }) => [id, kind, references])).toEqual([
      ['public.recipes', 'table', undefined],
      ['public.short_recipes', 'view', undefined],
      ['public.sketches', 'table', undefined],
      ['public.steps', 'table', ['public.recipes', 'public.tools']],
      ['public.tools', 'table', undefined],
      ['shed.tools', 'table', undefined],
    ]);
  });

  test('constants, aliases, joins and queries in variables', () => {
    expect(accesses('list')).toEqual(['read public.recipes', 'read public.steps']);
    expect(accesses('search')).toEqual(['read public.recipes', 'read shed.tools']);
  });

  test('subqueries in callbacks, WITH names are no tables', () => {
    expect(accesses('unused')).toEqual(['read public.recipes', 'read public.steps']);
    expect(accesses('ranked')).toEqual(['read public.recipes']);
  });

  test('writes, also behind a variable or a function that gives the query back', () => {
    expect(accesses('add')).toEqual(['write public.recipes', 'write public.steps']);
    expect(accesses('note')).toEqual(['write public.sketches']);
    expect(accesses('tidy')).toEqual(['write public.sketches']);
    expect(accesses('clear')).toEqual(['write public.steps']);
  });

  test('raw SQL with parameters; lists are no tables', () => {
    expect(accesses('raw')).toEqual(['read public.recipes']);
    expect(accesses('parts')).toEqual([]);
  });

  test('a table that only run time knows is said', () => {
    expect((facts.unresolved ?? []).map(({ place, reason }) => `${place} ${reason ?? ''}`)).toEqual([
      'src/recipes.ts:60 The table is only named at run time.',
    ]);
  });

  test('a transaction goes where its client goes', () => {
    const transactions = (unit: string) =>
      (facts.accesses ?? [])
        .filter((access) => access.unit === `src/recipes.ts#Recipes.${unit}`)
        .map((access) => access.transaction);
    expect(new Set([...transactions('add'), ...transactions('note')])).toEqual(
      new Set(['src/recipes.ts#Recipes.add:31']),
    );
    expect(transactions('clear')).toEqual([undefined]);
  });
});
