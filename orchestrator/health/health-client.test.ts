import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createHttpHealth } from './health-client.ts';

async function serving(status: number | null): Promise<{ readonly url: string } & AsyncDisposable> {
  const server: Server = createServer((_request, response) => {
    if (status !== null) response.writeHead(status).end('well');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/healthz`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
const check = (url: string, signal = new AbortController().signal) =>
  createHttpHealth({ reviews: url }).check('reviews', signal);

test('2xx is healthy, everything else is unwell', async () => {
  await using well = await serving(204);
  await using broken = await serving(503);
  expect(await check(well.url)).toMatchObject({ kind: 'healthy' });
  expect(await check(broken.url)).toEqual({ kind: 'unwell', reason: `${broken.url} answered 503` });
});

test('a dead, a silent and an unnamed service are unwell, never an error', async () => {
  let url = '';
  {
    await using gone = await serving(200);
    ({ url } = gone);
  }
  expect(await check(url)).toEqual({ kind: 'unwell', reason: `${url} gave no answer (ECONNREFUSED)` });
  await using silent = await serving(null);
  const limit = new AbortController();
  const asked = check(silent.url, limit.signal);
  limit.abort();
  expect(await asked).toMatchObject({ kind: 'unwell' });
  expect(await createHttpHealth({}).check('reviews', limit.signal)).toEqual({
    kind: 'unwell',
    reason: 'the manifest names no service for it',
  });
});
