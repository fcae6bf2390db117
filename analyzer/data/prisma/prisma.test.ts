import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';
import { readPrismaSchema } from './prisma-schema.ts';

describe('an application with Prisma', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/library'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === `src/books.ts#Books.${unit}`)
      .map(({ mode, entity }) => `${mode} ${entity}`)
      .sort();

  test('the models of a schema folder are tables, with keys, views and join tables', () => {
    expect((facts.entities ?? []).map(({ id, kind, references }) => [id, kind, references])).toEqual([
      ['public.Loan', 'table', ['stock.books']],
      ['public.Popular', 'view', undefined],
      ['public.Shelf', 'table', undefined],
      ['public.authors', 'table', undefined],
      ['stock._BookToShelf', 'table', ['public.Shelf', 'stock.books']],
      ['stock.books', 'table', ['public.authors']],
    ]);
  });

  test('included and filtered relations are read, through constants, functions and later assignments', () => {
    expect(accesses('list')).toEqual(['read public.Loan', 'read public.authors', 'read stock.books']);
    expect(accesses('show')).toEqual(['read public.Loan', 'read public.authors', 'read stock.books']);
    expect(accesses('count')).toEqual(['read public.Shelf', 'read stock._BookToShelf', 'read stock.books']);
  });

  test('nested writes write other tables; connect writes where the key is', () => {
    expect(accesses('add')).toEqual([
      'read public.Shelf',
      'read public.authors',
      'write stock._BookToShelf',
      'write stock.books',
    ]);
    expect(accesses('publish')).toEqual(['write public.Loan', 'write public.authors', 'write stock.books']);
    expect(accesses('keep')).toEqual(['read public.Shelf', 'write public.Shelf', 'write stock._BookToShelf']);
  });

  test('views, raw SQL and a class that extends the client', () => {
    expect(accesses('top')).toEqual(['read public.Popular']);
    expect(accesses('raw')).toEqual(['read stock.books']);
    expect((facts.accesses ?? []).find(({ unit }) => unit === 'src/database.ts#Database.countAuthors')?.entity).toBe(
      'public.authors',
    );
  });

  test('what is no client is left alone, what is computed is said', () => {
    expect(accesses('announce')).toEqual([]);
    expect(accesses('any')).toEqual([]);
    expect((facts.unresolved ?? []).filter(({ what }) => what === 'sql')).toEqual([
      { place: 'src/books.ts:49', what: 'sql', text: 'findMany', reason: 'The model is only named at run time.' },
    ]);
  });

  test('$transaction with a callback and with a list', () => {
    const inTransaction = (unit: string) =>
      (facts.accesses ?? []).filter(
        (access) => access.unit === `src/books.ts#Books.${unit}` && access.transaction !== undefined,
      ).length;
    expect(inTransaction('move')).toBe(2);
    expect(inTransaction('sweep')).toBe(2);
    expect(inTransaction('publish')).toBe(0);
  });
});

test('a schema without models is none', () => {
  expect(readPrismaSchema('// nothing yet\n')).toBeUndefined();
  expect(readPrismaSchema('enum Genre {\n  NOVEL\n}\n')).toBeUndefined();
});
