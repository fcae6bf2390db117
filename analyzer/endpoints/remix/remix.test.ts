import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';
import { routePath } from './route-paths.ts';

describe('Remix endpoints', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/blog'));
  });

  test('loaders answer GET, actions the methods that they tell apart', () => {
    expect((facts.endpoints ?? []).map(({ id, units }) => [id, units])).toEqual([
      ['DELETE /posts/:slug', ['app/routes/posts.$slug.tsx#action', 'app/posts.ts#removePost']],
      ['GET /posts/:slug', ['app/routes/posts.$slug.tsx#loader', 'app/posts.ts#findPost']],
      ['POST /login', ['app/routes/_auth.login.ts#action']],
    ]);
  });

  test.each([
    ['api.v1.runs.$runId', '/api/v1/runs/:runId'],
    ['_index', '/'],
    ['files.$', '/files/*'],
    ['sitemap[.]xml', '/sitemap.xml'],
    ['($lang).about', '/:lang?/about'],
    ['queues_.$id', '/queues/:id'],
    ['concerts.trending/route', '/concerts/trending'],
    ['concerts.trending/hero', undefined],
    ['_public+/users+/$id.edit', '/users/:id/edit'],
  ])('%s', (below, expected) => {
    expect(routePath(below, false)).toBe(expected);
  });

  test('folders of the first version', () => {
    expect(routePath('__app/posts/index', true)).toBe('/posts');
  });
});
