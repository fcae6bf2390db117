import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('tables that code reads and writes', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/sql-in-code'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === `garden.ts#${unit}`)
      .map(({ mode, entity, via }) => `${mode} ${entity}${via === undefined ? '' : ` via ${via}`}`);

  test('constants of another module, concatenation and { text }', () => {
    expect(accesses('findBed')).toEqual(['read public.beds']);
    expect(accesses('weigh')).toEqual(['read public.harvests']);
  });

  test('a query that is put together with += and holes', () => {
    expect(accesses('search')).toEqual(['read public.beds', 'read public.plants']);
  });

  test('parts of statements that are put together elsewhere', () => {
    expect(accesses('conditions')).toEqual(['read public.beds', 'read public.harvests', 'read public.totals']);
  });

  test('names of WITH are no tables; a view is an entity', () => {
    expect(accesses('list')).toEqual(['read public.heavy', 'read public.plants']);
  });

  test('a procedure is followed to its tables', () => {
    expect(accesses('clear')).toEqual(['write public.plants via public.clear_bed']);
  });

  test('a transaction goes where its client goes, and not further', () => {
    const transaction = (unit: string) =>
      (facts.accesses ?? []).find((access) => access.unit === `garden.ts#${unit}`)?.transaction;
    expect(transaction('harvest')).toBe('garden.ts#harvest:33');
    expect(transaction('shrink')).toBe('garden.ts#harvest:33');
    expect(transaction('note')).toBeUndefined();
  });

  test('tables, foreign keys, views, triggers and procedures of the migrations', () => {
    expect((facts.entities ?? []).map(({ id, kind, references }) => [id, kind, references])).toEqual([
      ['public.beds', 'table', undefined],
      ['public.harvests', 'table', ['public.plants']],
      ['public.heavy', 'view', undefined],
      ['public.plants', 'table', ['public.beds']],
      ['public.totals', 'table', undefined],
    ]);
    expect((facts.routines ?? []).map(({ id, kind, on, accesses: touched }) => ({ id, kind, on, touched }))).toEqual([
      {
        id: 'public.add_up',
        kind: 'trigger',
        on: 'public.harvests',
        touched: [
          ['read', 'public.plants'],
          ['write', 'public.totals'],
        ],
      },
      { id: 'public.clear_bed', kind: 'procedure', on: undefined, touched: [['write', 'public.plants']] },
      { id: 'public.heavy', kind: 'view', on: 'public.heavy', touched: [['read', 'public.harvests']] },
    ]);
  });

  test('what cannot be known counts as unknown, prose does not', () => {
    expect((facts.unresolved ?? []).map(({ place, what }) => `${place} ${what}`)).toEqual([
      'garden.ts:48 sql',
      'garden.ts:50 sql',
      'migrations/001_garden.sql:13 sql',
    ]);
  });
});
