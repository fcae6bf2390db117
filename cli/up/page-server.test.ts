import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SystemStatus } from '@overgrow/core';
import express from 'express';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPageRouter } from './page-server.ts';

const status: SystemStatus = {
  atMs: 0,
  holder: 'test',
  lease: { kind: 'held', epoch: 1 },
  contexts: [],
  routes: [],
  journal: [],
};
let server: Server;
let url: string;

beforeEach(async () => {
  const app = express();
  app.use('/', createPageRouter({ token: 'sesame', status: async () => status }));
  app.use((_request, response) => void response.status(401).end());
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const open = async (path: string, cookie?: string) => {
  const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
  const answer = await fetch(`${url}${path}`, { redirect: 'manual', headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

it.each(['/', '/?token=', '/?token=wrong', '/?token=sesame&token=sesame', '/?token[a]=sesame'])(
  'shows nothing at %s',
  async (path) => {
    const answer = await open(path);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
  },
);

it('takes the token out of the address, into a cookie that is not the token and that no script can read', async () => {
  const entered = await open('/?token=sesame');
  expect(entered.status).toBe(303);
  expect(entered.headers.get('location')).toBe('/');
  const cookie = entered.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  expect(cookie).not.toContain('sesame');
  const page = await open('/', `other=1; ${cookie.split(';')[0]}`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page.text).toContain('<!doctype html>');
  expect(page.text).not.toContain('sesame');
});

it.each(['overgrow-admin=', 'overgrow-admin=sesame', 'overgrow-admin=x'])('refuses the cookie %s', async (cookie) => {
  expect((await open('/', cookie)).status).toBe(401);
});
