import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('what Sequelize reads and writes', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/bakery'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === unit)
      .map(({ mode, entity }) => `${mode} ${entity}`)
      .sort();

  test('tables in the plural, as written, and between two others', () => {
    const tables = (facts.entities ?? []).filter(({ kind }) => kind === 'table');
    expect(tables.map(({ id, references }) => [id, references])).toEqual([
      ['public.Bakeries', undefined],
      ['public.Cakes', ['public.Bakeries']],
      ['public.pantry', undefined],
      ['public.recipes', ['public.Cakes', 'public.pantry']],
    ]);
  });

  test('models of an index that reads its folder, with includes', () => {
    expect(accesses('orders.js#shelf')).toEqual([
      'read public.Bakeries',
      'read public.Cakes',
      'read public.pantry',
      'read public.recipes',
    ]);
  });

  test('records that come to a callback, and association mixins', () => {
    expect(accesses('orders.js#restock')).toEqual(['read public.Cakes', 'write public.Cakes', 'write public.recipes']);
  });

  test('both modes of findOrCreate', () => {
    expect(accesses('orders.js#bake')).toEqual(['read public.Cakes', 'write public.Cakes']);
  });

  test('a static of the model itself', () => {
    expect(accesses('models/ingredient.js#Ingredient.scarce')).toEqual(['read public.pantry']);
  });

  test('a transaction that is opened by hand', () => {
    const inTransaction = (facts.accesses ?? []).filter(({ transaction }) => transaction === 'orders.js#close');
    expect(inTransaction.map(({ mode, entity }) => `${mode} ${entity}`)).toEqual([
      'read public.Cakes',
      'write public.Cakes',
    ]);
  });

  test('hooks', () => {
    expect((facts.sideEffects ?? []).map(({ entity, kind, unit }) => [entity, kind, unit])).toEqual([
      ['public.Cakes', 'hook', 'models/cake.js#announce'],
    ]);
  });
});
