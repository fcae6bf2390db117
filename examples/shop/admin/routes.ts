import { after } from '@overgrow/sdk';
import { Router, type RequestHandler } from 'express';
import multer from 'multer';
import { deactivate } from '../accounts/users.ts';
import { storeImage } from '../catalog/images.ts';
import { archiveProduct, changePrice } from '../catalog/products.ts';
import { db, withTransaction } from '../db/database.ts';
import { page } from '../layout/page.ts';
import { reviewsSeam } from '../reviews/seam.ts';
import { listOpenShipments } from '../shipping/shipping.ts';
import {
  formatCents,
  formatMoment,
  formatStars,
  html,
  HttpError,
  log,
  parseId,
  readFields,
  requireAdmin,
  requireStaff,
  wantsJson,
} from '../utils/index.ts';
import { audit } from './audit.ts';
import { exportOrders } from './export.ts';
import { createPromotion, endPromotion, receiveDelivery, sendCampaign } from './operations.ts';

export const adminRoutes = Router();

/** Before the file is read: a stranger's upload costs nothing. */
const staffOnly: RequestHandler = async (request, _response, next) => {
  await requireStaff(request);
  next();
};
const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 2_000_000, files: 1 } });

adminRoutes.get('/admin', async (request, response) => {
  const user = await requireStaff(request);
  const [today, best, waiting, jobs] = await Promise.all([
    db.query<{ orders: number; cents: number }>(
      `SELECT count(*) AS orders, coalesce(sum(total_cents), 0) AS cents FROM orders
       WHERE placed_at >= current_date AND status <> 'cancelled'`,
    ),
    db.query<{ name: string; sold: number; revenueCents: number; average: number | null }>(
      `SELECT name, sold, revenue_cents AS "revenueCents", average FROM product_performance
       ORDER BY revenue_cents DESC LIMIT 10`,
    ),
    db.query<{ waiting: number }>(
      `SELECT count(*) AS waiting FROM reviews r WHERE r.status = 'hidden' OR r.screened_at IS NULL`,
    ),
    db.query<{ job: string; outcome: string; at: Date }>(
      'SELECT job, outcome, finished_at AS at FROM job_runs ORDER BY id DESC LIMIT 5',
    ),
  ]);
  response.send(
    page(
      user,
      'Back office',
      html` <p>Today: ${today.rows[0]?.orders ?? 0} orders, ${formatCents(today.rows[0]?.cents ?? 0)}</p>
        <nav>
          <a href="/admin/reviews">${waiting.rows[0]?.waiting ?? 0} reviews to look at</a>
          <a href="/admin/shipments">Shipments</a> <a href="/admin/customers">Customers</a>
          <a href="/admin/promotions">Promotions</a> <a href="/admin/export/orders.csv">Orders as CSV</a>
        </nav>
        <h2>Best sellers</h2>
        <table>
          ${best.rows.map(
            (p) =>
              html`<tr>
                <td>${p.name}</td>
                <td>${p.sold}</td>
                <td>${formatCents(p.revenueCents)}</td>
                <td>${formatStars(p.average)}</td>
              </tr>`,
          )}
        </table>
        <h2>Jobs</h2>
        <ul>
          ${jobs.rows.map((j) => html`<li>${j.job}: ${j.outcome}, ${formatMoment(j.at)}</li>`)}
        </ul>`,
    ),
  );
});

adminRoutes.get('/admin/export/orders.csv', async (request, response) => {
  await requireStaff(request);
  await exportOrders(response);
});

adminRoutes.get('/admin/customers', async (request, response) => {
  const user = await requireStaff(request);
  const q = typeof request.query['q'] === 'string' ? request.query['q'].slice(0, 100) : '';
  const { rows } = await db.query<{ id: number; name: string; email: string; orders: number; cents: number }>(
    `SELECT u.id, u.name, u.email, count(o.id) AS orders, coalesce(sum(o.total_cents), 0) AS cents
     FROM users u LEFT JOIN orders o ON o.user_id = u.id AND o.status <> 'cancelled'
     WHERE u.role = 'customer' AND ($1 = '' OR u.email ILIKE '%' || $1 || '%' OR u.name ILIKE '%' || $1 || '%')
     GROUP BY u.id ORDER BY cents DESC, u.id LIMIT 50`,
    [q.replace(/[\\%_]/g, '\\$&')],
  );
  response.send(
    page(
      user,
      'Customers',
      html`<form><input name="q" value="${q}" /><button>Search</button></form>
        <table>
          ${rows.map(
            (c) =>
              html`<tr>
                <td>${c.name}</td>
                <td>${c.email}</td>
                <td>${c.orders}</td>
                <td>${formatCents(c.cents)}</td>
                <td>
                  <form method="post" action="/admin/customers/${c.id}/deactivate"><button>Deactivate</button></form>
                </td>
              </tr>`,
          )}
        </table>`,
    ),
  );
});

adminRoutes.post('/admin/customers/:id/deactivate', async (request, response) => {
  const admin = await requireAdmin(request);
  const id = parseId(request.params.id);
  await withTransaction(async (tx) => {
    await deactivate(tx, id);
    await audit(tx, admin.id, 'deactivate', `user ${id}`);
  });
  response.redirect(303, '/admin/customers');
});

adminRoutes.get('/admin/shipments', async (request, response) => {
  const user = await requireStaff(request);
  const shipments = await listOpenShipments();
  response.send(
    page(
      user,
      'Shipments',
      html`<table>
        ${shipments.map(
          (s) =>
            html`<tr>
              <td>Order ${s.orderId}</td>
              <td>${s.city}</td>
              <td>${s.status}</td>
              <td>
                <form method="post" action="/admin/shipments/${s.id}">
                  <input type="hidden" name="status" value="${s.status === 'waiting' ? 'packed' : 'shipped'}" /><button>
                    Next
                  </button>
                </form>
              </td>
            </tr>`,
        )}
      </table>`,
    ),
  );
});

