import { createManualClock } from '@overgrow/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startRawBackend, type RawBackend } from '../test-support/backend-server.ts';
import { openHttp2 } from '../test-support/http2-request-client.ts';
import { startProxyUnderTest, type ProxyUnderTest } from '../test-support/proxy-under-test-server.ts';
import { frameType, openRawHttp2, requestFields, type Field } from '../test-support/raw-http2-client.ts';

/** What HTTP/2 can say and HTTP/1.1 must not hear, and what a client can make a server keep. Frame by frame. */
const get = requestFields('GET', '/reviews');
const without = (name: string): Field[] => get.filter(([each]) => each !== name);

const refused: Readonly<Record<string, readonly Field[]>> = {
  'a header name in upper case': [...get, ['X-A', '1']],
  'a connection header': [...get, ['connection', 'close']],
  'a transfer-encoding': [...get, ['transfer-encoding', 'chunked']],
  'an upgrade': [...get, ['upgrade', 'h2c']],
  'a keep-alive': [...get, ['keep-alive', '1']],
  'a te that is not trailers': [...get, ['te', 'chunked']],
  'no method': without(':method'),
  'no path': without(':path'),
  'no scheme': without(':scheme'),
  'no authority and no host': without(':authority'),
  'two methods': [...get, [':method', 'POST']],
  'two paths': [[':path', '/admin'], ...get],
  'a pseudo-header after a header': [...without(':path'), ['x-a', '1'], [':path', '/reviews']],
  'a pseudo-header that is unknown': [[':evil', '1'], ...get],
  'a pseudo-header of answers': [[':status', '200'], ...get],
  'an empty path': [...without(':path'), [':path', '']],
  'a path that is none': [...without(':path'), [':path', 'reviews']],
  'an absolute path': [...without(':path'), [':path', 'http://evil.test/reviews']],
  'a line break in the path': [...without(':path'), [':path', '/ HTTP/1.1\r\nHost: evil.test\r\n\r\n']],
  'a space in the path': [...without(':path'), [':path', '/a HTTP/1.1']],
  'dot segments': [...without(':path'), [':path', '/x/../admin']],
  'a space in the method': [...without(':method'), [':method', 'GET /admin HTTP/1.1']],
  'a method that nobody knows': [...without(':method'), [':method', 'get']],
  CONNECT: [
    [':method', 'CONNECT'],
    [':authority', 'db.internal:5432'],
  ],
  'a tunnel that is no WebSocket': [...without(':method'), [':method', 'CONNECT'], [':protocol', 'connect-udp']],
  'a protocol without CONNECT': [...get, [':protocol', 'websocket']],
  'a scheme that is neither': [...without(':scheme'), [':scheme', 'file']],
  'a user in the authority': [...without(':authority'), [':authority', 'shop.test@evil.test']],
  'a path in the authority': [...without(':authority'), [':authority', 'shop.test/admin']],
  'a line break in the authority': [...without(':authority'), [':authority', 'shop.test\r\nx-a: 1']],
  'another host': [...get, ['host', 'evil.test']],
  'two hosts': [...get, ['host', 'shop.test'], ['host', 'shop.test']],
  'two content-lengths': [...get, ['content-length', '2'], ['content-length', '2']],
  'a content-length without a body': [...get, ['content-length', '2']],
  'a signed content-length': [...get, ['content-length', '+0']],
  'more octets than allowed': [...get, ['x-a', 'a'.repeat(16_000)], ['x-b', 'a'.repeat(1_000)]],
  'more headers than allowed': [...get, ...Array.from({ length: 300 }, (): Field => ['x-a', '1'])],
};

/** nghttp2 drops a field that is none, and tells nobody: not an octet of it goes on. */
const dropped: Readonly<Record<string, readonly Field[]>> = {
  'a space in a name': [...get, ['x a', '1']],
  'a colon in a name': [...get, ['x:a', '1']],
  'a line break in a name': [...get, ['x\r\ny', '1']],
  'an empty name': [...get, ['', '1']],
  'a line break in a value': [...get, ['x-a', '1\r\nx-b: 2']],
  'a bare LF in a value': [...get, ['x-a', '1\nx-b: 2']],
  'a NUL in a value': [...get, ['x-a', '1\0']],
};

