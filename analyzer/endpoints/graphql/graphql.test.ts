import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('GraphQL operations', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/museum'));
  });
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);

  test('of resolver maps in several files, of classes, and of fields that code defines', () => {
    expect((facts.endpoints ?? []).map(({ id }) => id)).toEqual([
      'field Painting.painter',
      'field Ticket.price',
      'mutation hangPainting',
      'mutation hireGuide',
      'mutation sell',
      'mutation sellCard',
      'mutation takeDown',
      'query allTickets',
      'query guide',
      'query hours',
      'query painting',
      'query paintings',
      'query rooms',
      'query secrets',
      'query shop',
      'query ticket',
      'subscription hung',
    ]);
  });

  test('the resolver first, then what it reaches; what is around it is a guard', () => {
    expect(endpoint('mutation hangPainting')?.units).toEqual([
      'src/resolvers/mutations.ts#hangPainting',
      'src/resolvers/paintings.ts#hang',
    ]);
    expect(endpoint('query paintings')?.units?.[0]).toBe('src/resolvers/paintings.ts#paintings');
    expect(endpoint('query secrets')?.guards).toEqual(['authenticated']);
    expect(endpoint('mutation sell')?.guards).toEqual(['Authorized']);
  });
});
