import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endMark } from './cases.ts';

/** Answers `/bench/<size>` with that many octets, whatever the method, after it has read the body. */
const bodies = new Map<string, Buffer>();

const server = createServer((request, response) => {
  const size = request.url?.split('/').at(-1) ?? '100';
  let body = bodies.get(size);
  if (body === undefined) {
    body = Buffer.from('x'.repeat(Math.max(0, Number(size) - endMark.length)) + endMark);
    bodies.set(size, body);
  }
  const answer = body;
  const send = () => {
    response.writeHead(200, {
      'content-type': 'text/plain',
      'content-length': answer.length,
      'cache-control': 'no-store',
      etag: '"1"',
    });
    response.end(answer);
  };
  if (request.method === 'GET') send();
  else request.on('end', send).resume();
});
server.keepAliveTimeout = 60_000;
process.on('disconnect', () => process.exit());
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
);