adminRoutes.get('/admin/reviews', async (request, response) => {
  const user = await requireStaff(request);
  const { rows } = await db.query<{
    id: number;
    title: string;
    body: string;
    status: string;
    findings: string[] | null;
  }>(
    `SELECT r.id, r.title, r.body, r.status,
            (SELECT s.findings FROM review_screenings s WHERE s.review_id = r.id ORDER BY s.id DESC LIMIT 1) AS findings
     FROM reviews r WHERE r.status = 'hidden' OR r.screened_at IS NULL ORDER BY r.id DESC LIMIT 50`,
  );
  response.send(
    page(
      user,
      'Reviews',
      html`${rows.map(
        (r) =>
          html`<article>
            <h3>${r.title}</h3>
            <p>${r.body}</p>
            <p>${r.status} ${r.findings?.join(', ')}</p>
            <form method="post" action="/admin/reviews/${r.id}">
              <button name="status" value="published">Show</button> <button name="status" value="hidden">Hide</button>
            </form>
          </article>`,
      )}`,
    ),
  );
});

adminRoutes.post('/admin/reviews/:id', async (request, response) => {
  const user = await requireStaff(request);
  const id = parseId(request.params.id);
  const fields = readFields(request.body);
  const status = fields.choice('status', ['published', 'hidden']);
  fields.done();
  await reviewsSeam(request).moderate(id, status);
  await audit(db, user.id, status === 'hidden' ? 'hide' : 'show', `review ${id}`);
  if (wantsJson(request)) response.json({ id, status });
  else response.redirect(303, '/admin/reviews');
});

adminRoutes.post('/admin/products/:id/price', async (request, response) => {
  const user = await requireStaff(request);
  const id = parseId(request.params.id);
  const fields = readFields(request.body);
  const cents = fields.integer('cents', { min: 1, max: 10_000_000 });
  fields.done();
  await changePrice(id, cents, user.id);
  response.json({ id, cents });
});

adminRoutes.post('/admin/products/:id/archive', async (request, response) => {
  const user = await requireStaff(request);
  const id = parseId(request.params.id);
  await archiveProduct(id);
  await audit(db, user.id, 'archive', `product ${id}`);
  response.json({ id });
});

adminRoutes.post('/admin/products/:id/images', staffOnly, upload.single('image'), async (request, response) => {
  const user = await requireStaff(request);
  const productId = parseId(String(request.params['id']));
  if (request.file === undefined) throw new HttpError(422, 'validation_failed', 'The field image has no file.');
  const id = await storeImage(productId, request.file.buffer, user.id);
  response.status(201).json({ id, url: `/images/${id}` });
});

adminRoutes.post('/admin/products/:id/deliveries', async (request, response) => {
  await requireStaff(request);
  const fields = readFields(request.body);
  const quantity = fields.integer('quantity', { min: 1, max: 100_000 });
  fields.done();
  response.status(201).json({ onHand: await receiveDelivery(parseId(request.params.id), quantity) });
});

adminRoutes.get('/admin/promotions', async (request, response) => {
  const user = await requireStaff(request);
  const { rows } = await db.query<{ id: number; name: string; code: string | null; used: number; active: boolean }>(
    `SELECT p.id, p.name, p.code, p.active, count(r.order_id) AS used FROM promotions p
     LEFT JOIN promotion_redemptions r ON r.promotion_id = p.id GROUP BY p.id ORDER BY p.id DESC LIMIT 50`,
  );
  response.send(
    page(
      user,
      'Promotions',
      html`<table>
        ${rows.map(
          (p) =>
            html`<tr>
              <td>${p.name}</td>
              <td>${p.code}</td>
              <td>${p.used} times</td>
              <td>
                ${p.active && html`<form method="post" action="/admin/promotions/${p.id}/end"><button>End</button></form>`}
              </td>
            </tr>`,
        )}
      </table>`,
    ),
  );
});

adminRoutes.post('/admin/promotions', async (request, response) => {
  const user = await requireStaff(request);
  const fields = readFields(request.body);
  const limit = fields.text('maxRedemptions', { min: 0, max: 9 });
  const promotion = {
    code: fields.text('code', { min: 0, max: 40 }) || null,
    name: fields.text('name'),
    percentOff: fields.integer('percentOff', { min: 1, max: 90 }),
    minOrderCents: fields.integer('minOrderCents', { min: 0 }),
    maxRedemptions: limit === '' ? null : Number(limit),
    startsAt: fields.date('startsAt'),
    endsAt: fields.date('endsAt'),
    productIds: [],
  };
  fields.done();
  const id = await createPromotion(promotion);
  await audit(db, user.id, 'create', `promotion ${id}`);
  if (wantsJson(request)) response.status(201).json({ id });
  else response.redirect(303, '/admin/promotions');
});

adminRoutes.post('/admin/promotions/:id/end', async (request, response) => {
  const user = await requireStaff(request);
  const id = parseId(request.params.id);
  await endPromotion(id);
  await audit(db, user.id, 'end', `promotion ${id}`);
  response.redirect(303, '/admin/promotions');
});

adminRoutes.post('/admin/campaigns', async (request, response) => {
  const admin = await requireAdmin(request);
  const fields = readFields(request.body);
  const subject = fields.text('subject');
  const link = fields.text('link', { max: 200 });
  fields.done();
  await audit(db, admin.id, 'campaign', subject);
  after(response, async () => log('campaign-sent', { subject, sent: await sendCampaign(subject, link) }));
  response.status(202).json({ accepted: true });
});
