import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from '@overgrow/test';
import { expect, inject, test } from 'vitest';
import { signIn } from './testing/shop-client.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

function run(databaseUrl: string, ...args: readonly string[]): ChildProcess & { stdout: NodeJS.ReadableStream } {
  return spawn(process.execPath, ['--conditions=overgrow-source', main, ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('the program migrates, seeds, serves on any port, and ends at SIGTERM with its work done', async () => {
  await using database = await createTestDatabase(inject('postgresUrl'));
  for (const args of [['migrate'], ['migrate'], ['seed', '0.01'], ['nightly']]) {
    const [code] = (await once(run(database.appUrl, ...args), 'exit')) as [number];
    expect([args, code]).toEqual([args, 0]);
  }
  const shop = run(database.appUrl, 'serve');
  const lines = createInterface({ input: shop.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  const { event, url } = JSON.parse(line) as { event: string; url: string };
  expect(event).toBe('listening');
  const customer = await signIn(url, 'customer-1@shop.example');
  const { body } = await customer.json<{ id: number }>('POST', '/api/reviews', {
    productId: 1,
    stars: 5,
    title: 'Last',
    body: 'Written just before the end',
  });
  const exited = once(shop, 'exit');
  shop.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  const client = await database.connect();
  const { rows } = await client.query('SELECT screened_at IS NOT NULL AS screened FROM reviews WHERE id = $1', [
    body.id,
  ]);
  expect(rows).toEqual([{ screened: true }]);
});
