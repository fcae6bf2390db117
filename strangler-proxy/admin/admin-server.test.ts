import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHttpBackend, type HttpBackend } from '../test-support/backend-server.ts';
import { recordOf, startProxyUnderTest, type ProxyUnderTest } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw } from '../test-support/raw-client.ts';
import { createAdminServer, type AdminServer } from './admin-server.ts';
import { createProxyAdmin } from './proxy-admin-server.ts';

describe('the admin server', () => {
  let backend: HttpBackend;
  let subject: ProxyUnderTest;
  let admin: AdminServer;
  let port: number;

  beforeEach(async () => {
    backend = await startHttpBackend((_request, response) => void response.end('ok'));
    subject = await startProxyUnderTest({ monolith: backend.origin, learned: false });
    admin = createAdminServer({
      listen: '127.0.0.1:0',
      token: 'sesame',
      routers: [{ path: '/proxy', router: createProxyAdmin(subject.proxy) }],
      isReady: () => subject.proxy.isReady(),
    });
    ({ port } = await admin.start());
  });
  afterEach(async () => {
    await admin.stop();
    await subject[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  });

  const ask = (path: string, lines: readonly string[] = [], method = 'GET', body = '') =>
    exchangeRaw(
      port,
      [
        `${method} ${path} HTTP/1.1`,
        `Connection: close`,
        ...(lines.some((line) => line.startsWith('Host:')) ? [] : [`Host: 127.0.0.1:${port}`]),
        ...lines,
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    );
  const token = 'Authorization: Bearer sesame';
  const json = async (path: string) =>
    JSON.parse((await ask(path, [token])).split('\r\n\r\n')[1] ?? '') as Record<string, unknown>;

  it('answers health to everybody, and readiness once the owners are known', async () => {
    expect(await ask('/healthz')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask('/readyz')).toMatch(/^HTTP\/1\.1 503 /);
    await subject.proxy.traffic.learn([]);
    expect(await ask('/readyz')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each(['/proxy/status', '/proxy/metrics', '/nothing', '/'])(
    'gives nothing of %s without the token',
    async (path) => {
      for (const lines of [
        [],
        ['Authorization: Bearer wrong'],
        ['Authorization: Bearer'],
        ['Authorization: Basic sesame'],
        ['Authorization: Bearer sesame2'],
      ]) {
        expect(await ask(path, lines)).toMatch(/^HTTP\/1\.1 401 [\s\S]*WWW-Authenticate: Bearer/i);
      }
    },
  );

  it.each(['Host: evil.test', 'Host: 127.0.0.1', 'Host: 127.0.0.1:1', 'Host: evil.test:80'])(
    'refuses %s, health included',
    async (host) => {
      expect(await ask('/healthz', [host])).toMatch(/^HTTP\/1\.1 403 /);
    },
  );

  it('refuses the page of another site', async () => {
    expect(await ask('/proxy/status', [token, 'Origin: http://evil.test'])).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask('/proxy/status', [token, 'Origin: null'])).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask('/proxy/status', [token, `Origin: http://127.0.0.1:${port}`])).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('shows status and metrics of real traffic', async () => {
    await subject.proxy.traffic.learn([]);
    for (const path of ['/reviews', '/reviews/1', '/x']) await (await fetch(`${subject.url}${path}`)).text();
    const status = await json('/proxy/status');
    expect(status).toMatchObject({
      gate: { mode: 'open', held: 0, unfinished: 0 },
      contexts: [{ context: 'reviews', owner: 'monolith', epoch: 0 }],
      routes: [
        {
          route: 'reviews',
          weight: 0,
          backends: [
            { backend: 'monolith', requests: 2, errors: 0 },
            { backend: 'reviews', requests: 0, p50Ms: null },
          ],
        },
        { route: 'unmatched', backends: [{ requests: 1 }] },
      ],
    });
    const metrics = await ask('/proxy/metrics', [token]);
    expect(metrics).toContain('overgrow_proxy_requests_total{route="reviews",backend="monolith",class="2xx"} 2\n');
    expect(metrics).toContain('overgrow_proxy_request_duration_seconds_count{route="reviews",backend="monolith"} 2\n');
    expect(metrics).toContain('overgrow_proxy_gate_mode{mode="open"} 1\n');
    expect(metrics).not.toContain('/reviews');
  });

  it('explains a request', async () => {
    await subject.proxy.traffic.learn([]);
    expect(await json('/proxy/explain?target=/reviews/1')).toMatchObject({
      route: 'reviews',
      backend: 'monolith',
      reason: 'weight-is-zero',
    });
    expect(await ask('/proxy/explain', [token])).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('sets a weight', async () => {
    await subject.proxy.traffic.learn([]);
    const put = (path: string, body: string) => ask(path, [token, 'Content-Type: application/json'], 'PUT', body);
    expect(await put('/proxy/contexts/reviews/weight', '{"weight":10000}')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await json('/proxy/explain?target=/reviews')).toMatchObject({ reason: 'service-not-ready' });
    await subject.proxy.traffic.learn([recordOf('monolith', 1)]);
    expect(await json('/proxy/explain?target=/reviews')).toMatchObject({ backend: 'reviews' });
    expect(await put('/proxy/contexts/reviews/weight', '{"weight":10001}')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await put('/proxy/contexts/reviews/weight', '{')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await put('/proxy/contexts/none/weight', '{"weight":1}')).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('says which port is taken', async () => {
    const second = createAdminServer({ listen: `127.0.0.1:${port}`, token: 'x', routers: [], isReady: () => true });
    await expect(second.start()).rejects.toMatchObject({ code: 'PROXY_LISTEN_FAILED' });
  });
});
