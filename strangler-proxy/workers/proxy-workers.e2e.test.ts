import { request } from 'node:http';
import { manifestSchema } from '@overgrow/core';
import { afterEach, describe, expect, it } from 'vitest';
import { startHttpBackend, startRawBackend, type RawBackend } from '../test-support/backend-server.ts';
import { attemptOf, recordOf } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw, openRaw } from '../test-support/raw-client.ts';
import { createProxyWorkers, type ProxyWorkers } from './proxy-workers-server.ts';

const never = new AbortController().signal;
const get = 'GET /x HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';
const post = 'POST /reviews HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab';
const timeout = 60_000;

describe('workers', { timeout }, () => {
  const open: AsyncDisposable[] = [];
  const until = async (isDone: () => boolean | Promise<boolean>) => {
    while (!(await isDone())) await new Promise((resolve) => setImmediate(resolve));
  };
  const manifestFor = (origin: string, listen = '127.0.0.1:0') =>
    manifestSchema.parse({
      version: 1,
      monolith: { url: origin },
      contexts: { reviews: { service: 'reviews' } },
      services: { reviews: { url: origin } },
      routes: [{ name: 'reviews', context: 'reviews', matches: [{ path: { prefix: '/reviews' } }] }],
      proxy: { listen },
    });
  const start = async (answer?: Parameters<typeof startRawBackend>[0], workers = 2) => {
    const backend: RawBackend = await startRawBackend(answer);
    const proxy: ProxyWorkers = createProxyWorkers({
      manifest: manifestFor(backend.origin),
      workers,
      leaseIsLive: () => true,
      onHoldExpired: () => {},
      execArgv: ['--conditions=overgrow-source'],
    });
    open.push(proxy, backend);
    const { port } = await proxy.start();
    await proxy.traffic.learn([recordOf('monolith', 3)]);
    return { backend, proxy, port };
  };
  afterEach(async () => {
    for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
  });

  it('serves connections in turn, and fences only when every worker holds', async () => {
    const { proxy, port, backend } = await start();
    for (let index = 0; index < 6; index++) expect(await exchangeRaw(port, get)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await proxy.metrics.metrics()).toMatch(/overgrow_proxy_requests_total\{[^}]*class="2xx"[^}]*\} 6/);
    await proxy.traffic.arm(attemptOf(1));
    await proxy.traffic.fence(attemptOf(1), never);
    const clients = [];
    for (let index = 0; index < 4; index++) {
      const client = await openRaw(port);
      clients.push(client);
      client.send(post);
    }
    await until(async () => (await proxy.status()).gate.held === 4);
    expect((await proxy.status()).gate.mode).toBe('fencing');
    expect(backend.bytes()).not.toContain('POST');
    expect(await proxy.traffic.release(attemptOf(1), recordOf('service', 4))).toMatchObject({ released: 4 });
    for (const client of clients) expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 /);
    expect(backend.bytes().match(/overgrow-owners: reviews=service;epoch=4/g)).toHaveLength(4);
  });

  it('replaces a worker that is killed; the fence that waited for it fails, and the next one holds in the new worker', async () => {
    const { proxy, port, backend } = await start(() => {}, 1);
    const client = await openRaw(port);
    client.send(post);
    await backend.until('POST /reviews');
    const fence = proxy.traffic.fence(attemptOf(1), never);
    const lost = expect(fence).rejects.toMatchObject({ code: 'PROXY_WORKER_LOST' });
    const [pid = 0] = proxy.pids;
    process.kill(pid, 'SIGKILL');
    await lost;
    expect(await client.closed()).toBe('');
    // The attempt is in force until it is ended: the new worker begins with it, and holds what it is sent.
    using other = await openRaw(port);
    other.send(post);
    await until(async () => (await proxy.status().catch(() => undefined))?.gate.held === 1);
    expect(proxy.pids).not.toContain(pid);
    await proxy.traffic.withdraw(attemptOf(1));
    await until(() => (backend.bytes().match(/POST \/reviews/g) ?? []).length === 2);
  });

  it('loses no connection while it reloads, and drains the old workers', async () => {
    const backend = await startHttpBackend((_request, response) => void response.end('ok'));
    const proxy = createProxyWorkers({
      manifest: manifestFor(backend.origin),
      workers: 2,
      leaseIsLive: () => true,
      onHoldExpired: () => {},
      execArgv: ['--conditions=overgrow-source'],
    });
    open.push(proxy, backend);
    const { port } = await proxy.start();
    await proxy.traffic.learn([recordOf('monolith', 3)]);
    const before = [...proxy.pids];
    let running = true;
    let answered = 0;
    const ask = () =>
      new Promise<void>((resolve, reject) => {
        request({ port, host: '127.0.0.1', path: '/x', agent: false }, (response) => {
          response.resume().on('end', resolve);
        })
          .on('error', reject)
          .end();
      });
    const load = Array.from({ length: 4 }, async () => {
      while (running) {
        await ask();
        answered++;
      }
    });
    await until(() => answered > 10);
    await proxy.reload(manifestFor(backend.origin));
    const reloadedAt = answered;
    await until(() => answered > reloadedAt + 10 && before.every((pid) => !proxy.pids.includes(pid)));
    running = false;
    await Promise.all(load);
    expect(proxy.pids).toHaveLength(2);
  });

  it('finishes what is under way when it stops', async () => {
    let answer = () => {};
    const { proxy, port, backend } = await start((socket) => {
      answer = () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    }, 1);
    using client = await openRaw(port);
    client.send(get);
    await backend.until('GET /x');
    const stopped = proxy.stop();
    answer();
    expect(await client.closed()).toMatch(/ok$/);
    await stopped;
    await expect(openRaw(port)).rejects.toThrow('ECONNREFUSED');
  });
});
