import type { OwnershipRecord } from '@overgrow/core';
import express from 'express';
import fastify from 'fastify';
import { createProxyMiddleware } from 'http-proxy-middleware';
import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startHttpBackend } from '../test-support/backend-server.ts';
import { startManifestProxy } from '../test-support/manifest-proxy-server.ts';
import { attemptOf } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw, openRaw } from '../test-support/raw-client.ts';
import { createExpressMiddleware } from './express-middleware.ts';
import { createFastifyPlugin } from './fastify-plugin.ts';
import { createMiddlewareRouter } from './middleware-router.ts';
import { parsedBody } from './parsed-body.ts';
import type { Proxy } from '../create-proxy.ts';

/** What each side says: who it is, what it was asked, with which owners and body. */
const answerOf = (side: string, url: string | undefined, owners: unknown, body: string) =>
  `${side} ${url} [${String(owners)}] ${body}`;

/** Servers that are the monolith, with the strangler inside. */
const hosts: Readonly<Record<string, (proxy: Proxy, monolith: string) => Promise<RequestListener>>> = {
  express: async (proxy) => {
    const app = express();
    app.use(createExpressMiddleware(proxy));
    app.use(express.json());
    app.use((request, response) => {
      response.send(
        answerOf(
          'monolith',
          request.originalUrl,
          request.headers['overgrow-owners'],
          JSON.stringify(request.body ?? ''),
        ),
      );
    });
    return app;
  },
  'express behind body parsers': async (proxy) => {
    const app = express();
    app.use(express.json());
    app.use(createExpressMiddleware(proxy));
    app.use((request, response) => {
      response.send(
        answerOf(
          'monolith',
          request.originalUrl,
          request.headers['overgrow-owners'],
          JSON.stringify(request.body ?? ''),
        ),
      );
    });
    return app;
  },
  fastify: async (proxy) => {
    const app = fastify();
    await app.register(createFastifyPlugin(proxy));
    app.all('/*', (request, reply) => {
      void reply.send(
        answerOf('monolith', request.url, request.headers['overgrow-owners'], JSON.stringify(request.body ?? '')),
      );
    });
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
  'http-proxy-middleware': async (proxy, monolith) => {
    const app = express();
    app.use(createProxyMiddleware({ target: monolith, router: createMiddlewareRouter(proxy) }));
    return app;
  },
};

const sideServer = (side: string) =>
  startHttpBackend((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      response.end(answerOf(side, request.url, request.headers['overgrow-owners'], Buffer.concat(chunks).toString())),
    );
  });
const json = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\nContent-Type: application/json\r\nOvergrow-Owners: forged\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const get = (path: string, ...lines: string[]) =>
  ['GET ' + path + ' HTTP/1.1', 'Host: shop.test', 'Connection: close', ...lines, '', ''].join('\r\n');
const serviceOwns: OwnershipRecord = {
  context: 'reviews',
  scope: '*',
  owner: 'service',
  epoch: 4,
  phase: 'switched',
  attempt: null,
};

describe('parsedBody', () => {
  const of = (type: string, body: unknown, readableDidRead = true) =>
    parsedBody({ headers: { 'content-type': type }, body, readableDidRead } as never);
  it('writes again what it can, and says where it cannot', () => {
    expect(of('application/json', { a: [1] })?.toString()).toBe('{"a":[1]}');
    expect(of('application/vnd.api+json', {})?.toString()).toBe('{}');
    expect(of('application/x-www-form-urlencoded; charset=utf-8', { a: 'b c', d: { e: ['1', '2'] } })?.toString()).toBe(
      'a=b%20c&d%5Be%5D%5B%5D=1&d%5Be%5D%5B%5D=2',
    );
    expect(of('text/plain', 'x')?.toString()).toBe('x');
    expect(of('application/octet-stream', Buffer.from('x'))?.toString()).toBe('x');
    expect(of('multipart/form-data; boundary=x', { a: '1' })).toBe('lost');
    expect(of('application/json', undefined)).toBe('lost');
    expect(of('application/json', undefined, false)).toBeUndefined();
  });
});

