import { describe, expect, it } from 'vitest';
import type { ProxyRoute } from '../config/proxy-config.ts';
import { compileOperationTable } from '../operations/operation-table.ts';
import { bucketOf } from '../sticky/bucket.ts';
import { decideSide, type ContextInForce } from './decide-side.ts';
import { explainRequest } from './explain.ts';
import { compileRouteTable } from './route-table.ts';

const route: ProxyRoute = {
  name: 'reviews',
  context: 'reviews',
  matches: [{ path: { kind: 'prefix', value: '/reviews' }, methods: undefined }],
  sticky: { kind: 'cookie', name: 'sid' },
  weight: 5000,
  timeouts: { connectMs: 1, headMs: 1, idleMs: 1 },
  service: { name: 'reviews', origin: 'http://127.0.0.1:1' },
};
const monolith: ContextInForce = { owner: 'monolith', epoch: 3, ready: true, weight: null };

describe('decideSide', () => {
  it.each([
    [undefined, monolith, true, 0, 'monolith', 'no-route-matches'],
    [route, undefined, true, 0, 'monolith', 'owners-not-known'],
    [{ ...route, service: undefined }, monolith, true, 0, 'monolith', 'no-service-declared'],
    [route, { ...monolith, owner: 'service' }, true, 9999, 'service', 'service-owns'],
    [route, { ...monolith, owner: 'service' }, false, 9999, 'service', 'service-owns'],
    [route, monolith, false, 0, 'monolith', 'unsafe-goes-to-owner'],
    [route, monolith, true, 4999, 'service', 'bucket-below-weight'],
    [route, monolith, true, 5000, 'monolith', 'bucket-not-below-weight'],
    [route, { ...monolith, weight: 0 }, true, 0, 'monolith', 'weight-is-zero'],
    [route, { ...monolith, weight: 10_000 }, true, 9999, 'service', 'bucket-below-weight'],
    [route, { ...monolith, ready: false }, true, 0, 'monolith', 'service-not-ready'],
    [route, { ...monolith, ready: false, weight: 10_000 }, true, 0, 'monolith', 'service-not-ready'],
  ] as const)('%#', (matched, context, safe, bucket, side, reason) => {
    expect(decideSide(matched, context, safe, bucket)).toEqual({ side, reason });
  });
});

describe('explainRequest', () => {
  const table = compileRouteTable([route]);
  const explain = (method: string, target: string, headers?: Record<string, string>) =>
    explainRequest(
      {
        table,
        operations: compileOperationTable([route]),
        contextOf: (context) => (context === 'reviews' ? monolith : undefined),
      },
      {
        method,
        target,
        ...(headers === undefined ? {} : { headers }),
      },
    );

  it('names route, bucket, backend and reason', () => {
    const bucket = bucketOf('reviews', 'u1');
    expect(explain('GET', '/reviews/1?x=1', { Cookie: 'a=1; sid=u1' })).toEqual({
      kind: 'forwarded',
      route: 'reviews',
      operation: null,
      match: 'prefix /reviews',
      context: 'reviews',
      target: '/reviews/1?x=1',
      safe: true,
      weight: 5000,
      bucket,
      backend: bucket < 5000 ? 'reviews' : 'monolith',
      service: 'reviews',
      reason: bucket < 5000 ? 'bucket-below-weight' : 'bucket-not-below-weight',
      steps: expect.any(Number) as number,
    });
  });
  it('reads no bucket where none decides', () => {
    expect(explain('POST', '/reviews', { cookie: 'sid=u1' })).toMatchObject({
      bucket: null,
      backend: 'monolith',
      reason: 'unsafe-goes-to-owner',
    });
    expect(explain('GET', '/else')).toMatchObject({ route: null, reason: 'no-route-matches' });
  });
  it('says why a target is refused', () => {
    expect(explain('GET', '/reviews/../admin')).toEqual({ kind: 'refused', reason: 'the path has a dot segment' });
  });
});
