import { createTestDatabase, type TestDatabase } from '@overgrow/test';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { configureReviewsService } from '../../reviews/remote.ts';
import {
  adminEmail,
  createTestShop,
  createVisitor,
  eventually,
  type TestShop,
  type Visitor,
} from '../../testing/shop-client.ts';
import { migrateReviews, startReviews, type ReviewsService } from './index.ts';

let shop: TestShop;
let database: TestDatabase;
let service: ReviewsService;

beforeAll(async () => {
  shop = await createTestShop(inject('postgresUrl'));
  database = await createTestDatabase(inject('postgresUrl'));
  await migrateReviews(database.appUrl);
  service = await startReviews({ port: 0, databaseUrl: database.appUrl, shopUrl: shop.url });
});
afterAll(async () => {
  await service.stop();
  await database.drop();
  await shop[Symbol.asyncDispose]();
});

const query = async <T extends object>(sql: string, values: unknown[] = []) => {
  const client = await database.connect();
  return (await client.query<T>(sql, values)).rows;
};

/** The same person at the shop and at the service. */
async function both(email?: string): Promise<{ readonly here: Visitor; readonly there: Visitor }> {
  const here = await shop.signIn(email);
  return { here, there: createVisitor(service.url, here.cookie) };
}

const review = {
  productId: 3,
  stars: 4,
  title: 'Fine',
  body: 'It is fine and it was in time',
  details: { colour: 'green' },
};

/** Shapes and values, without what differs by its nature: ids and moments. */
function comparable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      key === 'id' || key === 'createdAt' || key === 'updatedAt' ? typeof inner : inner,
    ),
  );
}

test('answers as the monolith does, status for status and field for field', async () => {
  const stranger = await both();
  // An account without a history, which only one of the two sides would have.
  await stranger.here.json('POST', '/register', {
    email: 'equal@shop.example',
    name: 'Edda Equal',
    password: 'overgrow',
  });
  const { here, there } = await both('equal@shop.example');
  // A product whose reviews are all in this test, on both sides.
  const client = await shop.database.connect();
  await client.query(
    `INSERT INTO products (id, sku, brand_id, name, description, price_cents) VALUES (9001, 'T-1', 1, 'Test', 'Test', 100), (9002, 'T-2', 1, 'Old', 'Old', 100)`,
  );
  await client.query('UPDATE products SET archived_at = now() WHERE id = 9002');

  const ids = { here: 0, there: 0 };
  const ask = async (who: { here: Visitor; there: Visitor }, method: string, path: string, body?: unknown) => {
    const [a, b] = [
      await who.here.json<{ id?: number }>(method, path.replace(':id', String(ids.here)), body),
      await who.there.json<{ id?: number }>(method, path.replace(':id', String(ids.there)), body),
    ];
    expect(comparable(b), `${method} ${path}`).toEqual(comparable(a));
    expect(Object.keys(b.body)).toEqual(Object.keys(a.body));
    return { a, b };
  };
  const mine = { ...review, productId: 9001 };
  const customer = { here, there };
  const created = await ask(customer, 'POST', '/api/reviews', mine);
  expect(created.a.status).toBe(201);
  [ids.here, ids.there] = [created.a.body.id ?? 0, created.b.body.id ?? 0];

  await ask(stranger, 'POST', '/api/reviews', mine);
  await ask(customer, 'POST', '/api/reviews', { ...mine, productId: 9002 });
  await ask(customer, 'POST', '/api/reviews', { ...mine, productId: 999_999 });
  await ask(customer, 'POST', '/api/reviews', { stars: 'x', title: 'y'.repeat(121), details: 3 });
  await ask(customer, 'PUT', '/api/reviews/:id', { stars: 2, title: 'Second thoughts', body: 'Not so fine' });
  await ask(customer, 'POST', '/api/reviews/:id/votes', { helpful: true });
  await ask(customer, 'POST', '/api/reviews/:id/votes', { helpful: 'maybe' });
  await ask(customer, 'POST', '/api/reviews/0/votes', { helpful: true });
  await ask(customer, 'POST', '/api/reviews/999999999/votes', { helpful: true });
  await ask(customer, 'POST', '/api/reviews/rankings', {});
  await ask(customer, 'POST', '/api/reviews/:id/moderation', { status: 'hidden' });
  // Screening runs after the answer: wait until both have done it, then the lists are equal.
  for (const visitor of [here, there]) {
    await eventually(async () => {
      const { body } = await visitor.json<{ reviews: { language: string | null }[] }>(
        'GET',
        '/api/reviews?productId=9001',
      );
      return body.reviews[0]?.language ?? undefined;
    });
  }
  await ask(stranger, 'GET', '/api/reviews?productId=9001');
  await ask(stranger, 'GET', '/api/reviews?productId=9001&sort=helpful&page=2');
  await ask(stranger, 'GET', '/api/reviews?productId=9001&sort=worst');
  await ask(stranger, 'GET', '/api/reviews?productId=888888');
  await ask(stranger, 'GET', '/api/reviews');

  const other = await both('customer-2@shop.example');
  await ask(other, 'PUT', '/api/reviews/:id', mine);
  await ask(other, 'DELETE', '/api/reviews/:id');
  const admin = await both(adminEmail);
  await ask(admin, 'POST', '/api/reviews/:id/moderation', { status: 'hidden' });
  await ask(admin, 'POST', '/api/reviews/:id/moderation', { status: 'gone' });
  await ask(stranger, 'GET', '/api/reviews?productId=9001');
  await ask(customer, 'POST', '/api/reviews/anonymise', {});
  await ask(customer, 'DELETE', '/api/reviews/:id');
  await ask(customer, 'DELETE', '/api/reviews/:id');
});

