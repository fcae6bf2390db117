import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';
import { collectionName } from './collection-names.ts';

describe('what Mongoose reads and writes', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/school'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === unit)
      .map(({ mode, entity }) => `${mode} ${entity}`)
      .sort();

  test('collections by the rules of Mongoose, references through nested schemas', () => {
    expect((facts.entities ?? []).map(({ id, kind, references }) => [id, kind, references])).toEqual([
      ['classes', 'collection', ['people']],
      ['marks', 'collection', ['people']],
      ['people', 'collection', undefined],
      ['reports', 'collection', undefined],
    ]);
  });

  test('population of a path in a list of sub-documents', () => {
    expect(accesses('lessons.js#timetable')).toEqual(['read classes', 'read people']);
  });

  test('documents that are changed and saved', () => {
    expect(accesses('lessons.js#enrol')).toEqual(['read classes', 'write classes']);
  });

  test('aggregations read and write other collections', () => {
    expect(accesses('lessons.js#report')).toEqual(['read marks', 'read people', 'write reports']);
  });

  test('discriminators share a collection', () => {
    expect(accesses('lessons.js#hire')).toEqual(['write people']);
  });

  test('a model that is handed to a factory of handlers', () => {
    expect(accesses('lessons.js')).toEqual(['read people', 'write people']);
  });

  test('statics and methods of a schema', () => {
    expect(accesses('models.js#open')).toEqual(['read classes']);
    expect(accesses('models.js#close')).toEqual(['write classes']);
  });

  test('hooks', () => {
    expect((facts.sideEffects ?? []).map(({ entity, kind, unit }) => [entity, kind, unit])).toEqual([
      ['classes', 'hook', 'models.js#count'],
    ]);
  });

  test.each([
    ['User', 'users'],
    ['Category', 'categories'],
    ['Person', 'people'],
    ['Media', 'media'],
    ['Address', 'addresses'],
    ['Quiz', 'quizzes'],
    ['News', 'news'],
    ['Status', 'status'],
  ])('%s is kept in %s', (model, collection) => {
    expect(collectionName(model)).toBe(collection);
  });
});
