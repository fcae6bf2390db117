import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('routes written on classes', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/farm'));
  });
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);

  test('each with its full path, braces as parameters', () => {
    expect((facts.endpoints ?? []).map(({ id }) => id)).toEqual([
      'DELETE /api/animals/:id',
      'GET /api/animals',
      'GET /api/animals/:id',
      'GET /fields/:fieldId/crops',
      'GET /weather/:day',
      'POST /api/animals',
      'PUT /barns/:id/door',
    ]);
  });

  test('guards of class and method, the method and what it reaches', () => {
    expect(endpoint('POST /api/animals')?.guards).toEqual(['Authorized', 'washHands']);
    expect(endpoint('GET /api/animals')?.units).toEqual([
      'src/animals.ts#AnimalsController.all',
      'src/animals.ts#AnimalsController.count',
    ]);
  });
});
