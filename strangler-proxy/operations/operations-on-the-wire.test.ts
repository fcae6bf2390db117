import { describe, expect, it } from 'vitest';
import { startHttpBackend } from '../test-support/backend-server.ts';
import { startManifestProxy } from '../test-support/manifest-proxy-server.ts';
import { attemptOf } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw, openRaw } from '../test-support/raw-client.ts';

const routes = [
  { name: 'products', matches: [{ path: { exact: '/graphql' }, graphql: { field: 'products' } }], weight: '100%' },
];
const echo = (name: string) =>
  startHttpBackend((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => response.end(`${name} got ${Buffer.concat(chunks).toString('latin1')}`));
  });
const head = (...lines: readonly string[]) =>
  [
    'POST /graphql HTTP/1.1',
    'Host: shop.test',
    'Content-Type: application/json',
    'Connection: close',
    ...lines,
    '',
    '',
  ].join('\r\n');
const sized = (body: string) => `${head(`Content-Length: ${body.length}`)}${body}`;
const chunked = (...parts: readonly string[]) =>
  `${head('Transfer-Encoding: chunked')}${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;

describe('operations, through a real proxy', () => {
  it('choose the side, and reach it octet for octet', async () => {
    await using monolith = await echo('monolith');
    await using service = await echo('service');
    await using subject = await startManifestProxy({
      monolith: monolith.origin,
      service: service.origin,
      routes,
      proxy: { maxOperationBytes: '4kB' },
    });
    const query = '{ "query" : "{ products { id } }" }';
    expect(await exchangeRaw(subject.port, sized(query))).toContain(`service got ${query}`);
    expect(await exchangeRaw(subject.port, chunked(query.slice(0, 9), query.slice(9)))).toContain(
      `service got ${query}`,
    );
    const mixed = '{"query":"{ products { id } me { id } }"}';
    expect(await exchangeRaw(subject.port, sized(mixed))).toContain(`monolith got ${mixed}`);
    const mutation = '{"query":"mutation { products { id } }"}';
    expect(await exchangeRaw(subject.port, sized(mutation))).toContain(`monolith got ${mutation}`);
    const large = JSON.stringify({ query: `{ products { id } } #${'x'.repeat(5_000)}` });
    expect(await exchangeRaw(subject.port, sized(large))).toContain(`monolith got ${large}`);
    expect(await exchangeRaw(subject.port, chunked(large.slice(0, 3_000), large.slice(3_000)))).toContain(
      `monolith got ${large}`,
    );
  });

  it('decide what a fence holds', async () => {
    await using backend = await echo('backend');
    await using subject = await startManifestProxy({ monolith: backend.origin, routes });
    await subject.proxy.traffic.arm(attemptOf(1));
    await subject.proxy.traffic.fence(attemptOf(1), new AbortController().signal);
    using held = await openRaw(subject.port);
    held.send(sized('{"query":"mutation { products { id } }"}'));
    using broken = await openRaw(subject.port);
    broken.send(sized('{"query":"{ products'));
    expect(await exchangeRaw(subject.port, sized('{"query":"{ products { id } }"}'))).toContain('backend got');
    expect(subject.proxy.status().gate.held).toBe(2);
    await subject.proxy.traffic.withdraw(attemptOf(1));
    expect(await held.closed()).toContain('mutation');
    expect(await broken.closed()).toContain('backend got');
  });
});
