import { createManualClock } from '@overgrow/core';
import { describe, expect, it } from 'vitest';
import { startHttpBackend } from '../test-support/backend-server.ts';
import { startManifestProxy } from '../test-support/manifest-proxy-server.ts';
import { attemptOf } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw, openRaw } from '../test-support/raw-client.ts';

const ask = (port: number, line: string, ...headers: readonly string[]) =>
  exchangeRaw(port, [`${line} HTTP/1.1`, 'Host: shop.test', 'Connection: close', ...headers, '', ''].join('\r\n'));

describe('filters, through a real proxy', () => {
  it('show the service another path, and the client its own names', async () => {
    await using service = await startHttpBackend((request, response) => {
      response.setHeader('Location', `${request.headers.host === 'reviews.internal' ? '/v1/5' : '/wrong'}`);
      response.setHeader('Set-Cookie', ['a=1; Path=/v1', 'b=2; Domain=reviews.internal']);
      response.end(`${request.url} ${request.headers.host} ${String(request.headers['x-forwarded-host'])}`);
    });
    await using subject = await startManifestProxy({
      monolith: service.origin,
      service: service.origin,
      owner: 'service',
      routes: [
        {
          name: 'reviews',
          matches: [{ path: { prefix: '/reviews' } }],
          serviceFilters: { rewrite: { host: 'reviews.internal', path: { prefix: '/v1' } } },
        },
      ],
    });
    const answer = await ask(subject.port, 'GET /reviews/5?x=%20');
    expect(answer).toContain('/v1/5?x=%20 reviews.internal shop.test');
    expect(answer).toContain('Location: /reviews/5\r\n');
    expect(answer).toContain('a=1; Path=/reviews\r\n');
    expect(answer).toMatch(/: b=2\r\n/);
  });

  it('answer redirects and preflights without a backend, on connections that stay usable', async () => {
    let asked = 0;
    await using backend = await startHttpBackend((_request, response) => void response.end(String(++asked)));
    await using subject = await startManifestProxy({
      monolith: backend.origin,
      routes: [
        { name: 'old', matches: [{ path: { prefix: '/old' } }], filters: { redirect: { path: { prefix: '/new' } } } },
        {
          name: 'api',
          matches: [{ path: { prefix: '/api' }, methods: ['PUT'] }],
          filters: { cors: { allowOrigins: ['https://app.test'] } },
        },
      ],
    });
    using client = await openRaw(subject.port);
    client.send('GET /old/x HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    await client.until('location: http://shop.test/new/x');
    client.send(
      'OPTIONS /api HTTP/1.1\r\nHost: shop.test\r\nOrigin: https://app.test\r\nAccess-Control-Request-Method: PUT\r\n\r\n',
    );
    await client.until('access-control-allow-origin: https://app.test');
    expect(asked).toBe(0);
    expect(await subject.proxy.metrics.metrics()).toContain('overgrow_proxy_answered_total{route="old"} 1');
  });

  it('keep answers of a weighted route out of shared caches, and no others', async () => {
    await using backend = await startHttpBackend((_request, response) => {
      response.setHeader('Cache-Control', 'public, max-age=60');
      response.end();
    });
    await using subject = await startManifestProxy({
      monolith: backend.origin,
      routes: [
        { name: 'half', matches: [{ path: { prefix: '/half' } }], weight: '50%' },
        { name: 'none', matches: [{ path: { prefix: '/none' } }] },
      ],
    });
    expect(await ask(subject.port, 'GET /half')).toContain('cache-control: private, max-age=60\r\n');
    expect(await ask(subject.port, 'GET /none')).toContain('Cache-Control: public, max-age=60\r\n');
    expect(await ask(subject.port, 'POST /half', 'Content-Length: 0')).toContain('public, max-age=60\r\n');
  });

  it('end an exchange that takes longer than its route allows: 504, or a cut answer', async () => {
    const clock = createManualClock();
    await using backend = await startHttpBackend((request, response) => {
      if (request.url === '/slow/begun') response.write('half');
    });
    await using subject = await startManifestProxy({
      monolith: backend.origin,
      clock,
      routes: [{ name: 'slow', matches: [{ path: { prefix: '/slow' } }], timeouts: { request: '5s' } }],
    });
    using begun = await openRaw(subject.port);
    begun.send('GET /slow/begun HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    await begun.until('half');
    const silent = openRaw(subject.port);
    using client = await silent;
    const arrived = new Promise((resolve) => backend.server.once('request', resolve));
    client.send('GET /slow HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    await arrived;
    await clock.advance(5_000);
    expect(await client.until('PROXY_UPSTREAM_TIMEOUT')).toMatch(/^HTTP\/1\.1 504 /);
    expect(await begun.closed()).not.toContain('\r\n0\r\n');
  });
});

describe('safe, through a real proxy', () => {
  it('a fence holds GET where it may write, and lets POST pass where it only reads', async () => {
    const seen: string[] = [];
    await using backend = await startHttpBackend((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end('ok');
    });
    await using subject = await startManifestProxy({
      monolith: backend.origin,
      routes: [
        { name: 'add', matches: [{ path: { exact: '/cart/add' } }], safe: false },
        { name: 'search', matches: [{ path: { exact: '/search' } }], safe: true },
      ],
    });
    await subject.proxy.traffic.arm(attemptOf(1));
    await subject.proxy.traffic.fence(attemptOf(1), new AbortController().signal);
    using held = await openRaw(subject.port);
    held.send('GET /cart/add HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    expect(await ask(subject.port, 'POST /search', 'Content-Length: 0')).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).toEqual(['POST /search']);
    expect(subject.proxy.status().gate.held).toBe(1);
    await subject.proxy.traffic.withdraw(attemptOf(1));
    await held.until('ok');
    expect(seen).toEqual(['POST /search', 'GET /cart/add']);
  });
});
