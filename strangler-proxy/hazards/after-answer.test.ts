import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { plainAnswer, startRawBackend } from '../test-support/backend-server.ts';
import { attemptOf, startProxyUnderTest, type ProxyUnderTestOptions } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw, openRaw } from '../test-support/raw-client.ts';

/** docs/reference/after-protocol.md, line by line. */
const post = 'POST /reviews HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2\r\n\r\nab';
const head = (length: string) =>
  `HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\novergrow-answer-length: ${length}\r\nTransfer-Encoding: chunked\r\n\r\n`;
const never = new AbortController().signal;

describe('work after the answer', () => {
  const open: AsyncDisposable[] = [];
  const start = async (
    answer: (socket: Socket, request: string) => void,
    options: Partial<ProxyUnderTestOptions> = {},
  ) => {
    const backend = await startRawBackend(answer);
    const subject = await startProxyUnderTest({ monolith: backend.origin, ...options });
    open.push(subject, backend);
    return { backend, subject };
  };
  const until = async (isDone: () => boolean) => {
    while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
  };
  afterEach(async () => {
    for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
  });

  it('ends the answer after N octets; the request is finished when the message ends', async () => {
    let end = () => {};
    const { subject } = await start((socket) => {
      socket.write(`${head('8')}3\r\n{"i\r\n5\r\nd":7}\r\n`);
      end = () => void socket.write('0\r\n\r\n');
    });
    using client = await openRaw(subject.port);
    client.send(post);
    const answer = await client.until('{"id":7}');
    expect(answer).toContain('content-length: 8\r\n');
    expect(answer).not.toMatch(/transfer-encoding|overgrow-answer-length/i);
    // The same connection serves the next request: the answer has ended for the client.
    expect(subject.proxy.status().gate.unfinished).toBe(1);
    let acknowledged = false;
    const fence = subject.proxy.traffic.fence(attemptOf(1), never).then((report) => {
      acknowledged = true;
      return report;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(acknowledged).toBe(false);
    end();
    expect(await fence).toMatchObject({ waitedFor: 1 });
    await subject.proxy.traffic.withdraw(attemptOf(1));
  });

  it('sends the head at once where N is 0', async () => {
    let end = () => {};
    const { subject } = await start((socket) => {
      socket.write(head('0'));
      end = () => void socket.write('0\r\n\r\n');
    });
    using client = await openRaw(subject.port);
    client.send(post);
    expect(await client.until('\r\n\r\n')).toContain('content-length: 0\r\n');
    expect(subject.proxy.status().gate.unfinished).toBe(1);
    end();
    await until(() => subject.proxy.status().gate.unfinished === 0);
  });

  it('is finished when the backend dies after N octets, and the answer is whole', async () => {
    let die = () => {};
    const { subject } = await start((socket) => {
      socket.write(`${head('2')}2\r\nok\r\n`);
      die = () => void socket.destroy();
    });
    using client = await openRaw(subject.port);
    client.send(post);
    expect(await client.until('ok')).toMatch(/^HTTP\/1\.1 201 /);
    die();
    await until(() => subject.proxy.status().gate.unfinished === 0);
    expect(client.socket.destroyed).toBe(false);
  });

  it('cuts the answer when the backend dies, or ends, before N octets', async () => {
    for (const end of [(socket: Socket) => void socket.destroy(), (socket: Socket) => void socket.write('0\r\n\r\n')]) {
      const { subject } = await start((socket) => socket.write(`${head('5')}2\r\nok\r\n`, () => end(socket)));
      using client = await openRaw(subject.port);
      client.send(post);
      const answer = await client.closed();
      expect(answer === '' || answer.endsWith('ok')).toBe(true);
      await until(() => subject.proxy.status().gate.unfinished === 0);
    }
  });

  it('drops what comes beyond N octets and closes the backend connection', async () => {
    const { backend, subject } = await start((socket) => socket.write(`${head('2')}4\r\nokno\r\n`));
    using client = await openRaw(subject.port);
    client.send(post);
    expect(await client.until('ok')).not.toContain('okno');
    await backend.connectionClosed();
    await until(() => subject.proxy.status().gate.unfinished === 0);
  });

  it('stays unfinished when the client leaves after N octets', async () => {
    let end = () => {};
    const { subject } = await start((socket) => {
      socket.write(`${head('2')}2\r\nok\r\n`);
      end = () => void socket.write('0\r\n\r\n');
    });
    const client = await openRaw(subject.port);
    client.send(post);
    await client.until('ok');
    client.socket.destroy();
    const fence = subject.proxy.traffic.fence(attemptOf(1), never);
    expect(subject.proxy.status().gate.unfinished).toBe(1);
    end();
    await fence;
    await subject.proxy.traffic.withdraw(attemptOf(1));
  });

  it('stays unfinished when the client left before the answer began', async () => {
    let posted: Socket | undefined;
    const { backend, subject } = await start((socket, request) => {
      if (request.includes('POST')) posted = socket;
      else socket.write(plainAnswer);
    });
    const client = await openRaw(subject.port);
    client.send(post);
    await backend.until('POST /reviews');
    client.socket.destroy();
    const get = 'GET /x HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';
    // Each request served on another connection leaves the proxy time to hear that the client left, then of the answer.
    await exchangeRaw(subject.port, get);
    posted?.write(`${head('2')}2\r\nok\r\n`);
    for (let index = 0; index < 5; index++) await exchangeRaw(subject.port, get);
    expect(subject.proxy.status().gate.unfinished).toBe(1);
    posted?.write('0\r\n\r\n');
    await until(() => subject.proxy.status().gate.unfinished === 0);
  });

  it('runs no idle time-out between octet N and the end, but one before', async () => {
    let end = () => {};
    const { backend, subject } = await start(
      (socket) => {
        socket.write(`${head('2')}2\r\nok\r\n`);
        end = () => void socket.write('0\r\n\r\n');
      },
      { timeouts: { headMs: 5_000, idleMs: 20 } },
    );
    using client = await openRaw(subject.port);
    client.send(post);
    await client.until('ok');
    // A second request whose body stalls is cut by the idle time-out. When that has happened, more than it has passed for the first.
    const stalling = await start((socket) => socket.write(`${head('5')}2\r\nok\r\n`), {
      timeouts: { headMs: 5_000, idleMs: 60 },
    });
    using stalled = await openRaw(stalling.subject.port);
    stalled.send(post);
    await stalled.closed();
    expect(subject.proxy.status().gate.unfinished).toBe(1);
    expect(backend.connections).toHaveLength(1);
    end();
    await until(() => subject.proxy.status().gate.unfinished === 0);
  });

  it.each(['08', '-1', '1e1', 'x', '2 '])(
    'takes away a length that is no number (%s), and forwards a normal answer',
    async (length) => {
      const { subject } = await start((socket) => socket.write(`${head(length)}2\r\nok\r\n0\r\n\r\n`));
      using client = await openRaw(subject.port);
      client.send(post);
      const answer = await client.until('ok');
      expect(answer).not.toMatch(/overgrow-answer-length/i);
      // `2 ` is 2: optional white space is no part of a value (RFC 9110 §5.5).
      expect(answer).toMatch(length === '2 ' ? /content-length: 2/ : /Transfer-Encoding: chunked/i);
    },
  );

  it('takes the header away where the answer is not chunked', async () => {
    const { subject } = await start((socket) =>
      socket.write('HTTP/1.1 201 Created\r\novergrow-answer-length: 1\r\nContent-Length: 2\r\n\r\nok'),
    );
    using client = await openRaw(subject.port);
    client.send(post);
    const answer = await client.until('ok');
    expect(answer).toMatch(/Content-Length: 2\r\n/);
    expect(answer).not.toMatch(/overgrow-answer-length/i);
  });
});
