import type pg from 'pg';
import { createSession } from '../accounts/sessions.ts';
import { connectAlone } from '../db/database.ts';
import { productsToReorder } from '../inventory/stock.ts';
import { askReviewsService } from '../reviews/remote.ts';
import { rankReviews } from '../reviews/reviews.ts';
import { formatDay } from '../utils/index.ts';

export interface NightlyOptions {
  readonly databaseUrl: string;
  /** Where the reviews service answers; needed when it owns the reviews. */
  readonly reviewsUrl?: string | undefined;
  readonly now?: Date;
}

export interface NightlyResult {
  readonly day: string;
  /** `deferred`: the reviews were moving at this moment, tomorrow is early enough. */
  readonly reviews: { readonly kind: 'local' | 'service' | 'deferred'; readonly moved: number };
  readonly orders: number;
  readonly revenueCents: number;
}

/**
 * The job of every night: ranks the reviews, then writes one report over all there is. It is a writer without a request,
 * so it asks the database who owns the reviews, where overgrow has installed that function.
 */
export async function runNightly(options: NightlyOptions): Promise<NightlyResult> {
  const client = await connectAlone(options.databaseUrl, 'shop-nightly');
  const now = options.now ?? new Date();
  try {
    const reviews = await rank(client, options.reviewsUrl);
    const figures = await report(client, now);
    await client.query(`INSERT INTO job_runs (job, outcome, details, started_at) VALUES ('nightly', 'done', $1, $2)`, [
      JSON.stringify({ reviews, orders: figures.orders }),
      now,
    ]);
    return { day: formatDay(now), reviews, orders: figures.orders, revenueCents: figures.revenueCents };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await client
      .query(`INSERT INTO job_runs (job, outcome, details, started_at) VALUES ('nightly', 'failed', $1, $2)`, [
        JSON.stringify({ message }),
        now,
      ])
      .catch(() => {});
    throw error;
  } finally {
    await client.end();
  }
}

async function rank(client: pg.Client, reviewsUrl: string | undefined): Promise<NightlyResult['reviews']> {
  await client.query('BEGIN');
  let owner: string;
  try {
    owner = await askOwner(client);
    if (owner === 'monolith') {
      const moved = await rankReviews(client);
      await client.query('COMMIT');
      return { kind: 'local', moved };
    }
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
  // Nothing was written, and the row that says who owns the reviews must not stay locked during a call.
  await client.query('ROLLBACK');
  if (owner === 'none') return { kind: 'deferred', moved: 0 };
  return { kind: 'service', moved: await rankInService(client, reviewsUrl) };
}

/** Locks the answer until the transaction ends, so that the owner can't change between asking and writing. */
async function askOwner(client: pg.Client): Promise<string> {
  const installed = await client.query<{ installed: boolean }>(
    `SELECT to_regproc('overgrow.owner') IS NOT NULL AS installed`,
  );
  if (installed.rows[0]?.installed !== true) return 'monolith';
  const { rows } = await client.query<{ owner: string | null }>(`SELECT overgrow.owner('reviews') AS owner`);
  return rows[0]?.owner ?? 'monolith';
}

/** The service knows administrators by the shop's sessions, so the job takes one for five minutes. */
async function rankInService(client: pg.Client, reviewsUrl: string | undefined): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT id FROM users WHERE role = 'admin' AND deactivated_at IS NULL ORDER BY id LIMIT 1`,
  );
  const admin = rows[0];
  if (admin === undefined) throw new Error('There is no administrator in whose name the reviews could be ranked.');
  const token = await createSession(client, admin.id, 5);
  const caller = { cookie: `sid=${token}`, owners: undefined };
  const answer = (await askReviewsService('/api/reviews/rankings', {}, caller, reviewsUrl)) as { moved?: number };
  return answer.moved ?? 0;
}

/** Joins everything: orders, payments, refunds, customers, stock, reviews, shipments, promotions. */
async function report(
  client: pg.Client,
  now: Date,
): Promise<{ readonly orders: number; readonly revenueCents: number }> {
  const day = formatDay(now);
  const { rows } = await client.query<{ orders: number; revenueCents: number }>(
    `SELECT count(DISTINCT o.id) AS orders, coalesce(sum(p.amount_cents), 0) AS "revenueCents",
            coalesce(sum(f.amount_cents), 0) AS "refundedCents", count(DISTINCT o.user_id) AS customers,
            count(DISTINCT s.id) FILTER (WHERE s.status IN ('waiting', 'packed')) AS "toShip",
            coalesce(sum(d.discount_cents), 0) AS "discountCents"
     FROM orders o
     LEFT JOIN payments p ON p.order_id = o.id LEFT JOIN refunds f ON f.payment_id = p.id
     LEFT JOIN shipments s ON s.order_id = o.id LEFT JOIN promotion_redemptions d ON d.order_id = o.id
     WHERE o.placed_at >= $1::date AND o.placed_at < $1::date + 1`,
    [day],
  );
  const opinions = await client.query(
    `SELECT count(*) AS written, round(avg(stars), 2) AS average, count(*) FILTER (WHERE status = 'hidden') AS hidden
     FROM reviews WHERE created_at >= $1::date AND created_at < $1::date + 1`,
    [day],
  );
  const best = await client.query(
    `SELECT b.name AS brand, sum(v.revenue_cents) AS "revenueCents", round(avg(v.average), 2) AS rating
     FROM product_performance v JOIN products p ON p.id = v.product_id JOIN brands b ON b.id = p.brand_id
     GROUP BY b.name ORDER BY 2 DESC LIMIT 5`,
  );
  const reorder = await productsToReorder(client);
  const totals = rows[0] ?? { orders: 0, revenueCents: 0 };
  await client.query(
    `INSERT INTO daily_reports (day, figures) VALUES ($1, $2)
     ON CONFLICT (day) DO UPDATE SET figures = excluded.figures, created_at = now()`,
    [day, JSON.stringify({ ...totals, reviews: opinions.rows[0], brands: best.rows, reorder: reorder.slice(0, 50) })],
  );
  return totals;
}
