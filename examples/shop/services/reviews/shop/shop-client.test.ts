import { expect, test } from 'vitest';
import { createShopClient } from './shop-client.ts';

const caller = { id: 1, name: 'Ada', email: 'ada@shop.example', role: 'customer' };

/** Counts what the shop is asked; the time is the test's own. */
function open(answer: () => Response | Promise<Response>) {
  let nowMs = 0;
  const asked: string[] = [];
  const client = createShopClient({
    shopUrl: 'http://shop.example',
    nowMs: () => nowMs,
    rememberMs: 5_000,
    fetch: async (url) => {
      asked.push(url instanceof URL ? url.pathname : '');
      return answer();
    },
  });
  return { client, asked, pass: (ms: number) => (nowMs += ms) };
}

test('asks once for requests that come together, and again after some seconds', async () => {
  const { client, asked, pass } = open(() => Response.json({ user: caller }));
  const [first, second] = await Promise.all([client.caller('sid=a'), client.caller('x=1; sid=a')]);
  expect([first?.id, second?.id]).toEqual([1, 1]);
  pass(4_999);
  await client.caller('sid=a');
  expect(asked).toEqual(['/api/session']);
  await client.caller('sid=b');
  pass(1);
  await client.caller('sid=a');
  expect(asked).toHaveLength(3);
});

test('without a session cookie nobody is asked', async () => {
  const { client, asked } = open(() => Response.json({ user: caller }));
  expect(await client.caller(undefined)).toBeNull();
  expect(await client.caller('other=1')).toBeNull();
  expect(asked).toEqual([]);
});

test('a failure is told as 503 and not remembered', async () => {
  let fails = true;
  const { client } = open(() => (fails ? new Response('', { status: 500 }) : Response.json({ user: null })));
  await expect(client.caller('sid=a')).rejects.toMatchObject({ status: 503, code: 'shop_unavailable' });
  fails = false;
  expect(await client.caller('sid=a')).toBeNull();
});
