import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('Koa endpoints', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/nested'));
  });
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);

  test('prefixes, nested and mounted routers, names in front, several methods', () => {
    expect((facts.endpoints ?? []).map(({ id }) => id)).toEqual([
      'DELETE /admin/users/:id',
      'GET /',
      'GET /api/recipes',
      'GET /api/steps/:step',
      'GET /dishes',
      'GET /ping',
      'POST /dishes',
      'POST /ping',
      'PUT /api/recipes/:id',
      'PUT /api/recipes/by-name/:name',
    ]);
  });

  test('guards of the application that come before, and of the route', () => {
    expect(endpoint('PUT /api/recipes/:id')?.guards).toEqual(['signedIn', 'mayCook']);
    expect(endpoint('GET /')?.guards).toBeUndefined();
  });

  test('a mount that only run time knows is reported, beside the one that is written down', () => {
    expect((facts.unresolved ?? []).map(({ text }) => text)).toEqual(['DELETE /:unknown/users/:id']);
  });

  test('handlers', () => {
    expect(endpoint('GET /api/steps/:step')?.units).toEqual(['recipes.ts#listRecipes']);
    expect(endpoint('PUT /api/recipes/:id')?.units).toContain('recipes.ts#saveRecipe');
    expect(endpoint('POST /dishes')?.units).toEqual(['dishes.ts#DishRouter.cook']);
    expect(endpoint('DELETE /admin/users/:id')?.place).toBe('admin.ts:7');
  });
});
