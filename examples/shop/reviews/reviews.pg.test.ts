import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runNightly } from '../index.ts';
import { adminEmail, createTestShop, eventually, type TestShop, type Visitor } from '../testing/shop-client.ts';

let shop: TestShop;
let customer: Visitor;

beforeAll(async () => {
  shop = await createTestShop(inject('postgresUrl'));
  customer = await shop.signIn('customer-1@shop.example');
});
afterAll(() => shop[Symbol.asyncDispose]());

const query = async <T extends object>(sql: string, values: unknown[] = []) => {
  const client = await shop.database.connect();
  return (await client.query<T>(sql, values)).rows;
};
const owners = (owner: string) => ({ 'overgrow-owners': `reviews=${owner};epoch=1;scope="*"` });

test('the rating in the catalog follows the reviews', async () => {
  const rating = async () =>
    (await query('SELECT rating_average::text AS average, rating_count AS count FROM products WHERE id = 20'))[0];
  await query('DELETE FROM review_votes WHERE review_id IN (SELECT id FROM reviews WHERE product_id = 20)');
  await query('DELETE FROM review_screenings WHERE review_id IN (SELECT id FROM reviews WHERE product_id = 20)');
  await query('DELETE FROM reviews WHERE product_id = 20');
  expect(await rating()).toEqual({ average: null, count: 0 });
  const write = (stars: number) =>
    customer.json<{ id: number }>('POST', '/api/reviews', { productId: 20, stars, title: 'So', body: 'It is so' });
  const [first] = [await write(5), await write(2)];
  expect(await rating()).toEqual({ average: '3.50', count: 2 });
  await customer.json('PUT', `/api/reviews/${first.body.id}`, { stars: 3, title: 'So', body: 'It is so' });
  expect(await rating()).toEqual({ average: '2.50', count: 2 });
  const admin = await shop.signIn(adminEmail);
  expect((await admin.json('POST', `/admin/reviews/${first.body.id}`, { status: 'hidden' })).status).toBe(200);
  expect(await rating()).toEqual({ average: '2.00', count: 1 });
  const list = await customer.json('GET', '/api/reviews?productId=20');
  expect(list.body).toMatchObject({ summary: { count: 1, average: 2 }, reviews: [{ stars: 2 }] });
  expect((await customer.json('DELETE', `/api/reviews/${first.body.id}`)).status).toBe(204);
});

test('many writers of one product keep its rating right', async () => {
  const shoppers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => shop.signIn(`customer-${n}@shop.example`)));
  const review = { productId: 19, stars: 4, title: 'At once', body: 'All of us' };
  await Promise.all(shoppers.flatMap((shopper) => [1, 2].map(() => shopper.json('POST', '/api/reviews', review))));
  const [row] = await query(
    `SELECT rating_count = (SELECT count(*) FROM reviews WHERE product_id = 19 AND status = 'published') AS right FROM products WHERE id = 19`,
  );
  expect(row).toEqual({ right: true });
});

test('a review is screened after the answer, and an insult hides it', async () => {
  const body = { productId: 1, stars: 1, title: 'Never again', body: 'The seller is an idiot, see https://x.example' };
  const { body: review } = await customer.json<{ id: number }>('POST', '/api/reviews', body);
  const screened = await eventually(async () => {
    const rows = await query(
      `SELECT r.status, r.language, s.verdict, s.findings FROM reviews r JOIN review_screenings s ON s.review_id = r.id WHERE r.id = $1`,
      [review.id],
    );
    return rows[0];
  });
  expect(screened).toEqual({
    status: 'hidden',
    language: 'en',
    verdict: 'flagged',
    findings: ['insult: idiot', 'link'],
  });
  const text = 'We have hidden your review for a look.';
  const message = await eventually(async () => {
    const { body: inbox } = await customer.json<{ notifications: { text: string }[] }>('GET', '/api/notifications');
    return inbox.notifications.find((notification) => notification.text === text);
  });
  expect(message).toMatchObject({ kind: 'review_screened', link: '/products/1' });
});

