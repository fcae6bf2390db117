import { createHash } from 'node:crypto';
import type { ServerHttp2Stream } from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import { deadOrigin, plainAnswer, startHttpBackend, startRawBackend } from '../test-support/backend-server.ts';
import { startHttp2Backend } from '../test-support/http2-backend-server.ts';
import { answerOf, openHttp2 } from '../test-support/http2-request-client.ts';
import { openRawHttp2, requestFields, startRawHttp2Backend } from '../test-support/raw-http2-client.ts';
import { startProxyUnderTest, type ProxyUnderTestOptions } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw, openRaw } from '../test-support/raw-client.ts';

describe('HTTP/2 by prior knowledge', () => {
  const open: AsyncDisposable[] = [];
  const withProxy = async (
    monolith: { readonly origin: string } & AsyncDisposable,
    options: Partial<ProxyUnderTestOptions> = {},
  ) => {
    const subject = await startProxyUnderTest({ monolith: monolith.origin, ...options });
    open.push(subject, monolith);
    return subject;
  };
  const withClient = async (url: string) => {
    const client = await openHttp2(url);
    open.unshift(client);
    return client;
  };
  const echo = (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    let trailers = {};
    stream.on('trailers', (headers: object) => (trailers = headers));
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.pipe(stream);
  };
  afterEach(async () => {
    for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
  });

  describe('to a backend of HTTP/1.1', () => {
    it('says the same in other words: one Host, one Cookie, owners and forwarding, no pseudo-headers', async () => {
      const backend = await startRawBackend();
      const subject = await withProxy(backend);
      const client = await withClient(subject.url);
      const answer = await client.ask({
        ':path': '/reviews?a=1',
        'x-b': '1',
        cookie: ['a=1', 'b=2'],
        'x-a': '2',
        te: 'trailers',
      });
      expect(answer).toMatchObject({ status: 200, body: 'ok' });
      expect(backend.bytes()).toMatch(/^GET \/reviews\?a=1 HTTP\/1\.1\r\nhost: shop\.test\r\n/);
      expect(backend.bytes()).toContain('x-b: 1\r\ncookie: a=1; b=2\r\nx-a: 2\r\n');
      expect(backend.bytes()).toContain('via: 2.0 overgrow\r\n');
      expect(backend.bytes()).toContain('overgrow-owners: reviews=monolith;epoch=3;scope="*"\r\n');
      expect(backend.bytes()).not.toMatch(/transfer-encoding|content-length|:authority/);
    });

    it('frames a body by its length where the client gives one, else by chunks', async () => {
      const backend = await startRawBackend((socket, head) => {
        if (head.includes('/a')) socket.write(plainAnswer);
        // An answer before the end of the body would end the exchange.
        else socket.on('data', (text: string) => text.endsWith('0\r\n\r\n') && socket.write(plainAnswer));
      });
      const subject = await withProxy(backend);
      const client = await withClient(subject.url);
      await client.ask({ ':method': 'POST', ':path': '/a', 'content-length': '4' }, 'body');
      expect(backend.bytes()).toMatch(/content-length: 4\r\n\r\nbody$/);
      const stream = client.open({ ':method': 'POST', ':path': '/b' }, { endStream: false });
      const answered = answerOf(stream);
      stream.write('bo');
      await backend.until('2\r\nbo');
      stream.end('dy');
      await answered;
      expect(backend.bytes()).toMatch(/transfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n$/i);
    });

    it('passes trailers both ways, 100 and 103', async () => {
      const backend = await startRawBackend((socket, head) => {
        if (head.includes('expect')) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n');
        const end = () =>
          socket.write(
            'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n',
          );
        if (head.includes('expect'))
          socket.on('data', (text: string) =>
            text.includes('X-Mine: 1') || text.includes('x-mine: 1') ? end() : undefined,
          );
        else end();
      });
      const subject = await withProxy(backend);
      const client = await withClient(subject.url);
      const got = await client.ask({ ':path': '/' });
      expect(got).toMatchObject({ status: 200, body: 'ok', informed: [103] });
      expect(got.trailers['x-sum']).toBe('7');
      const stream = client.open(
        { ':method': 'POST', ':path': '/', expect: '100-continue', trailer: 'x-mine' },
        { endStream: false, waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-mine': '1' }));
      stream.on('continue', () => stream.end('body'));
      expect(await answerOf(stream)).toMatchObject({ status: 200, body: 'ok' });
    });

    it('resets the stream of an answer that breaks off', async () => {
      const backend = await startRawBackend((socket) =>
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n', () => socket.destroy()),
      );
      const subject = await withProxy(backend);
      const client = await withClient(subject.url);
      await expect(client.ask({ ':path': '/' })).rejects.toThrow('reset with 2');
    });

    it('does not take a body that its client resets for a whole one', async () => {
      // node's own client ends a stream before it resets it with 0, so octets are written here.
      for (const code of [0, 8]) {
        const backend = await startRawBackend(() => {});
        const subject = await withProxy(backend);
        using client = await openRawHttp2(subject.port);
        client.headers(1, [...requestFields('POST', '/')], { endStream: false });
        client.data(1, 'some', { endStream: false });
        await backend.until('some');
        client.reset(1, code);
        await backend.connectionClosed();
        expect(backend.bytes()).not.toContain('\r\n0\r\n\r\n');
        while (subject.proxy.status().gate.unfinished > 0) await new Promise((resolve) => setImmediate(resolve));
      }
    });

    it('aborts the backend when the client cancels, and no other stream of the connection', async () => {
      const backend = await startRawBackend((socket, head) => {
        if (head.includes('/slow')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome');
        else socket.write(plainAnswer);
      });
      const subject = await withProxy(backend);
      const client = await withClient(subject.url);
      const stream = client.open({ ':path': '/slow' });
      await new Promise((resolve) => stream.once('data', resolve));
      stream.close(8);
      await backend.connectionClosed();
      expect(await client.ask({ ':path': '/' })).toMatchObject({ status: 200 });
    });

    it('stops reading from a backend whose client does not read', async () => {
      let written = 0;
      let stalled = () => {};
      const blocked = new Promise<void>((resolve) => (stalled = resolve));
      const backend = await startHttpBackend((_request, response) => {
        const block = Buffer.alloc(256 * 1024);
        const pump = () => {
          while (written < 64 * 1024 * 1024) {
            written += block.length;
            if (response.write(block)) continue;
            let turns = 0;
            const wait = () => (++turns === 2_000 ? stalled() : void setImmediate(wait));
            response.once('drain', () => ((turns = Number.NaN), pump()));
            wait();
            return;
          }
          stalled();
        };
        pump();
      });
      const subject = await withProxy(backend);
      const client = await withClient(subject.url);
      const stream = client.open({ ':path': '/' });
      stream.pause();
      await blocked;
      expect(written).toBeLessThan(24 * 1024 * 1024);
      stream.close(8);
    });

    it('answers its own problems on the stream, and keeps the connection', async () => {
      const subject = await startProxyUnderTest({ monolith: await deadOrigin() });
      open.push(subject);
      const client = await withClient(subject.url);
      const dead = await client.ask({ ':path': '/' });
      expect(dead.status).toBe(502);
      expect(dead.body).toContain('PROXY_UPSTREAM_REFUSED');
      expect((await client.ask({ ':path': '/x/../y' })).status).toBe(400);
      expect((await client.ask({ ':path': '/', ':method': 'NONSENSE' })).status).toBe(501);
      expect((await client.ask({ ':path': '/', ':method': 'TRACE' })).status).toBe(405);
      expect((await client.ask({ ':path': '/', 'content-length': '2' }, 'ab')).status).toBe(502);
    });
  });

  describe('to a backend of HTTP/2', () => {
    it.each(['http2', 'http1'] as const)(
      'carries requests of %s, with owners and without what is of HTTP/1.1',
      async (version) => {
        const backend = await startHttp2Backend((stream) => {
          stream.respond({ ':status': 201, 'x-a': ['1', '2'], 'set-cookie': ['a=1', 'b=2'] });
          stream.end('made');
        });
        const subject = await withProxy(backend, { protocol: 'http2' });
        if (version === 'http2') {
          const client = await withClient(subject.url);
          const answer = await client.ask({ ':method': 'POST', ':path': '/reviews', 'x-b': '1' }, 'body');
          expect(answer).toMatchObject({ status: 201, body: 'made' });
          expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
        } else {
          const answer = await exchangeRaw(
            subject.port,
            'POST /reviews HTTP/1.1\r\nHost: shop.test\r\nX-B: 1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
          );
          expect(answer).toMatch(/^HTTP\/1\.1 201 Created\r\n[\s\S]*set-cookie: a=1\r\nset-cookie: b=2\r\n[\s\S]*made/);
        }
        const head = backend.heads[0]?.join(' ') ?? '';
        expect(head).toContain(':authority shop.test');
        expect(head).toContain('x-b 1');
        expect(head).toContain('overgrow-owners reviews=monolith;epoch=3;scope="*"');
        expect(head).not.toMatch(/transfer-encoding|connection|(?:^| )host /);
      },
    );

    it('passes 4 MiB both ways unchanged, with trailers both ways', async () => {
      const backend = await startHttp2Backend(echo);
      const subject = await withProxy(backend, { protocol: 'http2' });
      const client = await withClient(subject.url);
      const body = Buffer.from(Array.from({ length: 1 << 16 }, (_, index) => (index * 31) & 255));
      const stream = client.open({ ':method': 'POST', ':path': '/' }, { endStream: false, waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '9' }));
      const whole = answerOf(stream);
      const hash = createHash('sha256');
      for (let index = 0; index < 64; index++) {
        hash.update(body);
        if (!stream.write(body)) await new Promise((resolve) => stream.once('drain', resolve));
      }
      stream.end();
      const answer = await whole;
      expect(createHash('sha256').update(Buffer.from(answer.body, 'latin1')).digest('hex')).toBe(hash.digest('hex'));
      expect(answer.trailers['x-sum']).toBe('9');
    });

    it('does not take an answer that its backend resets for a whole one, whatever the code', async () => {
      for (const code of [0, 2]) {
        const backend = await startRawHttp2Backend((connection, id) => {
          connection.headers(id, [[':status', '200']], { endStream: false });
          connection.data(id, 'some', { endStream: false });
          connection.reset(id, code);
        });
        const subject = await withProxy(backend, { protocol: 'http2' });
        const answer = await exchangeRaw(
          subject.port,
          'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n',
        );
        expect(answer).not.toMatch(/0\r\n\r\n$/);
      }
    });

    it('sends once more what the backend refused unprocessed, and nothing else', async () => {
      let asked = 0;
      const backend = await startHttp2Backend((stream, path) => {
        if (path === '/refused' && ++asked === 1) stream.close(7);
        else if (path === '/reset') stream.close(2);
        else stream.respond({ ':status': 200 }, { endStream: true });
      });
      const subject = await withProxy(backend, { protocol: 'http2' });
      const client = await withClient(subject.url);
      expect((await client.ask({ ':method': 'POST', ':path': '/refused', 'content-length': '2' }, 'ab')).status).toBe(
        200,
      );
      expect((await client.ask({ ':method': 'POST', ':path': '/reset', 'content-length': '2' }, 'ab')).status).toBe(
        502,
      );
      expect(backend.heads).toHaveLength(3);
    });

    it('answers 502 when it is dead, and connects again when it is back', async () => {
      const subject = await startProxyUnderTest({ monolith: await deadOrigin(), protocol: 'http2' });
      open.push(subject);
      expect(await exchangeRaw(subject.port, 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n')).toMatch(
        /^HTTP\/1\.1 502 [\s\S]*connection_refused/,
      );
      const backend = await startHttp2Backend((stream) => stream.respond({ ':status': 200 }, { endStream: true }));
      const other = await withProxy(backend, { protocol: 'http2' });
      const client = await withClient(other.url);
      expect((await client.ask({ ':path': '/' })).status).toBe(200);
      for (const session of backend.sessions) session.goaway(0);
      expect((await client.ask({ ':path': '/' })).status).toBe(200);
    });
  });

  it('cancels the stream at the backend when a client of HTTP/1.1 leaves', async () => {
    let cancelled = (_code: number) => {};
    const code = new Promise<number>((resolve) => (cancelled = resolve));
    const backend = await startHttp2Backend((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('some');
      stream.on('close', () => cancelled(stream.rstCode));
    });
    const subject = await withProxy(backend, { protocol: 'http2' });
    const client = await openRaw(subject.port);
    client.send('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    await client.until('some');
    client.socket.destroy();
    expect(await code).toBe(8);
  });
});