describe('HTTP/2 abuse', () => {
  let backend: RawBackend;
  let subject: ProxyUnderTest;
  const opened: AsyncDisposable[] = [];
  beforeAll(async () => {
    backend = await startRawBackend();
    subject = await startProxyUnderTest({ monolith: backend.origin });
  });
  afterAll(async () => {
    await subject[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
  });
  const isAlive = async () => {
    await using client = await openHttp2(subject.url);
    expect((await client.ask({ ':path': '/alive' })).status).toBe(200);
  };
  /** RFC 7541 §6.1: 0x88 is `:status: 200`, of the static table. */
  const answered200 = (payload: Buffer) => payload[0] === 0x88;

  it.each(Object.entries(refused))('refuses %s', async (_name, fields) => {
    using client = await openRawHttp2(subject.port);
    const before = backend.bytes();
    client.headers(1, fields);
    const frame = await client
      .until(({ type }) => type === frameType.reset || type === frameType.goaway || type === frameType.headers)
      .catch(() => undefined);
    expect(frame?.type === frameType.headers && answered200(frame.payload)).toBe(false);
    expect(backend.bytes()).toBe(before);
  });

  it.each(Object.entries(dropped))('forwards nothing of %s', async (_name, fields) => {
    using client = await openRawHttp2(subject.port);
    client.headers(1, [...fields, ['x-last', '1']]);
    await client.until(
      ({ type }) => type === frameType.reset || type === frameType.goaway || type === frameType.headers,
    );
    expect(backend.bytes()).not.toMatch(/x-b|x-a|x a|x:a|\r\ny|\r\n: /);
  });

  it('refuses a body longer, and one shorter, than its content-length', async () => {
    for (const text of ['abc', 'a']) {
      using client = await openRawHttp2(subject.port);
      client.headers(1, [...requestFields('POST', '/reviews'), ['content-length', '2']], { endStream: false });
      client.data(1, text);
      await client.until(({ type }) => type === frameType.reset || type === frameType.goaway);
      expect(backend.bytes()).not.toContain('POST /reviews');
    }
  });

  it('ends a connection that opens streams to reset them at once (CVE-2023-44487)', async () => {
    using client = await openRawHttp2(subject.port);
    for (let stream = 1; stream < 4_000; stream += 2) {
      client.headers(stream, requestFields('GET', '/rapid'));
      client.reset(stream, 8);
    }
    const frames = await client.closed();
    expect(frames.some(({ type }) => type === frameType.goaway)).toBe(true);
    expect((backend.bytes().match(/GET \/rapid/g) ?? []).length).toBeLessThan(1_000);
    await isAlive();
  });

  it('ends a connection whose head never ends (CVE-2024-27316)', async () => {
    using client = await openRawHttp2(subject.port);
    client.headers(1, get, { endHeaders: false });
    for (let index = 0; index < 200; index++) client.continuation(1, [['x-a', 'a'.repeat(1_000)]], false);
    await client.closed();
    await isAlive();
  });

  it('ends a connection that dribbles a head, one that says nothing, and one that is idle', async () => {
    const clock = createManualClock();
    const slow = await startProxyUnderTest({ monolith: backend.origin, clock });
    opened.push(slow);
    using silent = await openRawHttp2(slow.port);
    await silent.until(({ type }) => type === frameType.settings);
    using dribbling = await openRawHttp2(slow.port);
    await dribbling.until(({ type }) => type === frameType.settings);
    dribbling.headers(1, get, { endHeaders: false });
    await clock.advance(15_000);
    await silent.closed();
    await dribbling.closed();
  });

  it.each([
    ['pings', frameType.ping, 0, 8],
    ['settings', frameType.settings, 0, 0],
  ] as const)('lives through a flood of %s that nobody reads', async (_name, type, stream, length) => {
    using client = await openRawHttp2(subject.port);
    client.socket.pause();
    for (let index = 0; index < 20_000; index++) client.frame(type, 0, stream, Buffer.alloc(length));
    await isAlive();
  });

  it('allows no more streams at once than it says', async () => {
    const silent = await startRawBackend(() => {});
    const busy = await startProxyUnderTest({ monolith: silent.origin });
    opened.push(busy, silent);
    using client = await openRawHttp2(busy.port);
    for (let stream = 1; stream <= 301; stream += 2) client.headers(stream, requestFields('GET', '/many'));
    const frame = await client.until(({ type }) => type === frameType.reset || type === frameType.goaway);
    expect(frame.type === frameType.goaway || frame.payload.readUInt32BE(0) === 7).toBe(true);
    expect((silent.bytes().match(/GET \/many/g) ?? []).length).toBeLessThanOrEqual(100);
  });
});
