import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('Fastify endpoints', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/plugins'));
  });
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);

  test('plug-ins with prefixes, opened ones, imported ones, and those of a folder', () => {
    expect((facts.endpoints ?? []).map(({ id }) => id)).toEqual([
      'DELETE /session',
      'GET /auto/stalls/:stall',
      'GET /health',
      'GET /v1/prices',
      'PATCH /v1/prices/:id',
      'POST /auto/:market/days',
      'PUT /v1/prices/:id',
    ]);
  });

  test('guards of the route, and hooks wherever they stand in the plug-in', () => {
    expect(endpoint('PUT /v1/prices/:id')?.guards).toEqual(['signedIn']);
    expect(endpoint('GET /v1/prices')?.guards).toEqual(['requireMember']);
    expect(endpoint('GET /health')?.guards).toBeUndefined();
  });

  test('handlers and places', () => {
    expect(endpoint('GET /v1/prices')?.units).toEqual(['prices.ts#listPrices']);
    expect(endpoint('PATCH /v1/prices/:id')?.units).toEqual(['server.ts#changePrice']);
    expect(endpoint('PATCH /v1/prices/:id')?.place).toBe('server.ts:14');
  });
});
