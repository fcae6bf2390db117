import { afterEach, describe, expect, it } from 'vitest';
import { startRawBackend, type RawBackend } from '../test-support/backend-server.ts';
import { startProxyUnderTest, type ProxyUnderTest } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw } from '../test-support/raw-client.ts';

/** What a backend may send, by fault or by malice. The client gets a 502 or a cut connection, never a message it could misread. */
const request = 'GET /x HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';

const answered502: Readonly<Record<string, string>> = {
  'status 000': 'HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n',
  'status 099': 'HTTP/1.1 099 None\r\nContent-Length: 0\r\n\r\n',
  'status 600': 'HTTP/1.1 600 None\r\nContent-Length: 0\r\n\r\n',
  'status 999': 'HTTP/1.1 999 None\r\nContent-Length: 0\r\n\r\n',
  'a status of two digits': 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n',
  'Content-Length with Transfer-Encoding':
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'two Content-Lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok',
  'two differing Content-Lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 20\r\n\r\nok',
  'a signed Content-Length': 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok',
  'a coding but chunked': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  'a NUL in a value': 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\nok',
  'a bare LF in the head': 'HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 2\n\nok',
  'a folded line': 'HTTP/1.1 200 OK\r\nX-A: 1\r\n folded\r\nContent-Length: 2\r\n\r\nok',
  'a space before the colon': 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok',
  'an unasked 100': 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'an unasked 101': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
  'a head larger than the limit': `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(40_000)}\r\nContent-Length: 2\r\n\r\nok`,
  'not HTTP': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  'HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
};

const cut: Readonly<Record<string, string>> = {
  'a body shorter than its length, then the end': 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nonly this',
  'chunks without an end': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n',
  'a chunk size that is no number': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\nzz\r\n',
};

describe('hostile answers', () => {
  let backend: RawBackend | undefined;
  let subject: ProxyUnderTest | undefined;

  const start = async (bytes: string, end = true) => {
    backend = await startRawBackend((socket) => {
      socket.write(bytes, 'latin1');
      if (end) socket.end();
    });
    subject = await startProxyUnderTest({ monolith: backend.origin });
    return subject.port;
  };
  afterEach(async () => {
    await subject?.[Symbol.asyncDispose]();
    await backend?.[Symbol.asyncDispose]();
  });

  it.each(Object.entries(answered502))('answers 502 to %s', async (_name, bytes) => {
    const answer = await exchangeRaw(await start(bytes), request);
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).toMatch(/proxy-status: overgrow; error=/);
    expect(answer).toContain('"code":"PROXY_UPSTREAM_');
  });

  it.each(Object.entries(cut))('cuts the client off from %s', async (_name, bytes) => {
    const answer = await exchangeRaw(await start(bytes), request);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    expect(body).not.toMatch(/0\r\n\r\n$/);
    expect(body.length).toBeLessThan(20);
  });

  it('forwards an answer with Trailer and Content-Length, without the Trailer', async () => {
    const answer = await exchangeRaw(
      await start('HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nContent-Length: 2\r\n\r\nok'),
      request,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).not.toMatch(/trailer/i);
    expect(answer).toMatch(/ok$/);
  });

  it('replaces a reason with control octets', async () => {
    const answer = await exchangeRaw(await start('HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok'), request);
    expect(answer).toMatch(/^HTTP\/1\.1 (?:200 OK|502 Bad Gateway)\r\n/);
  });

  it('drops a length on 204', async () => {
    const answer = await exchangeRaw(await start('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello'), request);
    expect(answer).toMatch(/^HTTP\/1\.1 204 /);
    expect(answer).not.toMatch(/content-length|hello/i);
  });

  it('keeps what follows an answer from the next client', async () => {
    const port = await start(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned',
      false,
    );
    expect(await exchangeRaw(port, request)).toMatch(/ok$/);
    expect(await exchangeRaw(port, request)).not.toContain('poisoned');
  });

  it('keeps a body of a HEAD answer from the next client', async () => {
    const port = await start('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned', false);
    const answer = await exchangeRaw(port, request.replace('GET', 'HEAD'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain('poisoned');
  });

  it('answers 502 when the backend closes before it answers', async () => {
    const answer = await exchangeRaw(await start(''), request);
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).toContain('PROXY_UPSTREAM_RESET');
  });
});
