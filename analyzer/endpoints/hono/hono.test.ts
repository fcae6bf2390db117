import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('Hono endpoints', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/chained'));
  });
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);

  test('base paths, chains, mounted and handed-on instances, described routes', () => {
    expect((facts.endpoints ?? []).map(({ id }) => id)).toEqual([
      'ALL /api/authors/:id',
      'DELETE /api/cards/:id',
      'DELETE /api/tickets/:id',
      'GET /api/authors',
      'GET /api/catalogue/:isbn',
      'GET /api/loans/:loan',
      'POST /api/authors',
      'PUT /api/cards/:id',
      'PUT /api/tickets/:id',
    ]);
  });

  test('guards and handlers', () => {
    expect(endpoint('GET /api/loans/:loan')?.guards).toEqual(['signedIn']);
    expect(endpoint('POST /api/authors')?.units).toEqual(['authors.ts#saveAuthor']);
    expect(endpoint('GET /api/catalogue/:isbn')?.units).toEqual(['catalogue.ts#findBook']);
    expect(endpoint('GET /api/catalogue/:isbn')?.place).toBe('catalogue.ts:6');
  });
});
