import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('what TypeORM reads and writes', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/library'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === `loans.ts#${unit}`)
      .map(({ mode, entity }) => `${mode} ${entity}`)
      .sort();

  test('tables, their names and their foreign keys', () => {
    expect((facts.entities ?? []).map(({ id, references }) => [id, references])).toEqual([
      ['public.authors', undefined],
      ['public.book_loan', ['public.reader', 'stock.books']],
      ['public.reader', undefined],
      ['public.shelves', undefined],
      ['stock.books', ['public.reader']],
      ['stock.books_authors_authors', ['public.authors', 'stock.books']],
    ]);
  });

  test('repositories by injection, with what they load', () => {
    expect(accesses('Loans.list')).toEqual(['read public.book_loan', 'read public.reader', 'read stock.books']);
  });

  test('custom repositories, managers and what is saved with an entity', () => {
    expect(accesses('Loans.lend')).toEqual([
      'read public.authors',
      'read stock.books',
      'read stock.books_authors_authors',
      'write public.book_loan',
      'write public.shelves',
    ]);
    const transactions = (facts.accesses ?? []).filter(({ transaction }) => transaction === 'loans.ts#Loans.lend:34');
    expect(transactions.map(({ entity }) => entity)).toEqual(['public.book_loan', 'public.shelves']);
  });

  test('query builders follow relations by alias', () => {
    expect(accesses('BookRepository.overdue')).toEqual([
      'read public.authors',
      'read public.book_loan',
      'read stock.books',
      'read stock.books_authors_authors',
    ]);
  });

  test('an entity that only run time knows is reported', () => {
    expect(accesses('Loans.remove')).toEqual(['write public.book_loan']);
    expect((facts.unresolved ?? []).map(({ place }) => place)).toEqual(['loans.ts:43']);
  });

  test('active records write what cascades', () => {
    expect(accesses('Loans.rename')).toEqual(['read public.reader', 'write public.book_loan', 'write public.reader']);
  });

  test('methods that a class inherits from one with type parameters', () => {
    expect(accesses('Loans.writers')).toEqual(['read public.authors']);
  });

  test('listeners and subscribers', () => {
    expect((facts.sideEffects ?? []).map(({ entity, kind, unit }) => `${kind} ${entity} ${unit}`)).toEqual([
      'hook public.book_loan entities.ts#BookLoan.stamp',
      'hook public.reader loans.ts#ReaderAudit.afterUpdate',
    ]);
  });
});
