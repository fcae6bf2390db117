import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';
import { relationPaths } from './relation-expression.ts';

describe('an application with Objection', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/stable'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === unit)
      .map(({ mode, entity }) => `${mode} ${entity}`)
      .sort();

  test('models are tables, belonging is a reference', () => {
    expect((facts.entities ?? []).map(({ id, references }) => [id, references])).toEqual([
      ['public.horses', ['public.stalls']],
      ['public.riders', undefined],
      ['public.rides', undefined],
      ['public.stalls', undefined],
    ]);
  });

  test('graphs and joins read the tables of their relations', () => {
    expect(accesses('src/visits.js#list')).toEqual([
      'read public.horses',
      'read public.riders',
      'read public.rides',
      'read public.stalls',
    ]);
    expect(accesses('src/visits.js#join')).toEqual(['read public.horses', 'read public.stalls']);
  });

  test('writes, of graphs and of instances too', () => {
    expect(accesses('src/visits.js#add')).toEqual(['write public.horses']);
    expect(accesses('src/visits.js#graph')).toEqual(['write public.horses', 'write public.stalls']);
    expect(accesses('src/visits.js#change')).toEqual(['read public.horses', 'write public.horses']);
    expect(accesses('src/models.js#Horse.rename')).toEqual(['write public.horses']);
  });

  test('a related query is about the related table and the join table', () => {
    expect(accesses('src/visits.js#riders')).toEqual(['read public.horses', 'read public.riders', 'read public.rides']);
  });

  test('what only looks like a query is none', () => {
    expect(accesses('src/visits.js#query')).toEqual([]);
  });
});

test('relation expressions', () => {
  expect(relationPaths('[pets, children.[pets as p, friends(onlyOld)]]')).toEqual([
    ['pets'],
    ['children', 'pets'],
    ['children', 'friends'],
  ]);
  expect(relationPaths('a.b.c')).toEqual([['a', 'b', 'c']]);
  expect(relationPaths('a.[')).toEqual([['a']]);
});
