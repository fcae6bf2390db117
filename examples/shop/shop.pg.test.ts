import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runNightly, seed } from './index.ts';
import { runCron } from './jobs/cron.ts';
import { adminEmail, createTestShop, day, eventually, type TestShop, type Visitor } from './testing/shop-client.ts';

let shop: TestShop;
let customer: Visitor;
let admin: Visitor;

beforeAll(async () => {
  shop = await createTestShop(inject('postgresUrl'));
  customer = await shop.signIn('customer-1@shop.example');
  admin = await shop.signIn(adminEmail);
});
afterAll(() => shop[Symbol.asyncDispose]());

const query = async <T extends object>(sql: string, values: unknown[] = []) => {
  const client = await shop.database.connect();
  return (await client.query<T>(sql, values)).rows;
};

describe('accounts', () => {
  test('a session says who the caller is, until the sign-out', async () => {
    const visitor = await shop.signIn('customer-2@shop.example');
    const { body } = await visitor.json<{ user: unknown }>('GET', '/api/session');
    expect(body.user).toMatchObject({ id: 2, email: 'customer-2@shop.example', role: 'customer' });
    expect((await visitor.send('POST', '/logout')).status).toBe(303);
    expect((await visitor.json('GET', '/api/session')).body).toEqual({ user: null });
  });

  test('a wrong password is refused, and guessing is slowed down', async () => {
    const stranger = await shop.signIn();
    const guess = () => stranger.json('POST', '/login', { email: 'customer-3@shop.example', password: 'guess' });
    for (let n = 0; n < 10; n += 1) expect((await guess()).status).toBe(401);
    expect((await guess()).status).toBe(429);
  });

  test('a form posts, and its page comes back', async () => {
    const answer = await fetch(`${shop.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ email: 'customer-4@shop.example', password: 'overgrow', next: '//evil.example' }),
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(answer.headers.get('set-cookie')).toMatch(/^sid=[0-9a-f]{64}; .*HttpOnly; SameSite=Lax/);
  });

  test('a form of another site is refused', async () => {
    const answer = await customer.send(
      'POST',
      '/api/cart/items',
      { productId: 1, quantity: 1 },
      { origin: 'https://evil.example' },
    );
    expect(answer.status).toBe(403);
  });

  test('an account opens and closes, and its name leaves its reviews', async () => {
    const stranger = await shop.signIn();
    const account = { email: 'new@shop.example', name: 'New <b>Person</b>', password: 'overgrow' };
    expect((await stranger.json('POST', '/register', account)).status).toBe(201);
    expect((await stranger.json('POST', '/register', account)).status).toBe(422);
    const visitor = await shop.signIn('new@shop.example');
    expect(await (await visitor.get('/account')).text()).toContain('New &lt;b&gt;Person&lt;/b&gt;');
    const review = { productId: 5, stars: 4, title: 'Fine', body: 'It is fine' };
    const { body } = await visitor.json<{ id: number }>('POST', '/api/reviews', review);
    expect((await visitor.json('POST', '/account/close', {})).status).toBe(204);
    const [row] = await query('SELECT author_name FROM reviews WHERE id = $1', [body.id]);
    expect(row).toEqual({ author_name: 'Former customer' });
    await expect(shop.signIn('new@shop.example')).rejects.toThrow('401');
  });
});

describe('catalog', () => {
  test.each(['/', '/products', '/products?q=lamp&sort=cheapest', '/products?category=living', '/products/1'])(
    '%s is a page',
    async (path) => {
      const answer = await (await shop.signIn()).get(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(await answer.text()).toMatch(/^<!doctype html>[^]*<\/html>$/);
    },
  );

  test('lists by page and search finds by words', async () => {
    interface List {
      items: { id: number; name: string }[];
      total: number;
      pageCount: number;
    }
    const first = (await customer.json<List>('GET', '/api/products')).body;
    const all = (await customer.json<List>('GET', '/api/products?sort=cheapest&maxCents=100000000')).body;
    expect(first.items.length).toBeGreaterThan(0);
    expect(all.total).toBe(first.total);
    const word = first.items[0]?.name.split(' ').at(-1) ?? '';
    const found = (await customer.json<List>('GET', `/api/search?q=${word}`)).body;
    expect(found.items.map((item) => item.id)).toContain(first.items[0]?.id);
    expect((await customer.json('GET', '/api/products/999999')).status).toBe(404);
    expect((await customer.json('GET', '/api/products/1%27')).status).toBe(404);
  });

  test('a picture is stored by its bytes, and only by staff', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const form = (bytes: Buffer) => {
      const data = new FormData();
      data.set('image', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'x.png');
      return data;
    };
    expect((await customer.send('POST', '/admin/products/1/images', form(png))).status).toBe(403);
    expect((await admin.send('POST', '/admin/products/1/images', form(Buffer.from('<svg>')))).status).toBe(422);
    const stored = await admin.send('POST', '/admin/products/1/images', form(png));
    const { url } = (await stored.json()) as { url: string };
    const image = await customer.get(url);
    expect(image.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await image.arrayBuffer())).toEqual(png);
  });
});

describe('cart and checkout', () => {
  const fill = async (visitor: Visitor, productId: number, quantity = 2) => {
    await query('UPDATE stock SET on_hand = 10 WHERE product_id = $1', [productId]);
    await visitor.json('DELETE', '/api/cart');
    expect((await visitor.json('POST', '/api/cart/items', { productId, quantity })).status).toBe(201);
  };
  const stock = async (productId: number) =>
    (await query<{ on_hand: number }>('SELECT on_hand FROM stock WHERE product_id = $1', [productId]))[0]?.on_hand;

  test('payment, stock and order happen together, and the rest after the answer', async () => {
    await fill(customer, 4);
    const { status, body } = await customer.json<{ id: number; totalCents: number }>('POST', '/api/checkout', {
      addressId: 1,
      token: 'tok_visa',
    });
    expect(status).toBe(201);
    expect(await stock(4)).toBe(8);
    const [paid] = await query('SELECT amount_cents FROM payments WHERE order_id = $1', [body.id]);
    expect(paid).toEqual({ amount_cents: body.totalCents });
    expect((await customer.json('GET', '/api/cart')).body).toMatchObject({ items: [] });
    await eventually(async () => (await query('SELECT 1 FROM shipments WHERE order_id = $1', [body.id]))[0]);
    const [mail] = await eventually(async () => {
      const rows = await query(`SELECT template FROM email_outbox WHERE data ->> 'orderId' = $1`, [String(body.id)]);
      return rows.length > 0 ? rows : undefined;
    });
    expect(mail).toEqual({ template: 'order_confirmation' });
  });

  test('a declined card leaves neither order nor gap in the stock', async () => {
    await fill(customer, 6);
    const before = await query('SELECT count(*) FROM orders');
    const declined = await customer.json('POST', '/api/checkout', { addressId: 1, token: 'tok_declined' });
    expect(declined.status).toBe(402);
    expect(await stock(6)).toBe(10);
    expect(await query('SELECT count(*) FROM orders')).toEqual(before);
    expect((await customer.json<{ items: unknown[] }>('GET', '/api/cart')).body.items).toHaveLength(1);
  });

  test('what is not there is not sold, and two clicks buy once', async () => {
    await fill(customer, 7, 11);
    expect((await customer.json('POST', '/api/checkout', { addressId: 1, token: 'tok_visa' })).status).toBe(409);
    await fill(customer, 7, 1);
    const clicks = await Promise.all(
      [1, 2].map(() => customer.json('POST', '/api/checkout', { addressId: 1, token: 'tok_visa' })),
    );
    expect(clicks.map((click) => click.status)).toEqual(expect.arrayContaining([201, 409]));
    expect(await stock(7)).toBe(9);
  });

  test('a coupon with few uses is not used more often, also at once', async () => {
    const shoppers = await Promise.all(
      [11, 12, 13, 14, 15, 16, 17].map((n) => shop.signIn(`customer-${n}@shop.example`)),
    );
    await query('UPDATE stock SET on_hand = 100 WHERE product_id = 8');
    await query(
      `UPDATE promotions SET starts_at = now() - interval '1 day', ends_at = now() + interval '1 day' WHERE id = 3`,
    );
    const results = await Promise.all(
      shoppers.map(async (shopper, index) => {
        await shopper.json('POST', '/api/cart/items', { productId: 8, quantity: 1 });
        await shopper.json('PUT', '/api/cart/coupon', { code: 'last5' });
        return shopper.json('POST', '/api/checkout', { addressId: 11 + index, token: 'tok_visa' });
      }),
    );
    expect(results.filter((result) => result.status === 201)).toHaveLength(5);
    expect(results.filter((result) => result.status === 422)).toHaveLength(2);
  });

  test('a cancelled order gives back stock and money', async () => {
    await fill(customer, 9, 3);
    const { body } = await customer.json<{ id: number }>('POST', '/api/checkout', { addressId: 1, token: 'tok_visa' });
    expect(await stock(9)).toBe(7);
    const other = await shop.signIn('customer-5@shop.example');
    expect((await other.json('POST', `/orders/${body.id}/cancel`, {})).status).toBe(404);
    expect((await customer.json('POST', `/orders/${body.id}/cancel`, {})).status).toBe(200);
    expect(await stock(9)).toBe(10);
    expect(
      await query('SELECT r.reason FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.order_id = $1', [
        body.id,
      ]),
    ).toEqual([{ reason: 'by customer' }]);
    expect((await customer.json('POST', `/orders/${body.id}/cancel`, {})).status).toBe(409);
  });

  test('the status of an order comes live, and the stream ends with the delivery', async () => {
    await fill(customer, 10, 1);
    const { body } = await customer.json<{ id: number }>('POST', '/api/checkout', { addressId: 1, token: 'tok_visa' });
    const stream = await customer.get(`/api/orders/${body.id}/events`);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const shipment = await eventually(
      async () => (await query<{ id: string }>('SELECT id FROM shipments WHERE order_id = $1', [body.id]))[0],
    );
    for (const status of ['packed', 'shipped', 'delivered']) {
      expect((await admin.json('POST', `/admin/shipments/${shipment.id}`, { status, place: 'Hamburg' })).status).toBe(
        200,
      );
    }
    expect((await admin.json('POST', `/admin/shipments/${shipment.id}`, { status: 'packed' })).status).toBe(409);
    const seen = [...(await stream.text()).matchAll(/"status":"(\w+)"/g)].map((match) => match[1]);
    expect(seen).toEqual(['placed', 'paid', 'packed', 'shipped', 'delivered']);
  });

  test('somebody else sees none of it', async () => {
    const other = await shop.signIn('customer-5@shop.example');
    const { body } = await customer.json<{ orders: { id: number }[] }>('GET', '/api/orders');
    for (const path of [`/api/orders/${body.orders[0]?.id}`, `/api/orders/${body.orders[0]?.id}/events`]) {
      expect((await other.json('GET', path)).status).toBe(404);
    }
    expect((await (await shop.signIn()).json('GET', '/api/orders')).status).toBe(401);
  });
});

describe('back office', () => {
  test('is for staff', async () => {
    for (const path of ['/admin', '/admin/customers', '/admin/reviews', '/admin/shipments', '/admin/promotions']) {
      expect((await customer.get(path)).status).toBe(403);
      expect((await admin.get(path)).status).toBe(200);
    }
  });

  test('exports every order as CSV', async () => {
    const answer = await admin.get('/admin/export/orders.csv');
    const lines = (await answer.text()).trim().split('\r\n');
    const [count] = await query<{ count: string }>('SELECT count(*) FROM orders');
    expect(lines[0]).toBe('id,placed_at,customer,status,items,total,payment,tracking');
    expect(lines).toHaveLength(Number(count?.count) + 1);
  });

  test('a price change is remembered, and an archived product is no longer sold', async () => {
    expect((await admin.json('POST', '/admin/products/12/price', { cents: 4200 })).status).toBe(200);
    expect(await query('SELECT new_cents FROM price_changes WHERE product_id = 12')).toEqual([{ new_cents: 4200 }]);
    expect((await admin.json('POST', '/admin/products/13/archive')).status).toBe(200);
    expect((await customer.json('POST', '/api/cart/items', { productId: 13, quantity: 1 })).status).toBe(422);
    expect((await customer.get('/products/13')).status).toBe(200);
  });

  test('a promotion, a delivery and a campaign', async () => {
    const promotion = {
      name: 'Week',
      percentOff: 20,
      minOrderCents: 0,
      startsAt: '2020-01-01',
      endsAt: '2099-01-01',
      code: 'week',
    };
    expect((await admin.json('POST', '/admin/promotions', promotion)).status).toBe(201);
    expect((await admin.json('POST', '/admin/promotions', promotion)).status).toBe(422);
    await query('UPDATE stock SET on_hand = 3 WHERE product_id = 14');
    expect((await admin.json('POST', '/admin/products/14/deliveries', { quantity: 5 })).body).toEqual({ onHand: 8 });
    expect((await admin.json('POST', '/admin/campaigns', { subject: 'Sale', link: '/products' })).status).toBe(202);
    const [wanted] = await query<{ count: number }>(
      'SELECT count(*)::int AS count FROM users WHERE newsletter AND deactivated_at IS NULL',
    );
    await eventually(async () => {
      const [sent] = await query<{ count: number }>(
        `SELECT count(*)::int AS count FROM notifications WHERE kind = 'campaign'`,
      );
      return sent?.count === wanted?.count ? true : undefined;
    });
  });
});

describe('jobs', () => {
  test('the nightly job ranks reviews, reports the day, and may run again', async () => {
    const options = { databaseUrl: shop.database.appUrl, now: day };
    const first = await runNightly(options);
    expect(first).toMatchObject({ day: '2026-05-20', reviews: { kind: 'local' } });
    expect((await runNightly(options)).reviews).toEqual({ kind: 'local', moved: 0 });
    const reports = await query<{ figures: { brands: unknown[] } }>('SELECT figures FROM daily_reports');
    expect(reports).toHaveLength(1);
    expect(reports[0]?.figures.brands).toHaveLength(5);
  });

  test('the cron job clears what is over', async () => {
    await query(`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = 2`);
    await query(
      `UPDATE promotions SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 day', active = true WHERE id = 4`,
    );
    const result = await runCron();
    expect(result.promotions).toBeGreaterThanOrEqual(1);
    expect(await query('SELECT 1 FROM sessions WHERE expires_at < now()')).toEqual([]);
    expect(await query('SELECT active FROM promotions WHERE id = 4')).toEqual([{ active: false }]);
  });

  test('a database with products is not filled again', async () => {
    await expect(seed(shop.database.appUrl)).rejects.toThrow('has products already');
  });
});

test('bad requests get an answer that says so', async () => {
  const broken = await customer.send('POST', '/api/cart/items', undefined, { 'content-type': 'application/json' });
  expect(broken.status).toBe(422);
  const noJson = await fetch(`${shop.url}/api/cart/items`, {
    method: 'POST',
    headers: { cookie: customer.cookie, 'content-type': 'application/json' },
    body: '{',
  });
  expect([noJson.status, await noJson.json()]).toEqual([
    400,
    { error: 'bad_request', message: 'The request could not be read.' },
  ]);
  expect((await customer.json('GET', '/api/nothing')).status).toBe(404);
});