test('with the owners of the proxy the message ends when the screening has ended', async () => {
  const answer = await customer.send(
    'POST',
    '/api/reviews',
    { productId: 1, stars: 5, title: 'Good', body: 'It is good' },
    owners('monolith'),
  );
  expect(answer.headers.get('transfer-encoding')).toBe('chunked');
  const text = await answer.text();
  expect(Number(answer.headers.get('overgrow-answer-length'))).toBe(Buffer.byteLength(text));
  const { id } = JSON.parse(text) as { id: number };
  // No waiting: the end of the message was the end of the work.
  expect(await query('SELECT screened_at IS NOT NULL AS screened FROM reviews WHERE id = $1', [id])).toEqual([
    { screened: true },
  ]);
});

test('a vote counts once a person, and may change', async () => {
  const { body } = await customer.json<{ id: number }>('POST', '/api/reviews', {
    productId: 2,
    stars: 5,
    title: 'Vote',
    body: 'For it',
  });
  const voters = await Promise.all([7, 8, 9].map((n) => shop.signIn(`customer-${n}@shop.example`)));
  await Promise.all(voters.map((voter) => voter.json('POST', `/api/reviews/${body.id}/votes`, { helpful: true })));
  const changed = await voters[0]?.json('POST', `/api/reviews/${body.id}/votes`, { helpful: false });
  expect(changed?.body).toEqual({ id: body.id, helpful: 2, unhelpful: 1 });
  expect((await voters[0]?.json('DELETE', `/api/reviews/${body.id}`))?.status).toBe(403);
  expect((await customer.json('DELETE', `/api/reviews/${body.id}`)).status).toBe(204);
  expect((await customer.json('POST', `/api/reviews/${body.id}/votes`, { helpful: true })).status).toBe(404);
});

test('what is wrong with a review is told at once', async () => {
  const { status, body } = await customer.json('POST', '/api/reviews', {
    productId: 1,
    stars: 6,
    title: ' ',
    details: [],
  });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    error: 'validation_failed',
    fields: { stars: 'must be from 1 to 5', title: 'is missing', body: 'is missing', details: 'must be an object' },
  });
  const unknown = await customer.json('POST', '/api/reviews', { productId: 999_999, stars: 5, title: 'x', body: 'y' });
  expect(unknown.body).toMatchObject({ fields: { productId: 'is no product of ours' } });
});

test('a refusal of the guard becomes 503, and nothing is written', async () => {
  await query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'moved' USING ERRCODE = 'OG001'; END $$`,
  );
  await query('CREATE TRIGGER refuse BEFORE INSERT ON reviews EXECUTE FUNCTION refuse()');
  try {
    const answer = await customer.send('POST', '/api/reviews', { productId: 1, stars: 5, title: 'x', body: 'y' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ code: 'OWNERSHIP_REFUSED' });
  } finally {
    await query('DROP TRIGGER refuse ON reviews');
  }
});

test('the nightly job asks the database for the owner where it can', async () => {
  await query(`CREATE SCHEMA overgrow`);
  await query(`CREATE TABLE overgrow.who (owner text)`);
  await query(`INSERT INTO overgrow.who VALUES ('monolith')`);
  await query(
    `CREATE FUNCTION overgrow.owner(context text) RETURNS text LANGUAGE sql AS 'SELECT owner FROM overgrow.who FOR UPDATE'`,
  );
  const night = (reviewsUrl?: string) => runNightly({ databaseUrl: shop.database.appUrl, reviewsUrl });
  await query('UPDATE reviews SET rank_score = 0');
  const local = await night();
  expect(local.reviews.kind).toBe('local');
  expect(local.reviews.moved).toBeGreaterThan(0);
  await query(`UPDATE overgrow.who SET owner = 'none'`);
  await query('UPDATE reviews SET rank_score = 0');
  expect((await night()).reviews).toEqual({ kind: 'deferred', moved: 0 });
  await query(`UPDATE overgrow.who SET owner = 'service'`);
  await expect(night()).rejects.toThrow('REVIEWS_URL');
  // The shop itself serves the endpoint too, so it can stand in for the service here.
  const served = await night(shop.url);
  expect(served.reviews.kind).toBe('service');
  expect(served.reviews.moved).toBeGreaterThan(0);
});
