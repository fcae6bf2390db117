import fc from 'fast-check';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRawBackend, type RawBackend } from '../test-support/backend-server.ts';
import { startProxyUnderTest, type ProxyUnderTest } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw } from '../test-support/raw-client.ts';

/**
 * Messages put together from the pieces that parsers stumble on. A sample: what ends the process once is a bug for ever, and
 * an unhandled rejection or exception fails the run.
 */
const piece = fc.constantFrom(
  'GET ',
  'POST ',
  'PUT ',
  'HEAD ',
  'OPTIONS ',
  '/',
  '/reviews',
  '/a?b',
  '*',
  'http://x/',
  ' HTTP/1.1',
  ' HTTP/1.0',
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  ':',
  ': ',
  'Host: h\r\n',
  'Content-Length: 3\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\n',
  'Upgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  'Trailer: X\r\n',
  'TE: trailers\r\n',
  '3\r\nabc\r\n',
  '0\r\n\r\n',
  '0\r\nX: 1\r\n\r\n',
  'fffffffff\r\n',
  'abc',
  '\0',
  '\xff',
  ' ',
  '\t',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 101 S\r\n',
  'HTTP/1.1 103 E\r\n',
  'HTTP/1.1 100 C\r\n',
  'HTTP/1.1 304 N\r\n',
  'HTTP/1.1 99 N\r\n',
  'Link: <a>\r\n',
  'Link: x\r\n',
  'Set-Cookie: a=1\r\n',
  'overgrow-answer-length: 3\r\n',
  'overgrow-answer-length: 1\r\n',
  'Date: x\r\n',
);
const soup = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''));
const requestHead = fc.constantFrom(
  'GET / HTTP/1.1\r\nHost: h\r\n',
  'POST /reviews HTTP/1.1\r\nHost: h\r\n',
  'HEAD / HTTP/1.1\r\nHost: h\r\n',
);
const answerHead = fc.constantFrom('HTTP/1.1 200 OK\r\n', 'HTTP/1.1 204 N\r\n', 'HTTP/1.1 304 N\r\n', '');
const anyOf = (head: fc.Arbitrary<string>) => fc.tuple(head, soup).map(([start, rest]) => start + rest);

/** A sample here; the long run sends a hundred thousand. */
const isLong = process.env['OVERGROW_LONG'] !== undefined;
const numRuns = isLong ? 100_000 : 300;
const timeout = isLong ? 3 * 3_600_000 : 30_000;

describe('soup', { timeout }, () => {
  let backend: RawBackend;
  let subject: ProxyUnderTest;
  let answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

  beforeAll(async () => {
    backend = await startRawBackend((socket) => socket.end(answer, 'latin1'));
    subject = await startProxyUnderTest({ monolith: backend.origin, timeouts: { headMs: 1_000, idleMs: 1_000 } });
  });
  afterAll(async () => {
    await subject[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  });

  /** Sends, ends its side, and waits until the proxy has closed. */
  const send = (bytes: string) =>
    new Promise<string>((resolve) => {
      const socket = connect({ port: subject.port, host: '127.0.0.1', allowHalfOpen: true });
      let received = '';
      socket.setEncoding('latin1');
      socket.on('data', (text: string) => (received += text));
      socket.on('error', () => {});
      socket.on('close', () => resolve(received));
      socket.on('end', () => socket.destroy());
      socket.end(bytes, 'latin1');
    });
  const isAlive = async () => {
    answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    expect(await exchangeRaw(subject.port, 'GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200 /,
    );
    while (subject.proxy.status().gate.unfinished > 0) await new Promise((resolve) => setImmediate(resolve));
  };

  it('of requests: the proxy lives, and all it admitted is finished', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(soup, anyOf(requestHead)), async (bytes) => {
        const received = await send(bytes);
        expect(received === '' || received.startsWith('HTTP/1.1 ')).toBe(true);
      }),
      { numRuns },
    );
    await isAlive();
    // Every request that the backend was sent is one that the proxy counted: none was smuggled past it, none sent twice.
    const ids = backend.bytes().match(/x-request-id: [0-9a-f]{16}-[0-9a-z]+\r\n/g) ?? [];
    const counted = subject.proxy
      .status()
      .routes.flatMap(({ backends }) => backends.map(({ requests }) => requests))
      .reduce((sum, each) => sum + each, 0);
    expect(new Set(ids).size).toBeLessThanOrEqual(counted);
    expect(ids.length - new Set(ids).size).toBe(await retriesOf(subject));
  });

  it('of answers: the proxy lives, and what the client gets is an answer or a cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST', 'HEAD'), anyOf(answerHead), async (method, bytes) => {
        answer = bytes;
        const received = await exchangeRaw(
          subject.port,
          `${method} /reviews HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
        );
        expect(received === '' || /^HTTP\/1\.1 (?:[2345]\d\d|103) /.test(received)).toBe(true);
      }),
      { numRuns },
    );
    await isAlive();
  });
});

async function retriesOf({ proxy }: ProxyUnderTest): Promise<number> {
  const text = await proxy.metrics.metrics();
  return [...text.matchAll(/^overgrow_proxy_retried_total\{[^}]*\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}
