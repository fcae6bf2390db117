import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRawBackend, type RawBackend } from '../test-support/backend-server.ts';
import { startProxyUnderTest, type ProxyUnderTest } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw } from '../test-support/raw-client.ts';

/**
 * Requests that two readers understand differently. Each is refused before one octet of it reaches a backend, and the
 * connection ends. Raw sockets both sides: no client library mends what is sent.
 */
const get = (target: string, ...lines: string[]) =>
  `GET ${target} HTTP/1.1\r\nHost: shop.test\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const post = (headers: string, body: string) =>
  `POST /reviews HTTP/1.1\r\nHost: shop.test\r\n${headers}\r\n\r\n${body}`;

const refused: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  framing: {
    'Content-Length with Transfer-Encoding': post(
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
      '0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n',
    ),
    'Transfer-Encoding with Content-Length': post('Transfer-Encoding: chunked\r\nContent-Length: 5', '0\r\n\r\n'),
    'two equal Content-Lengths': post('Content-Length: 2\r\nContent-Length: 2', 'ab'),
    'two differing Content-Lengths': post('Content-Length: 2\r\nContent-Length: 3', 'abc'),
    'a list of Content-Lengths': post('Content-Length: 2, 2', 'ab'),
    'a signed Content-Length': post('Content-Length: +2', 'ab'),
    'a hexadecimal Content-Length': post('Content-Length: 0x2', 'ab'),
    'an empty Content-Length': post('Content-Length:', 'ab'),
    'a negative Content-Length': post('Content-Length: -1', 'ab'),
    xchunked: post('Transfer-Encoding: xchunked', '0\r\n\r\n'),
    'chunked, identity': post('Transfer-Encoding: chunked, identity', '0\r\n\r\n'),
    'identity, chunked': post('Transfer-Encoding: identity, chunked', '0\r\n\r\n'),
    'gzip, chunked': post('Transfer-Encoding: gzip, chunked', '0\r\n\r\n'),
    'chunked twice': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
    'chunked in quotes': post('Transfer-Encoding: "chunked"', '0\r\n\r\n'),
    'chunked after a vertical tab': post('Transfer-Encoding: \x0bchunked', '0\r\n\r\n'),
    'Transfer-Encoding from HTTP/1.0':
      'POST /reviews HTTP/1.0\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'Connection names Content-Length': post('Content-Length: 2\r\nConnection: close, content-length', 'ab'),
    'Connection names Host': get('/', 'Connection: close, host'),
  },
  'header syntax': {
    'a space before the colon': get('/', 'X-A : 1'),
    'Transfer-Encoding with a space before the colon': post('Transfer-Encoding : chunked', '0\r\n\r\n'),
    'a folded line': get('/', 'X-A: 1', ' folded'),
    'a folded Transfer-Encoding': post('Transfer-Encoding:\r\n chunked', '0\r\n\r\n'),
    'a NUL in a value': get('/', 'X-A: a\0b'),
    'a bare CR in a value': get('/', 'X-A: a\rb'),
    'a bare LF after a header': 'GET / HTTP/1.1\r\nHost: shop.test\nX-A: 1\r\n\r\n',
    'a bare LF at the end of the head': 'GET / HTTP/1.1\r\nHost: shop.test\r\n\n',
    'a line without a colon': get('/', 'nonsense'),
    'an empty name': get('/', ': 1'),
    'a control octet in a name': get('/', 'X\x01A: 1'),
    'a head larger than the limit': get('/', `X-A: ${'a'.repeat(20_000)}`),
  },
  'request line': {
    'absolute-form': get('http://evil.test/reviews'),
    'absolute-form, own host': get('http://shop.test/reviews'),
    'asterisk-form': 'OPTIONS * HTTP/1.1\r\nHost: shop.test\r\n\r\n',
    CONNECT: 'CONNECT db.internal:5432 HTTP/1.1\r\nHost: db.internal\r\n\r\n',
    TRACE: 'TRACE / HTTP/1.1\r\nHost: shop.test\r\n\r\n',
    'HTTP/2.0': 'GET / HTTP/2.0\r\nHost: shop.test\r\n\r\n',
    'HTTP/1.2': 'GET / HTTP/1.2\r\nHost: shop.test\r\n\r\n',
    'HTTP/0.9': 'GET /\r\n\r\n',
    'no method that is known': 'NONSENSE / HTTP/1.1\r\nHost: shop.test\r\n\r\n',
    'a tab': 'GET\t/ HTTP/1.1\r\nHost: shop.test\r\n\r\n',
    'a bare LF': 'GET / HTTP/1.1\nHost: shop.test\r\n\r\n',
    binary: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  },
  target: {
    'dot segments': get('/x/../admin'),
    'a single dot segment': get('/./admin'),
    'dot segments at the end': get('/reviews/..'),
    'encoded dot segments': get('/x/%2e%2e/admin'),
    'half-encoded dot segments': get('/x/.%2E/admin'),
    'dot segments with a parameter': get('/x/..;a=1/admin'),
    'an encoded slash': get('/x%2fadmin'),
    'an encoded backslash': get('/x%5c..%5cadmin'),
    'a backslash': get('/x\\..\\admin'),
    'an encoded NUL': get('/x%00'),
    'an encoded line break': get('/x%0d%0aX-A:%201'),
    'a broken percent sequence': get('/x%2'),
    'a double slash': get('//evil.test/reviews'),
    'a double slash inside': get('/x//admin'),
    'a fragment': get('/x#/reviews'),
    'an octet above ASCII': get('/caf\xe9'),
    'a quote': get('/x"'),
  },
  host: {
    'two Hosts': get('/', 'Host: evil.test'),
    'no Host': 'GET / HTTP/1.1\r\nX-A: 1\r\n\r\n',
    'no Host from HTTP/1.0': 'GET / HTTP/1.0\r\n\r\n',
    'an empty Host': 'GET / HTTP/1.1\r\nHost:\r\n\r\n',
    'a Host with a path': 'GET / HTTP/1.1\r\nHost: shop.test/admin\r\n\r\n',
    'a Host with a user': 'GET / HTTP/1.1\r\nHost: shop.test@evil.test\r\n\r\n',
    'a list of Hosts': 'GET / HTTP/1.1\r\nHost: shop.test, evil.test\r\n\r\n',
  },
  expectation: {
    'another expectation': post('Content-Length: 2\r\nExpect: 200-ok', 'ab'),
  },
};

describe('hostile requests', () => {
  let backend: RawBackend;
  let subject: ProxyUnderTest;

  beforeAll(async () => {
    backend = await startRawBackend();
    subject = await startProxyUnderTest({ monolith: backend.origin });
  });
  afterAll(async () => {
    await subject[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  });

  for (const [group, cases] of Object.entries(refused)) {
    describe(group, () => {
      it.each(Object.entries(cases))('refuses %s', async (_name, bytes) => {
        const before = backend.bytes();
        const answer = await exchangeRaw(subject.port, bytes);
        expect(answer).toMatch(/^HTTP\/1\.1 (?:400|405|417|431|501) /);
        expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
        expect(backend.bytes()).toBe(before);
      });
    });
  }

  it('is alive after all of them', async () => {
    const answer = await exchangeRaw(subject.port, get('/', 'Connection: close'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});
