import { createHash } from 'node:crypto';
import { request as requestHttp, type IncomingMessage, type RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { acceptOf } from '../forward/upgrade-client.ts';
import { deadOrigin, startHttpBackend, startRawBackend } from '../test-support/backend-server.ts';
import { startProxyUnderTest, type ProxyUnderTestOptions } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw, openRaw } from '../test-support/raw-client.ts';

const get = 'GET /x HTTP/1.1\r\nHost: shop.test\r\n\r\n';

describe('streams, aborts and connections', () => {
  const open: AsyncDisposable[] = [];
  const withRaw = async (
    answer: Parameters<typeof startRawBackend>[0],
    options: Partial<ProxyUnderTestOptions> = {},
  ) => {
    const backend = await startRawBackend(answer);
    const subject = await startProxyUnderTest({ monolith: backend.origin, ...options });
    open.push(subject, backend);
    return { backend, subject };
  };
  const withHttp = async (listener: RequestListener) => {
    const backend = await startHttpBackend(listener);
    const subject = await startProxyUnderTest({ monolith: backend.origin });
    open.push(subject, backend);
    return { backend, subject };
  };
  afterEach(async () => {
    for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
  });

  it('passes 8 MiB both ways unchanged, with and without a length', async () => {
    const { subject } = await withHttp((request, response) => {
      response.writeHead(
        200,
        request.headers['content-length'] === undefined ? {} : { 'content-length': request.headers['content-length'] },
      );
      request.pipe(response);
    });
    const block = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 31) & 255));
    const count = 128;
    const expected = createHash('sha256');
    for (let index = 0; index < count; index++) expected.update(block);
    const wanted = expected.digest('hex');
    for (const headers of [{}, { 'content-length': String(block.length * count) }]) {
      const outgoing = requestHttp(`${subject.url}/echo`, { method: 'POST', headers, agent: false });
      Readable.from(
        (function* () {
          for (let index = 0; index < count; index++) yield block;
        })(),
      ).pipe(outgoing);
      const incoming = await new Promise<IncomingMessage>((resolve, reject) =>
        outgoing.on('response', resolve).on('error', reject),
      );
      const hash = createHash('sha256');
      for await (const chunk of incoming) hash.update(chunk as Buffer);
      expect(hash.digest('hex')).toBe(wanted);
    }
  });

  it('stops reading from a backend whose client does not read', async () => {
    let written = 0;
    const limit = 256 * 1024 * 1024;
    let stalled = () => {};
    const blocked = new Promise<void>((resolve) => (stalled = resolve));
    const { subject } = await withHttp((_request, response) => {
      const block = Buffer.alloc(1024 * 1024);
      const pump = () => {
        while (written < limit) {
          written += block.length;
          if (!response.write(block)) {
            // Every buffer on the way is full when a drain does not come within a hundred turns.
            let turns = 0;
            const wait = () => (++turns === 2_000 ? stalled() : void setImmediate(wait));
            response.once('drain', () => ((turns = Number.NaN), pump()));
            wait();
            return;
          }
        }
        stalled();
      };
      pump();
    });
    using client = await openRaw(subject.port);
    client.socket.pause();
    client.send(get);
    await blocked;
    expect(written).toBeLessThan(limit / 4);
  });

  it('aborts the backend when the client of a safe request leaves', async () => {
    const { backend, subject } = await withRaw(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome'),
    );
    const client = await openRaw(subject.port);
    client.send(get);
    await client.until('some');
    client.socket.destroy();
    await backend.connectionClosed();
  });

  it('aborts the backend when a client leaves in the middle of its body', async () => {
    const { backend, subject } = await withRaw(() => {});
    const client = await openRaw(subject.port);
    client.send('POST /x HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n');
    await backend.until('some');
    client.socket.destroy();
    await backend.connectionClosed();
    while (subject.proxy.status().gate.unfinished > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('cuts the client when the backend dies in the middle of a body', async () => {
    const { subject } = await withRaw((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n', () => socket.destroy()),
    );
    const answer = await exchangeRaw(subject.port, get);
    expect(answer).not.toMatch(/0\r\n\r\n$/);
  });

  it('answers 502 to a client that is in the middle of a large body when the backend is dead', async () => {
    const subject = await startProxyUnderTest({ monolith: await deadOrigin() });
    open.push(subject);
    using client = await openRaw(subject.port);
    client.send('POST /x HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1000000\r\n\r\nsome');
    expect(await client.until('\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 502 [\s\S]*proxy-status: overgrow; error=connection_refused/,
    );
  });

  it('answers 504 when the head does not come in time', async () => {
    const { subject } = await withRaw(() => {}, { timeouts: { headMs: 50, idleMs: 50 } });
    const answer = await exchangeRaw(subject.port, get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 504 [\s\S]*PROXY_UPSTREAM_TIMEOUT/);
  });

  it('retries a safe request on a stale connection, once, and no other', async () => {
    // The backend closes the connection on its second request, without an answer.
    const { backend, subject } = await withRaw((socket, _head, count) => {
      if (count % 2 === 1) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    using client = await openRaw(subject.port);
    client.send(get);
    await client.until('ok');
    client.send(get.replace('/x', '/second'));
    await client.until('ok'.repeat(1));
    while ((client.received().match(/ok/g) ?? []).length < 2)
      await client.until('ok').then(() => new Promise((resolve) => setImmediate(resolve)));
    expect(backend.bytes().match(/GET \/second/g)).toHaveLength(2);
    client.send('DELETE /third HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 0\r\n\r\n');
    expect(await client.until('PROXY_UPSTREAM_RESET')).toContain('HTTP/1.1 502 ');
    expect(backend.bytes().match(/DELETE \/third/g)).toHaveLength(1);
  });

  it('forwards trailers both ways, and 103 early hints', async () => {
    const { backend, subject } = await withRaw((socket, head) => {
      if (head.includes('POST')) return;
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n');
      socket.write(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\nSet-Cookie: a=1\r\n\r\n',
      );
    });
    using client = await openRaw(subject.port);
    client.send(get);
    const answer = await client.until('X-Sum');
    expect(answer).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload; as=style\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
    expect(await client.until('X-Sum: 7\r\n\r\n')).not.toContain('Set-Cookie');
    using other = await openRaw(subject.port);
    other.send(
      'POST /x HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 8\r\nHost: evil\r\n\r\n',
    );
    await backend.until('X-Sum: 8\r\n');
    expect(backend.bytes()).not.toContain('evil');
  });

  it('answers HEAD with the length and without a body', async () => {
    const { subject } = await withHttp(
      (_request, response) => void response.writeHead(200, { 'content-length': 5 }).end(),
    );
    const answer = await exchangeRaw(subject.port, 'HEAD /x HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/content-length: 5\r\n/i);
    expect(answer).toMatch(/\r\n\r\n$/);
  });

  it('serves pipelined requests in order', async () => {
    const { subject } = await withHttp((request, response) => void response.end(`<${request.url}>`));
    using client = await openRaw(subject.port);
    client.send(
      `${get.replace('/x', '/1')}${get.replace('/x', '/2')}${get.replace('/x', '/3').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`,
    );
    expect((await client.closed()).match(/<\/\d>/g)).toEqual(['</1>', '</2>', '</3>']);
  });

  it('never answers a parse error in the place of an answer', async () => {
    let answer = () => {};
    const { backend, subject } = await withRaw((socket) => {
      answer = () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    using client = await openRaw(subject.port);
    client.send(`${get}NONSENSE\r\n\r\n`);
    expect(await client.closed()).toBe('');
    expect(backend.bytes().match(/GET /g) ?? []).toHaveLength(backend.bytes() === '' ? 0 : 1);
    answer();
  });

  it('passes WebSocket octets both ways, forwards a refusal, and counts what is open', async () => {
    const { subject } = await withRaw((socket, head) => {
      if (head.includes('/no')) {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
        return;
      }
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf('k')}\r\n\r\nhello`,
      );
      socket.on('data', (text: string) => socket.write(`<${text}>`));
    });
    const ask = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n`;
    using client = await openRaw(subject.port);
    client.send(ask('/live'));
    await client.until('\r\n\r\nhello');
    client.send('frame');
    await client.until('<frame>');
    expect(subject.proxy.status().upgradedOpen).toBe(1);
    client.socket.destroy();
    while (subject.proxy.status().upgradedOpen > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await exchangeRaw(subject.port, ask('/no'))).toMatch(/^HTTP\/1\.1 403 [\s\S]*no$/);
    while (subject.proxy.status().gate.unfinished > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('answers 502 to a WebSocket when the backend is dead', async () => {
    const subject = await startProxyUnderTest({ monolith: await deadOrigin() });
    open.push(subject);
    const answer = await exchangeRaw(
      subject.port,
      'GET /live HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('lets requests under way finish when it stops', async () => {
    let answer = () => {};
    const { backend, subject } = await withRaw(
      (socket) => {
        answer = () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      },
      { limits: { drainMs: 5_000 } },
    );
    using client = await openRaw(subject.port);
    client.send(get);
    await backend.until('GET /x');
    const stopped = subject.proxy.stop();
    answer();
    expect(await client.closed()).toMatch(/ok$/);
    await stopped;
  });
});
