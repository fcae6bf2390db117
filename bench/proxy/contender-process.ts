import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import httpProxy from '@fastify/http-proxy';
import { compileProxyConfig, createProxy } from '@overgrow/strangler-proxy';
import { manifestSchema } from '@overgrow/core';
import express from 'express';
import fastify from 'fastify';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { Agent } from 'node:http';
import { Pool, type Dispatcher } from 'undici';

/**
 * One proxy in a process of its own: `node contender-process.ts <name> <upstream origin>`. It sends `{ port }` when it
 * listens, and answers each message with the processor time it has used.
 */
const contenders: Readonly<Record<string, (origin: string) => Promise<number>>> = {
  overgrow: async (origin) => {
    // Everything on: forty routes to match, sticky weight by cookie with a bucket for each request, metrics, owners header.
    const filler = Array.from({ length: 40 }, (_, index) => ({
      name: `route-${index}`,
      context: 'catalog',
      matches: [{ path: { prefix: `/area-${index}/things` } }],
    }));
    const manifest = manifestSchema.parse({
      version: 1,
      monolith: { url: origin },
      contexts: { catalog: { service: 'catalog' } },
      services: { catalog: { url: origin } },
      routes: [
        ...filler,
        { name: 'bench', context: 'catalog', matches: [{ path: { prefix: '/bench' } }], weight: '50%' },
      ],
      proxy: { listen: '127.0.0.1:0' },
    });
    const proxy = createProxy({
      config: compileProxyConfig(manifest),
      leaseIsLive: () => true,
      onHoldExpired: () => {},
    });
    await proxy.traffic.learn([
      { context: 'catalog', scope: '*', owner: 'monolith', epoch: 1, phase: 'reading', attempt: null },
    ]);
    return (await proxy.start()).port;
  },
  'http-proxy-middleware': async (origin) => {
    const app = express();
    app.use(createProxyMiddleware({ target: origin, agent: new Agent({ keepAlive: true, maxSockets: 1024 }) }));
    return listening(createServer(app));
  },
  'fastify-http-proxy': async (origin) => {
    const app = fastify();
    await app.register(httpProxy, { upstream: origin, undici: { connections: 1024, pipelining: 1 } });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return (app.server.address() as AddressInfo).port;
  },
  // The floor: what node's server and undici cost when nothing is decided, checked or counted between them.
  empty: async (origin) => {
    const pool = new Pool(origin, { connections: 1024, pipelining: 1 });
    return listening(
      createServer((request, response) => {
        const handler: Dispatcher.DispatchHandler = {
          onRequestStart: () => {},
          onResponseStart: (controller, status) => {
            const raw = (controller.rawHeaders as Buffer[]).map((part) => part.toString('latin1'));
            const headers = raw.flatMap((name, index) =>
              index % 2 === 0 && !/^(?:connection|keep-alive|transfer-encoding)$/i.test(name)
                ? [name, raw[index + 1] ?? '']
                : [],
            );
            response.writeHead(status, headers);
          },
          onResponseData: (controller, chunk) => {
            if (response.write(chunk)) return;
            controller.pause();
            response.once('drain', () => controller.resume());
          },
          onResponseEnd: () => void response.end(),
          onResponseError: () => void response.destroy(),
        };
        const hasBody = request.method === 'POST';
        const headers = request.rawHeaders.filter(
          (_, index, all) => !/^(?:connection|keep-alive)$/i.test(all[index - (index % 2)] ?? ''),
        );
        pool.dispatch(
          { path: request.url ?? '/', method: request.method ?? 'GET', headers, body: hasBody ? request : null },
          handler,
        );
      }),
    );
  },
};

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve));
  return (server.address() as AddressInfo).port;
}

const [name = '', origin = ''] = process.argv.slice(2);
const start = contenders[name];
if (start === undefined) throw new Error(`there is no contender ${name}`);
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
process.send?.({ port: await start(origin) });
