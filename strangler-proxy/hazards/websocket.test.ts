import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createManualClock } from '@overgrow/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { acceptOf } from '../forward/upgrade-client.ts';
import { startRawBackend } from '../test-support/backend-server.ts';
import { startHttp2Backend } from '../test-support/http2-backend-server.ts';
import { openHttp2 } from '../test-support/http2-request-client.ts';
import {
  attemptOf,
  recordOf,
  startProxyUnderTest,
  type ProxyUnderTestOptions,
} from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw } from '../test-support/raw-client.ts';

const never = new AbortController().signal;

describe('WebSocket', () => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  /** A server of the library ws that says everything back, and notes how its connections ended. */
  const start = async (options: Partial<ProxyUnderTestOptions> = {}) => {
    const http = createServer();
    const server = new WebSocketServer({ server: http, perMessageDeflate: true });
    const said: string[] = [];
    const closes: number[] = [];
    server.on('connection', (socket) => {
      socket.on('message', (message, isBinary) => {
        said.push((message as Buffer).toString());
        socket.send(message, { binary: isBinary });
      });
      socket.on('close', (code) => closes.push(code));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const subject = await startProxyUnderTest({
      monolith: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
      ...options,
    });
    open.push(async () => {
      await subject[Symbol.asyncDispose]();
      for (const client of server.clients) client.terminate();
      await new Promise<void>((resolve) => server.close(() => http.close(() => resolve())));
    });
    return { subject, server, said, closes };
  };
  const connect = async (port: number, path = '/live', perMessageDeflate = false) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate });
    open.push(async () => socket.terminate());
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    return socket;
  };
  const next = (socket: WebSocket) =>
    new Promise<Buffer>((resolve) => socket.once('message', (message) => resolve(message as Buffer)));
  const closeOf = (socket: WebSocket) => new Promise<number>((resolve) => socket.on('close', resolve));

  it.each([false, true])('passes messages, pings and close codes unchanged (compression: %s)', async (compressed) => {
    const { subject, closes } = await start();
    const socket = await connect(subject.port, '/live', compressed);
    for (const message of ['', 'text', 'é'.repeat(40_000)]) {
      const back = next(socket);
      socket.send(message);
      expect((await back).toString()).toBe(message);
    }
    const bytes = randomBytes(300_000);
    const back = next(socket);
    socket.send(bytes);
    expect((await back).equals(bytes)).toBe(true);
    const fragments = next(socket);
    socket.send('one ', { fin: false });
    socket.send('two', { fin: true });
    expect((await fragments).toString()).toBe('one two');
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping('p');
    expect(String(await pong)).toBe('p');
    const closed = closeOf(socket);
    socket.close(4321, 'bye');
    expect(await closed).toBe(4321);
    while (closes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(closes).toEqual([4321]);
    expect(subject.proxy.status().upgradedOpen).toBe(0);
  });

  it('is carried on a stream of HTTP/2 (RFC 8441), to backends of both versions', async () => {
    const first = await start();
    const tunnel = await startHttp2Backend((stream, _path, raw) => {
      stream.respond({ ':status': 200, 'x-protocol': raw[raw.indexOf(':protocol') + 1] ?? '' });
      stream.pipe(stream);
    });
    const second = await startProxyUnderTest({ monolith: tunnel.origin, protocol: 'http2' });
    open.push(
      async () => await tunnel[Symbol.asyncDispose](),
      async () => await second[Symbol.asyncDispose](),
    );
    for (const url of [first.subject.url, second.url]) {
      const client = await openHttp2(url);
      open.push(async () => await client[Symbol.asyncDispose]());
      if (!client.session.remoteSettings.enableConnectProtocol)
        await new Promise((resolve) => client.session.once('remoteSettings', resolve));
      const stream = client.open({
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':path': '/live',
        ':scheme': 'http',
      });
      const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
      expect(status).toBe(200);
      // A masked text frame `hi`; ws answers unmasked, the tunnel as it came.
      stream.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]));
      const answer = await new Promise<Buffer>((resolve) => stream.once('data', resolve));
      expect(answer.subarray(-2).toString()).toBe('hi');
      stream.close(8);
    }
  });

  it('reaches a backend of HTTP/2 from a client of HTTP/1.1', async () => {
    const backend = await startHttp2Backend((stream) => {
      stream.respond({ ':status': 200 });
      stream.on('data', () => stream.write(Buffer.from([0x81, 0x02, 0x68, 0x69])));
    });
    const subject = await startProxyUnderTest({ monolith: backend.origin, protocol: 'http2' });
    open.push(
      async () => await backend[Symbol.asyncDispose](),
      async () => await subject[Symbol.asyncDispose](),
    );
    const socket = await connect(subject.port);
    const back = next(socket);
    socket.send('any');
    expect((await back).toString()).toBe('hi');
    expect(backend.heads[0]?.join(' ')).toContain(':protocol websocket');
    expect(backend.heads[0]?.join(' ')).not.toContain('sec-websocket-key');
  });

  it('refuses an answer that does not prove that the backend understood, and a request without a key', async () => {
    const backend = await startRawBackend(
      (socket) =>
        void socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf('other')}\r\n\r\n`,
        ),
    );
    const subject = await startProxyUnderTest({ monolith: backend.origin });
    open.push(
      async () => await backend[Symbol.asyncDispose](),
      async () => await subject[Symbol.asyncDispose](),
    );
    const ask = (key: string) =>
      `GET /live HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`;
    expect(await exchangeRaw(subject.port, ask('Sec-WebSocket-Key: k\r\n'))).toMatch(/^HTTP\/1\.1 502 /);
    expect(await exchangeRaw(subject.port, ask(''))).toMatch(/^HTTP\/1\.1 400 /);
  });

  describe('during a cutover', () => {
    const cutover = async (longLived: 'close' | 'guarded' | 'refuse') => {
      const clock = createManualClock();
      const all = await start({ clock, longLived });
      const socket = await connect(all.subject.port, '/reviews');
      const before = next(socket);
      socket.send('before');
      await before;
      return { ...all, clock, socket, traffic: all.subject.proxy.traffic };
    };

    it('close: messages wait, the fence is acknowledged when they have been silent, and 1012 tells to come back', async () => {
      const { traffic, clock, socket, said, closes } = await cutover('close');
      let acknowledged = false;
      const fence = traffic.fence(attemptOf(1), never).then(() => (acknowledged = true));
      socket.send('during');
      await clock.advance(499);
      expect(acknowledged).toBe(false);
      await clock.advance(1);
      await fence;
      expect(said).toEqual(['before']);
      const closed = closeOf(socket);
      await traffic.release(attemptOf(1), recordOf('service', 4));
      expect(await closed).toBe(1012);
      while (closes.length === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(closes).toEqual([1012]);
      expect(said).toEqual(['before']);
    });

    it('close: messages go on, in order, when the attempt was abandoned', async () => {
      const { traffic, clock, socket, said } = await cutover('close');
      const fence = traffic.fence(attemptOf(1), never);
      await clock.advance(500);
      await fence;
      socket.send('one');
      socket.send('two');
      await traffic.withdraw(attemptOf(1));
      while (said.length < 3) await new Promise((resolve) => setImmediate(resolve));
      expect(said).toEqual(['before', 'one', 'two']);
    });

    it('guarded: messages go on, and the connection stays', async () => {
      const { traffic, socket, said } = await cutover('guarded');
      await traffic.fence(attemptOf(1), never);
      const back = next(socket);
      socket.send('during');
      await back;
      await traffic.release(attemptOf(1), recordOf('service', 4));
      const after = next(socket);
      socket.send('after');
      await after;
      expect(said).toEqual(['before', 'during', 'after']);
    });

    it('refuse: no attempt begins while one is open', async () => {
      const { traffic, socket, subject } = await cutover('refuse');
      await expect(traffic.arm(attemptOf(1))).rejects.toMatchObject({ code: 'PROXY_LONG_LIVED_OPEN' });
      await expect(traffic.fence(attemptOf(1), never)).rejects.toMatchObject({ code: 'PROXY_LONG_LIVED_OPEN' });
      expect(subject.proxy.status().gate.mode).toBe('open');
      socket.terminate();
      while (subject.proxy.status().upgradedOpen > 0) await new Promise((resolve) => setImmediate(resolve));
      await traffic.arm(attemptOf(1));
    });
  });
});