describe.each(Object.keys(hosts))('the strangler inside %s', (kind) => {
  async function start(weight: `${number}%`) {
    const service = await sideServer('service');
    const monolith = await sideServer('monolith');
    const subject = await startManifestProxy({
      monolith: monolith.origin,
      service: service.origin,
      routes: [{ name: 'reviews', matches: [{ path: { prefix: '/reviews' } }], weight }],
    });
    const server = await startHttpBackend(await hosts[kind]!(subject.proxy, monolith.origin));
    const port = Number(new URL(server.origin).port);
    return {
      proxy: subject.proxy,
      port,
      ask: (bytes: string) => exchangeRaw(port, bytes),
      [Symbol.asyncDispose]: async () => {
        await server[Symbol.asyncDispose]();
        await subject[Symbol.asyncDispose]();
        await Promise.all([service, monolith].map((each) => each[Symbol.asyncDispose]()));
      },
    };
  }

  it('sends each request to its side, with the owners and the body', async () => {
    await using subject = await start('100%');
    const owners = '[reviews=monolith;epoch=3;scope="*"]';
    expect(await subject.ask(get('/reviews/5?x=%20'))).toContain(`service /reviews/5?x=%20 ${owners}`);
    expect(await subject.ask(get('/else'))).toContain(`monolith /else ${owners}`);
    expect(await subject.ask(json('/reviews', '{"a":1}'))).toContain(`monolith /reviews ${owners} {"a":1}`);
    await subject.proxy.traffic.learn([serviceOwns]);
    expect(await subject.ask(json('/reviews', '{"a":1}'))).toContain(
      'service /reviews [reviews=service;epoch=4;scope="*"] {"a":1}',
    );
    expect(subject.proxy.status().gate.unfinished).toBe(0);
  });

  it('keeps a user on one side', async () => {
    await using subject = await start('50%');
    const first = await subject.ask(get('/reviews'));
    const [, cookie] = /set-cookie: (overgrow-bucket=\w+)/i.exec(first) ?? [];
    expect(cookie).toBeDefined();
    const side =
      / (service|monolith) |\n(service|monolith) /.exec(first)?.slice(1).find(Boolean) ??
      /(service|monolith) \/reviews/.exec(first)?.[1];
    for (let index = 0; index < 3; index++)
      expect(await subject.ask(get('/reviews', `Cookie: ${cookie}`))).toContain(`${side} /reviews`);
  });

  it('holds writes while a fence stands, and sends them to the new owner', async () => {
    await using subject = await start('100%');
    await subject.proxy.traffic.arm(attemptOf(1));
    await subject.proxy.traffic.fence(attemptOf(1), new AbortController().signal);
    using held = await openRaw(subject.port);
    held.send(json('/reviews', '{"a":1}'));
    expect(await subject.ask(get('/else'))).toContain('monolith /else');
    while (subject.proxy.status().gate.held === 0) await new Promise((resolve) => setImmediate(resolve));
    await subject.proxy.traffic.release(attemptOf(1), { ...serviceOwns, phase: 'switched' });
    expect(await held.closed()).toContain('service /reviews [reviews=service;epoch=4;scope="*"] {"a":1}');
  });

  it('answers 503 with Retry-After where nobody knows the owners, and forwards nothing', async () => {
    await using monolith = await sideServer('monolith');
    await using subject = await startManifestProxy({
      monolith: monolith.origin,
      routes: [],
      options: { leaseIsLive: () => false },
    });
    await subject.proxy.traffic.arm(attemptOf(1));
    await using server = await startHttpBackend(await hosts[kind]!(subject.proxy, monolith.origin));
    const answer = await exchangeRaw(Number(new URL(server.origin).port), json('/x', '{}'));
    expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1/i);
    expect(answer).not.toContain('monolith /x');
  });
});
