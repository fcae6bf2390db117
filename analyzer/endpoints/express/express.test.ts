import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('Express endpoints over several files', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/nested-routers'));
  });
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);

  test('each with its full path, and nothing that is no route', () => {
    expect((facts.endpoints ?? []).map(({ id }) => id)).toEqual([
      'ALL /old',
      'DELETE /api/members/:id',
      'GET /about',
      'GET /api/books',
      'GET /api/books/:id',
      'GET /api/books/isbn/:isbn',
      'GET /healthz',
      'GET /nobody',
      'POST /api/books',
      'POST /loans',
      'PUT /api/books/:bookId/shelves/:shelf',
    ]);
  });

  test('guards of the route, of its router and of the mount', () => {
    expect(endpoint('POST /api/books')?.guards).toEqual(['requireLogin', 'requireRole']);
    expect(endpoint('PUT /api/books/:bookId/shelves/:shelf')?.guards).toEqual(['requireLogin']);
    expect(endpoint('DELETE /api/members/:id')?.guards).toEqual(['requireLogin']);
    expect(endpoint('GET /api/books')?.guards).toBeUndefined();
  });

  test('the handler first, then what it reaches', () => {
    expect(endpoint('GET /api/books/:id')?.units?.[0]).toBe('books/books.ts#findBook');
    expect(endpoint('GET /api/books/:id')?.units).toContain('books/books.ts#listBooks');
    expect(endpoint('POST /api/books')?.units).toEqual(['books/routes.ts#post /', 'books/books.ts#saveBook']);
    expect(endpoint('POST /loans')?.units).toEqual(['loans/controller.ts#LoanController.lend']);
  });

  test('the place of the route', () => {
    expect(endpoint('GET /about')?.place).toBe('app.ts:21');
  });

  test('a router without a mount is reported', () => {
    expect((facts.unresolved ?? []).map(({ place, what }) => `${place} ${what}`)).toEqual(['forgotten.ts:3 endpoint']);
  });
});
