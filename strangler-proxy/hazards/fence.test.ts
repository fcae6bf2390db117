import { afterEach, describe, expect, it } from 'vitest';
import { acceptOf } from '../forward/upgrade-client.ts';
import { startRawBackend, type RawBackend } from '../test-support/backend-server.ts';
import { createManualClock } from '@overgrow/core';
import {
  attemptOf,
  recordOf,
  startProxyUnderTest,
  type ProxyUnderTest,
  type ProxyUnderTestOptions,
} from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw, openRaw } from '../test-support/raw-client.ts';

const post = (path: string, body: string, ...lines: string[]) =>
  `POST ${path} HTTP/1.1\r\nHost: shop.test\r\nContent-Length: ${body.length}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`;
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n`;
const never = new AbortController().signal;

describe('the fence on the wire', () => {
  const open: AsyncDisposable[] = [];
  const start = async (
    options: Partial<ProxyUnderTestOptions> = {},
    answer?: Parameters<typeof startRawBackend>[0],
  ) => {
    const monolith: RawBackend = await startRawBackend(answer);
    const service: RawBackend = await startRawBackend();
    const subject: ProxyUnderTest = await startProxyUnderTest({
      monolith: monolith.origin,
      service: service.origin,
      ...options,
    });
    open.push(subject, monolith, service);
    return { monolith, service, subject, traffic: subject.proxy.traffic };
  };
  const heldOf = (subject: ProxyUnderTest) => subject.proxy.status().gate.held;
  const until = async (isDone: () => boolean) => {
    while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
  };
  afterEach(async () => {
    for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
  });

  it('answers unsafe requests 503 before it has learned the owners, and safe ones from the monolith', async () => {
    const { monolith, subject } = await start({ learned: false });
    const answer = await exchangeRaw(subject.port, post('/cart', 'ab', 'Connection: close'));
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/retry-after: 1\r\n/);
    expect(monolith.bytes()).toBe('');
    expect(await exchangeRaw(subject.port, get('/reviews'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(monolith.bytes()).not.toContain('overgrow-owners');
  });

  it('holds unsafe requests of every route, lets safe ones pass, and releases them to the new owner in order', async () => {
    const { monolith, service, subject, traffic } = await start();
    await traffic.arm(attemptOf(1));
    expect(await traffic.fence(attemptOf(1), never)).toMatchObject({ waitedFor: 0, heldNow: 0 });
    const clients = [];
    for (const [index, path] of ['/reviews/1', '/reviews/2', '/cart'].entries()) {
      const client = await openRaw(subject.port);
      clients.push(client);
      client.send(post(path, 'ab', 'Connection: close'));
      await until(() => heldOf(subject) === index + 1);
    }
    const held = subject.proxy.status().routes.map((route) => [route.route, route.held]);
    expect(held).toEqual([
      ['reviews', 2],
      ['unmatched', 1],
    ]);
    expect(await exchangeRaw(subject.port, get('/reviews'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(monolith.bytes()).not.toContain('POST');
    const report = await traffic.release(attemptOf(1), recordOf('service', 4));
    expect(report).toMatchObject({ released: 3, gone: 0 });
    for (const client of clients) expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 /);
    expect(
      service
        .bytes()
        .match(/POST \S+/g)
        ?.toSorted(),
    ).toEqual(['POST /reviews/1', 'POST /reviews/2']);
    expect(service.bytes()).toContain('overgrow-owners: reviews=service;epoch=4;scope="*"');
    expect(monolith.bytes()).toContain('POST /cart');
  });

  it('forwards to the monolith as before when the attempt is withdrawn', async () => {
    const { monolith, service, subject, traffic } = await start();
    await traffic.fence(attemptOf(1), never);
    using client = await openRaw(subject.port);
    client.send(post('/reviews', 'ab', 'Connection: close'));
    await until(() => heldOf(subject) === 1);
    await traffic.withdraw(attemptOf(1));
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 /);
    expect(monolith.bytes()).toContain('POST /reviews');
    expect(service.bytes()).toBe('');
  });

  it('waits for an admitted request until client and backend are both done with it', async () => {
    let finish = () => {};
    const { monolith, subject, traffic } = await start({}, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha');
      finish = () => void socket.write('lf');
    });
    using client = await openRaw(subject.port);
    client.send(post('/reviews', 'ab'));
    await monolith.until('POST /reviews');
    let acknowledged = false;
    const fence = traffic.fence(attemptOf(1), never).then((report) => {
      acknowledged = true;
      return report;
    });
    await client.until('ha');
    expect(acknowledged).toBe(false);
    finish();
    expect(await fence).toMatchObject({ waitedFor: 1 });
    await client.until('half');
    await traffic.withdraw(attemptOf(1));
  });

  it('goes on waiting for an unsafe request whose client left before the answer', async () => {
    let answer = () => {};
    const { monolith, subject, traffic } = await start({}, (socket) => {
      answer = () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const client = await openRaw(subject.port);
    client.send(post('/reviews', 'ab'));
    await monolith.until('POST /reviews');
    client.socket.destroy();
    const fence = traffic.fence(attemptOf(1), never);
    await until(() => subject.proxy.status().gate.mode === 'fencing');
    expect(subject.proxy.status().gate.unfinished).toBe(1);
    answer();
    expect(await fence).toMatchObject({ waitedFor: 1 });
    await traffic.withdraw(attemptOf(1));
  });

  it('lets a client that leaves leave the queue', async () => {
    const { monolith, subject, traffic } = await start();
    await traffic.fence(attemptOf(1), never);
    const client = await openRaw(subject.port);
    client.send(post('/reviews', 'ab'));
    await until(() => heldOf(subject) === 1);
    client.socket.destroy();
    await until(() => heldOf(subject) === 0);
    expect(await traffic.withdraw(attemptOf(1))).toMatchObject({ released: 0, gone: 1 });
    expect(monolith.bytes()).toBe('');
  });

  it('asks for a body only after admission', async () => {
    const { monolith, subject, traffic } = await start({}, (socket, head) => {
      if (/expect: 100-continue/i.test(head)) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      socket.on('data', (text: string) => {
        if (text.includes('body!')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    await traffic.fence(attemptOf(1), never);
    using client = await openRaw(subject.port);
    client.send('POST /reviews HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n');
    await until(() => heldOf(subject) === 1);
    expect(client.received()).toBe('');
    await traffic.withdraw(attemptOf(1));
    await client.until('HTTP/1.1 100 Continue\r\n\r\n');
    expect(monolith.bytes()).not.toContain('body!');
    client.send('body!');
    await client.until('ok');
    expect(monolith.bytes()).toMatch(/\r\n\r\nbody!$/);
  });

  it('does not wait for a client that sends its small body slowly, and holds the request when the body is there', async () => {
    const { monolith, service, subject, traffic } = await start();
    using client = await openRaw(subject.port);
    client.send('POST /reviews HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\nConnection: close\r\n\r\nsome');
    // A request on another connection has been served: the head above has arrived by then.
    expect(await exchangeRaw(subject.port, get('/reviews'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(await traffic.fence(attemptOf(1), never)).toMatchObject({ waitedFor: 0 });
    client.send(' slow!');
    await until(() => heldOf(subject) === 1);
    expect(monolith.bytes()).not.toContain('POST');
    await traffic.release(attemptOf(1), recordOf('service', 4));
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 /);
    expect(service.bytes()).toMatch(/content-length: 10\r\n\r\nsome slow!$/i);
  });

  it('answers 503 while armed without a lease', async () => {
    const { subject, traffic } = await start({ leaseIsLive: () => false });
    await traffic.arm(attemptOf(1));
    expect(await exchangeRaw(subject.port, post('/cart', 'ab', 'Connection: close'))).toMatch(
      /^HTTP\/1\.1 503 [\s\S]*PROXY_LEASE_LOST/,
    );
    await traffic.withdraw(attemptOf(1));
    expect(await exchangeRaw(subject.port, post('/cart', 'ab', 'Connection: close'))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('answers held requests 503 at the client limit, and tells that the hold expired', async () => {
    const clock = createManualClock();
    const expired: number[] = [];
    const { monolith, subject, traffic } = await start({ clock, onHoldExpired: (ref) => expired.push(ref.attempt) });
    await traffic.fence(attemptOf(1), never);
    using client = await openRaw(subject.port);
    client.send(post('/reviews', 'ab', 'Connection: close'));
    await until(() => heldOf(subject) === 1);
    await clock.advance(4_000);
    expect(expired).toEqual([1]);
    await clock.advance(21_000);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 503 [\s\S]*PROXY_HOLD_EXPIRED/);
    expect(monolith.bytes()).toBe('');
    await traffic.withdraw(attemptOf(1));
    await clock.advance(60_000);
  });

  it('holds a new WebSocket like an unsafe request', async () => {
    const { monolith, subject, traffic } = await start(
      {},
      (socket) =>
        void socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf('k')}\r\n\r\n`,
        ),
    );
    await traffic.fence(attemptOf(1), never);
    using client = await openRaw(subject.port);
    client.send(
      'GET /live HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n',
    );
    await until(() => heldOf(subject) === 1);
    await traffic.withdraw(attemptOf(1));
    await client.until('101 Switching Protocols');
    expect(monolith.bytes()).toMatch(/upgrade: websocket/i);
    await until(() => subject.proxy.status().upgradedOpen === 1);
    expect(subject.proxy.status().gate.unfinished).toBe(0);
  });
});
