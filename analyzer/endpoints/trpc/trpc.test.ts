import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('tRPC procedures', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/library'));
  });
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);

  test('nested, merged, lazy and version 9 routers, each procedure with its full name', () => {
    expect((facts.endpoints ?? []).map(({ id }) => id)).toEqual([
      'mutation books.lend',
      'mutation old.take',
      'query books.list',
      'query books.returned.today',
      'query health',
      'query old.all',
      'query old.loans.open',
      'query rooms.free',
      'subscription books.plain.deep.arrivals',
    ]);
  });

  test('the handler first, and the procedure that guards it', () => {
    expect(endpoint('mutation books.lend')?.units).toEqual([
      'src/books.ts#lend',
      'src/shelves.ts#lendBook',
      'src/shelves.ts#listBooks',
    ]);
    expect(endpoint('mutation books.lend')?.guards).toEqual(['memberProcedure']);
    expect(endpoint('query books.returned.today')?.units).toEqual(['src/shelves.ts#listBooks']);
    expect(endpoint('query books.list')?.guards).toBeUndefined();
  });
});
