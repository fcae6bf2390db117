import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';
import { nextRoute } from './next-paths.ts';

describe('Next.js endpoints', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/shop'));
  });
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);

  test('route files of both routers, below the base path', () => {
    expect((facts.endpoints ?? []).map(({ id }) => id)).toEqual([
      'ALL /shop/api',
      'DELETE /shop/api/orders/:id',
      'GET /shop/api/files/*path',
      'GET /shop/api/orders/:id',
      'GET /shop/feed',
      'PUT /shop/api/files/*path',
    ]);
  });

  test('handlers, behind wrappers and in other modules', () => {
    expect(endpoint('DELETE /shop/api/orders/:id')?.units).toEqual(['orders.ts#cancelOrder', 'session.ts#withSession']);
    expect(endpoint('DELETE /shop/api/orders/:id')?.guards).toEqual(['withSession']);
    expect(endpoint('GET /shop/feed')?.units).toEqual(['orders.ts#feed']);
    expect(endpoint('GET /shop/api/orders/:id')?.place).toBe('app/api/orders/[id]/route.ts:5');
  });

  test.each([
    ['src/app/api/[[...rest]]/route.js', '/api/{*rest}'],
    ['apps/web/app/@modal/(auth)/login/route.ts', '/login'],
    ['app/_private/route.ts', undefined],
    ['pages/about.tsx', undefined],
  ])('%s', (module, expected) => {
    expect(nextRoute(module)?.path).toBe(expected);
  });
});