test('the summary follows every change of a review', async () => {
  const summary = async () =>
    (await query('SELECT reviews, score_sum::int AS sum FROM reviews.product_summary WHERE product_ref = 70'))[0];
  await query(`INSERT INTO reviews.review (review_id, product_ref, author_ref, author_name, score, headline, text)
    VALUES (900, 70, 1, 'A', 100, 'h', 't'), (901, 70, 1, 'A', 40, 'h', 't')`);
  expect(await summary()).toEqual({ reviews: 2, sum: 140 });
  await query('UPDATE reviews.review SET score = 60 WHERE review_id = 901');
  expect(await summary()).toEqual({ reviews: 2, sum: 160 });
  await query('UPDATE reviews.review SET visible = false WHERE review_id = 900');
  expect(await summary()).toEqual({ reviews: 1, sum: 60 });
  await query('UPDATE reviews.review SET product_ref = 71 WHERE review_id = 901');
  expect(await summary()).toEqual({ reviews: 0, sum: 0 });
  await query('DELETE FROM reviews.review WHERE review_id IN (900, 901)');
  expect(await query('SELECT * FROM reviews.product_summary WHERE reviews <> 0 AND product_ref IN (70, 71)')).toEqual(
    [],
  );
});

test('with the owners of the proxy the message ends when the screening has ended', async () => {
  const { there } = await both('customer-3@shop.example');
  const answer = await there.send('POST', '/api/reviews', review, {
    'overgrow-owners': 'reviews=service;epoch=2;scope="*"',
  });
  const text = await answer.text();
  expect(Number(answer.headers.get('overgrow-answer-length'))).toBe(Buffer.byteLength(text));
  const { id } = JSON.parse(text) as { id: number };
  expect(await query('SELECT passed FROM reviews.screening WHERE review_id = $1', [id])).toEqual([{ passed: true }]);
  const client = await shop.database.connect();
  const { rows } = await client.query(`SELECT text FROM notifications WHERE user_id = 3 ORDER BY id DESC LIMIT 1`);
  expect(rows).toEqual([{ text: 'Your review is online.' }]);
});

test('the seams of the monolith reach the service when it owns the reviews', async () => {
  configureReviewsService(service.url);
  const { here, there } = await both('customer-4@shop.example');
  const admin = await shop.signIn(adminEmail);
  const { body } = await there.json<{ id: number }>('POST', '/api/reviews', review);
  const owned = { 'overgrow-owners': 'reviews=service;epoch=2;scope="*"' };
  const stored = () => query('SELECT visible, author_name FROM reviews.review WHERE review_id = $1', [body.id]);

  expect((await admin.send('POST', `/admin/reviews/${body.id}`, { status: 'hidden' }, owned)).status).toBe(200);
  expect(await stored()).toMatchObject([{ visible: false }]);
  expect((await admin.send('POST', '/admin/reviews/99999999', { status: 'hidden' }, owned)).status).toBe(404);

  const client = await shop.database.connect();
  await client.query(`UPDATE orders SET status = 'delivered' WHERE user_id = 4`);
  const before = await client.query('SELECT count(*) FROM reviews WHERE user_id = 4 AND author_name = $1', [
    'Former customer',
  ]);
  expect((await here.send('POST', '/account/close', {}, owned)).status).toBe(204);
  expect(await stored()).toMatchObject([{ author_name: 'Former customer' }]);
  const after = await client.query('SELECT count(*) FROM reviews WHERE user_id = 4 AND author_name = $1', [
    'Former customer',
  ]);
  expect(after.rows).toEqual(before.rows);
});
