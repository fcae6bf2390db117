import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ownershipRefused } from '../refusal/refusal-answer.ts';
import { after, overgrow, type OvergrowMiddleware } from './after.ts';

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

interface Opened {
  readonly seam: OvergrowMiddleware;
  readonly errors: unknown[];
  /** Sends bytes on a connection of their own. */
  readonly send: (bytes: string) => Promise<RawAnswer>;
}

interface RawAnswer {
  /** All that came so far. */
  text(): string;
  /** Resolves when the text so far matches. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with everything when the server closed the connection. */
  readonly closed: Promise<string>;
  cut(): void;
}

async function open(handler: Handler): Promise<Opened> {
  const errors: unknown[] = [];
  const seam = overgrow({ onTaskError: (error) => errors.push(error) });
  const refused = ownershipRefused();
  const server = http.createServer({ keepAlive: true }, (request, response) => {
    response.sendDate = false;
    seam(request, response, () => {
      try {
        handler(request, response);
      } catch (error) {
        refused(error, request, response, () => response.writeHead(500).end(String(error)));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets: net.Socket[] = [];
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await seam.drain();
  });
  return {
    seam,
    errors,
    send: async (bytes) => {
      const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
      sockets.push(socket);
      let text = '';
      const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
      socket.setEncoding('latin1').on('data', (part: string) => (text += part));
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(bytes);
      return {
        text: () => text,
        until: async (pattern) => {
          while (!pattern.test(text)) await once(socket, 'data');
          return text;
        },
        closed,
        cut: () => socket.destroy(),
      };
    },
  };
}

/** A task that ends when the test says so. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  return {
    begun,
    open: () => open(),
    task: () => {
      begin();
      return opened;
    },
  };
}

const request = (method = 'POST', version = '1.1') =>
  `${method} /api/reviews HTTP/${version}\r\nhost: shop.example\r\nconnection: close\r\novergrow-owners: reviews=monolith;epoch=3;scope="*"\r\n\r\n`;
const direct = 'POST /api/reviews HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n\r\n';

test('the answer leaves whole at once, and its message ends when the task has ended', async () => {
  const work = gate();
  const { send } = await open((_request, response) => {
    after(response, work.task);
    response.statusCode = 201;
    response.setHeader('content-type', 'application/json');
    response.setHeader('content-length', 8);
    response.end('{"id":7}');
  });
  const answer = await send(request());
  await work.begun;
  await answer.until(/\{"id":7\}\r\n/);
  const head =
    'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\novergrow-answer-length: 8\r\n' +
    'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
  expect(answer.text()).toBe(`${head}8\r\n{"id":7}\r\n`);
  work.open();
  expect(await answer.closed).toBe(`${head}8\r\n{"id":7}\r\n0\r\n\r\n`);
});

test('without the owners header the answer is normal and the task runs after it', async () => {
  const work = gate();
  const { send, seam } = await open((_request, response) => {
    after(response, work.task);
    response.end('done');
  });
  const answer = await send(direct);
  await work.begun;
  expect(await answer.closed).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ndone');
  expect(seam.counts.tasks).toBe(0);
  work.open();
  await seam.drain();
  expect(seam.counts.tasks).toBe(1);
});

test('without a task the bytes are those of Node, owners or not', async () => {
  const { send } = await open((_request, response) => void response.end('plain'));
  expect(await (await send(request())).closed).toBe(
    'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nplain',
  );
});

test('the message waits for the slowest of several tasks', async () => {
  const [first, second] = [gate(), gate()];
  const { send, seam } = await open((_request, response) => {
    after(response, first.task);
    after(response, second.task);
    response.end('both');
  });
  const answer = await send(request());
  await Promise.all([first.begun, second.begun]);
  first.open();
  // The answer of another request passes meanwhile, so the server had its turns.
  const other = await send(direct);
  await other.until(/both/);
  expect(answer.text()).toMatch(/\r\nboth\r\n$/);
  second.open();
  expect(await answer.closed).toMatch(/\r\nboth\r\n0\r\n\r\n$/);
  await seam.drain();
});

test('a declared length is announced for a body that is written in parts', async () => {
  const work = gate();
  const { send } = await open((_request, response) => {
    after(response, work.task);
    response.setHeader('Content-Length', '6');
    response.write('abc');
    response.end('def');
  });
  const answer = await send(request());
  await answer.until(/def\r\n/);
  expect(answer.text()).toContain('overgrow-answer-length: 6\r\n');
  expect(answer.text().toLowerCase()).not.toContain('content-length');
  expect(answer.text()).toMatch(/3\r\nabc\r\n3\r\ndef\r\n$/);
  work.open();
  expect(await answer.closed).toMatch(/\r\n0\r\n\r\n$/);
});

test('a streamed answer of unknown length ends when the task has ended', async () => {
  const work = gate();
  const { send } = await open((_request, response) => {
    after(response, work.task);
    response.write('part');
    response.end();
  });
  const answer = await send(request());
  await work.begun;
  await answer.until(/4\r\npart\r\n/);
  expect(answer.text()).not.toContain('overgrow-answer-length');
  expect(answer.text()).not.toMatch(/\r\n0\r\n\r\n$/);
  work.open();
  expect(await answer.closed).toMatch(/4\r\npart\r\n0\r\n\r\n$/);
});

test.each([
  ['an object', { 'content-type': 'text/plain', 'content-length': 4 }],
  ['an array', ['content-type', 'text/plain', 'set-cookie', 'a=1', 'set-cookie', 'b=2']],
])('writeHead with headers as %s is answered in the same form', async (_name, headers) => {
  const work = gate();
  const { send } = await open((_request, response) => {
    after(response, work.task);
    response.writeHead(202, 'Taken', headers as string[]).end('text');
  });
  const answer = await send(request());
  await answer.until(/text\r\n/);
  expect(answer.text()).toMatch(/^HTTP\/1\.1 202 Taken\r\n/);
  expect(answer.text()).toContain('overgrow-answer-length: 4\r\n');
  expect(answer.text().toLowerCase()).not.toContain('content-length');
  if (Array.isArray(headers)) expect(answer.text().match(/set-cookie: [ab]=/g)).toHaveLength(2);
  work.open();
  expect(await answer.closed).toMatch(/4\r\ntext\r\n0\r\n\r\n$/);
});

test('an answer without a body has the length 0 and its head leaves at once', async () => {
  const work = gate();
  const { send } = await open((_request, response) => {
    after(response, work.task);
    response.statusCode = 200;
    response.end();
  });
  const answer = await send(request());
  await answer.until(/\r\n\r\n/);
  expect(answer.text()).toContain('overgrow-answer-length: 0\r\n');
  work.open();
  expect(await answer.closed).toMatch(/chunked\r\n\r\n0\r\n\r\n$/);
});

test.each([
  ['HEAD', 200, '1.1'],
  ['DELETE', 204, '1.1'],
  ['GET', 304, '1.1'],
  ['POST', 200, '1.0'],
])('%s with %i over HTTP/%s cannot show its end, so all of it waits', async (method, status, version) => {
  const work = gate();
  const { send } = await open((incoming, response) => {
    if (incoming.url === '/other') return void response.end('other');
    after(response, work.task);
    response.statusCode = status;
    response.end(status === 200 ? 'body' : undefined);
  });
  const answer = await send(request(method, version));
  await work.begun;
  const other = await send('GET /other HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  await other.closed;
  expect(answer.text()).toBe('');
  work.open();
  const text = await answer.closed;
  expect(text).toContain(` ${status} `);
  expect(text.toLowerCase()).not.toContain('transfer-encoding');
  expect(text).not.toContain('overgrow-answer-length');
  expect(text.endsWith(method === 'POST' ? '\r\n\r\nbody' : '\r\n\r\n')).toBe(true);
});

test('a streamed HTTP/1.0 answer ends with its connection', async () => {
  const work = gate();
  const { send } = await open((_request, response) => {
    after(response, work.task);
    response.setHeader('content-length', 4);
    response.write('body');
    response.end();
  });
  const answer = await send(request('POST', '1.0'));
  await answer.until(/body$/);
  expect(answer.text().toLowerCase()).not.toContain('content-length');
  work.open();
  expect(await answer.closed).toMatch(/\r\n\r\nbody$/);
});

test('the connection carries the next request after the message has ended', async () => {
  const { send, seam } = await open((_request, response) => {
    after(response, () => {});
    response.end('ok');
  });
  const kept = request().replace('connection: close\r\n', '');
  const answer = await send(kept + request());
  const text = await answer.closed;
  expect(text.match(/2\r\nok\r\n0\r\n\r\n/g)).toHaveLength(2);
  expect(seam.counts.tasks).toBe(2);
});

test('a task that fails is reported, the message ends, and the process goes on', async () => {
  const { send, errors, seam } = await open((_request, response) => {
    after(response, () => {
      throw new Error('screening failed');
    });
    after(response, () => Promise.reject(Object.assign(new Error('refused'), { code: 'OG001' })));
    response.end('ok');
  });
  expect(await (await send(request())).closed).toMatch(/ok\r\n0\r\n\r\n$/);
  expect(errors.map(String)).toEqual(['Error: screening failed', 'Error: refused']);
  expect(seam.counts).toEqual({ tasks: 2, failedTasks: 2, refused: 0, refusedAfterAnswer: 1 });
});

test('the task is done when the connection was cut before the answer', async () => {
  const [received, closed, done] = [gate(), gate(), gate()];
  let answerNow = () => {};
  const { send, seam } = await open((_request, response) => {
    after(response, () => void done.task());
    answerNow = () => response.end('late');
    response.once('close', () => void closed.task());
    void received.task();
  });
  const answer = await send(request());
  await received.begun;
  answer.cut();
  await closed.begun;
  await done.begun;
  answerNow();
  await seam.drain();
  expect(seam.counts.tasks).toBe(1);
});

test('registering too late and without the middleware say what to do', async () => {
  const { send } = await open((_request, response) => {
    response.write('begun');
    expect(() => after(response, () => {})).toThrow(/before send\(\), json\(\), write\(\) or end\(\)/);
    response.end();
  });
  expect(await (await send(request())).closed).toMatch(/5\r\nbegun\r\n0\r\n\r\n$/);
  const bare = new http.ServerResponse(new http.IncomingMessage(new net.Socket()));
  expect(() => after(bare, () => {})).toThrow(/app\.use\(overgrow/);
});

test('a refused write is answered 503 with problem details, and counted', async () => {
  const { send, seam } = await open((_request, response) => {
    response.setHeader('content-type', 'text/html');
    throw new Error('query failed', { cause: { code: 'OG001' } });
  });
  const text = await (await send(request())).closed;
  const [head, body] = text.split('\r\n\r\n') as [string, string];
  expect(head).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
  expect(head).toContain('retry-after: 1');
  expect(head).toContain('content-type: application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ status: 503, code: 'OWNERSHIP_REFUSED' });
  expect(seam.counts).toMatchObject({ refused: 1, refusedAfterAnswer: 0 });
});

test('a write refused in the middle of an answer cuts it and is counted as after the answer', async () => {
  const { send, seam } = await open((_request, response) => {
    response.write('half');
    throw Object.assign(new Error('refused'), { code: 'OG001' });
  });
  const text = await (await send(request())).closed;
  expect(text.endsWith('0\r\n\r\n')).toBe(false);
  expect(seam.counts).toMatchObject({ refused: 0, refusedAfterAnswer: 1 });
});

test('other errors pass through', async () => {
  const { send } = await open(() => {
    throw new Error('a bug');
  });
  expect(await (await send(direct)).closed).toMatch(/^HTTP\/1\.1 500 [^]*Error: a bug\r\n0/);
});
