import { afterEach, describe, expect, it } from 'vitest';
import { startRawBackend, plainAnswer } from '../test-support/backend-server.ts';
import { startProxyUnderTest, type ProxyUnderTestOptions } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw } from '../test-support/raw-client.ts';

describe('headers of one hop, and of the proxy', () => {
  const open: AsyncDisposable[] = [];
  const send = async (
    lines: readonly string[],
    options: Partial<ProxyUnderTestOptions> & {
      readonly answer?: string;
      readonly method?: string;
      readonly body?: string;
    } = {},
  ) => {
    const backend = await startRawBackend((socket) => void socket.write(options.answer ?? plainAnswer));
    const subject = await startProxyUnderTest({ monolith: backend.origin, ...options });
    open.push(subject, backend);
    const head = [`${options.method ?? 'GET'} /x HTTP/1.1`, 'Host: Shop.test', ...lines];
    if (!lines.some((line) => /^connection:/i.test(line))) head.push('Connection: close');
    const answer = await exchangeRaw(subject.port, `${head.join('\r\n')}\r\n\r\n${options.body ?? ''}`);
    return { answer, forwarded: backend.bytes() };
  };
  afterEach(async () => {
    for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
  });

  it.each([
    'Keep-Alive: timeout=5',
    'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic c2VjcmV0',
    'TE: gzip',
    'Trailer: X-Sum',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
    'X_Real_User: admin',
    'overgrow_owners: reviews=service;epoch=9;scope="*"',
    'OverGrow-Owners: reviews=service;epoch=9;scope="*"',
    'overgrow-anything: 1',
    'X-Original-URL: /admin',
    'X-Rewrite-URL: /admin',
    'X-Real-IP: 10.0.0.1',
    'Forwarded: for=10.0.0.1',
  ])('does not forward %s', async (line) => {
    const { answer, forwarded } = await send([line]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(forwarded).not.toContain(line);
    expect(forwarded.toLowerCase()).not.toContain(
      `${line.split(':')[0]?.toLowerCase()}: ${line.slice(line.indexOf(':') + 2).toLowerCase()}`,
    );
  });

  it('strips an upgrade to h2c and serves the request as it is', async () => {
    const { answer, forwarded } = await send([
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABk',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(forwarded).not.toMatch(/upgrade|http2/i);
  });

  it('removes headers that Connection names, both ways', async () => {
    const { answer, forwarded } = await send(['Connection: close, X-Hop', 'X-Hop: secret', 'X-End: 1'], {
      answer:
        'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Back\r\nX-Back: secret\r\nX-End: 2\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nok',
    });
    expect(forwarded).not.toMatch(/x-hop/i);
    expect(forwarded).toContain('X-End: 1\r\n');
    expect(answer).not.toMatch(/x-back|timeout=9|proxy-authenticate/i);
    expect(answer).toContain('X-End: 2\r\n');
  });

  it('survives a Trailer on GET', async () => {
    const { answer } = await send(['Trailer: T']);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('keeps order, case and duplicates', async () => {
    const { answer, forwarded } = await send(['X-B: 1', 'x-A: 2', 'X-B: 3', 'Cookie: a=1', 'cookie: b=2'], {
      answer:
        'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nx-Z: 1\r\nset-cookie: b=2\r\nX-Y: 2\r\nContent-Length: 2\r\n\r\nok',
    });
    expect(forwarded).toContain('X-B: 1\r\nx-A: 2\r\nX-B: 3\r\nCookie: a=1\r\ncookie: b=2\r\n');
    expect(forwarded).toMatch(/host: Shop\.test\r\n/i);
    expect(answer).toContain('Set-Cookie: a=1\r\nx-Z: 1\r\nset-cookie: b=2\r\nX-Y: 2\r\n');
  });

  it('replaces what a client says of itself, and stamps owners, Via and a request id', async () => {
    const { forwarded } = await send([
      'X-Forwarded-For: 1.2.3.4',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: evil.test',
      'X-Forwarded-Port: 1',
    ]);
    expect(forwarded).toContain(
      'x-forwarded-for: 127.0.0.1\r\nx-forwarded-proto: http\r\nx-forwarded-host: Shop.test\r\nvia: 1.1 overgrow\r\n',
    );
    expect(forwarded).not.toMatch(/1\.2\.3\.4|evil|forwarded-port/i);
    expect(forwarded).toMatch(/x-request-id: [0-9a-f]{16}-1\r\n/);
    expect(forwarded).toContain('overgrow-owners: reviews=monolith;epoch=3;scope="*"\r\n');
  });

  it('believes and continues what a trusted proxy says', async () => {
    const { forwarded } = await send(
      [
        'X-Forwarded-For: 1.2.3.4',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Host: shop.example',
        'Via: 1.1 edge',
        'X-Request-Id: abc-1',
      ],
      {
        trustedProxies: ['127.0.0.0/8'],
      },
    );
    expect(forwarded).toContain(
      'x-forwarded-for: 1.2.3.4, 127.0.0.1\r\nx-forwarded-proto: https\r\nx-forwarded-host: shop.example\r\nvia: 1.1 edge, 1.1 overgrow\r\nx-request-id: abc-1\r\n',
    );
  });

  it('forwards a GET with a body whole', async () => {
    const { forwarded } = await send(['Content-Length: 4'], { body: 'body' });
    expect(forwarded).toMatch(/content-length: 4\r\n\r\nbody$/i);
  });

  it('answers HTTP/1.0 without chunks', async () => {
    const backend = await startRawBackend(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n'),
    );
    const subject = await startProxyUnderTest({ monolith: backend.origin });
    open.push(subject, backend);
    const answer = await exchangeRaw(subject.port, 'GET /x HTTP/1.0\r\nHost: shop.test\r\n\r\n');
    expect(answer).not.toMatch(/transfer-encoding/i);
    expect(answer).toMatch(/\r\n\r\nbody$/);
  });
});
