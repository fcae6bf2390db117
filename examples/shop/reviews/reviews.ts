import type pg from 'pg';
import { db, withTransaction, type Queryable } from '../db/database.ts';
import type { SessionUser } from '../accounts/sessions.ts';
import { FOREIGN_KEY_VIOLATION, HttpError, notFound, pgCode } from '../utils/index.ts';

export interface Review {
  readonly id: number;
  readonly productId: number;
  readonly authorName: string;
  readonly stars: number;
  readonly title: string;
  readonly body: string;
  readonly details: Record<string, unknown> | null;
  readonly verifiedPurchase: boolean;
  readonly helpful: number;
  readonly unhelpful: number;
  readonly language: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ReviewInput {
  readonly stars: number;
  readonly title: string;
  readonly body: string;
  readonly details: Record<string, unknown> | null;
}

export type ReviewSort = 'newest' | 'helpful';

export interface ReviewPage {
  readonly productId: number;
  readonly summary: { readonly count: number; readonly average: number | null };
  readonly reviews: readonly Review[];
  readonly page: number;
}

const pageSize = 20;

const reviewColumns = `id, product_id AS "productId", author_name AS "authorName", stars, title, body, details,
  verified_purchase AS "verifiedPurchase", helpful_count AS helpful, unhelpful_count AS unhelpful, language,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

const orders: Readonly<Record<ReviewSort, string>> = {
  newest: 'created_at DESC, id DESC',
  helpful: 'rank_score DESC, id DESC',
};

export async function listReviews(productId: number, sort: ReviewSort, page: number): Promise<ReviewPage> {
  const [reviews, product] = await Promise.all([
    db.query<Review>({
      name: `reviews-${sort}`,
      text: `SELECT ${reviewColumns} FROM reviews
             WHERE product_id = $1 AND status = 'published'
             ORDER BY ${orders[sort]} LIMIT $2 OFFSET $3`,
      values: [productId, pageSize, (page - 1) * pageSize],
    }),
    db.query<{ count: number; average: number | null }>({
      name: 'reviews-summary',
      text: 'SELECT rating_count AS count, rating_average AS average FROM products WHERE id = $1',
      values: [productId],
    }),
  ]);
  return { productId, summary: product.rows[0] ?? { count: 0, average: null }, reviews: reviews.rows, page };
}

/** @throws HttpError 422 for a product that does not exist or is archived. */
export async function createReview(author: SessionUser, productId: number, input: ReviewInput): Promise<Review> {
  try {
    const { rows } = await db.query<Review>({
      name: 'review-insert',
      text: `INSERT INTO reviews (product_id, user_id, author_name, stars, title, body, details, verified_purchase)
             SELECT p.id, $2, $3, $4, $5, $6, $7, EXISTS (
               SELECT 1 FROM orders o JOIN order_items i ON i.order_id = o.id
               WHERE o.user_id = $2 AND i.product_id = p.id AND o.status <> 'cancelled')
             FROM products p WHERE p.id = $1 AND p.archived_at IS NULL
             RETURNING ${reviewColumns}`,
      values: [productId, author.id, author.name, input.stars, input.title, input.body, input.details],
    });
    if (rows[0] !== undefined) return rows[0];
  } catch (error) {
    if (pgCode(error) !== FOREIGN_KEY_VIOLATION) throw error;
  }
  throw new HttpError(422, 'validation_failed', 'productId is no product of ours', {
    productId: 'is no product of ours',
  });
}

/** Only its author may change a review. It is screened again, so its language is open until then. */
export async function updateReview(author: SessionUser, id: number, input: ReviewInput): Promise<Review> {
  return withTransaction(async (tx) => {
    await lockOwn(tx, id, author, 'change');
    const { rows } = await tx.query<Review>(
      `UPDATE reviews SET stars = $2, title = $3, body = $4, details = $5, updated_at = now(),
                          language = NULL, toxicity = NULL, screened_at = NULL
       WHERE id = $1 RETURNING ${reviewColumns}`,
      [id, input.stars, input.title, input.body, input.details],
    );
    const review = rows[0];
    if (review === undefined) throw notFound('review');
    return review;
  });
}

/** Its author or our staff. Votes and screenings go with it. */
export async function deleteReview(user: SessionUser, id: number): Promise<void> {
  await withTransaction(async (tx) => {
    await lockOwn(tx, id, user, 'delete');
    await tx.query('DELETE FROM review_votes WHERE review_id = $1', [id]);
    await tx.query('DELETE FROM review_screenings WHERE review_id = $1', [id]);
    await tx.query('DELETE FROM reviews WHERE id = $1', [id]);
  });
}

async function lockOwn(tx: pg.PoolClient, id: number, user: SessionUser, what: 'change' | 'delete'): Promise<void> {
  const { rows } = await tx.query<{ userId: number }>(
    'SELECT user_id AS "userId" FROM reviews WHERE id = $1 FOR UPDATE',
    [id],
  );
  const owner = rows[0]?.userId;
  if (owner === undefined) throw notFound('review');
  const allowed = owner === user.id || (what === 'delete' && user.role !== 'customer');
  if (!allowed) throw new HttpError(403, 'forbidden', `You can only ${what} your own reviews.`);
}

export async function setStatus(on: Queryable, id: number, status: 'published' | 'hidden'): Promise<boolean> {
  const { rowCount } = await on.query('UPDATE reviews SET status = $2, updated_at = now() WHERE id = $1', [id, status]);
  return rowCount === 1;
}

export async function anonymiseAuthor(on: Queryable, userId: number): Promise<number> {
  const { rowCount } = await on.query(
    `UPDATE reviews SET author_name = 'Former customer' WHERE user_id = $1 AND author_name <> 'Former customer'`,
    [userId],
  );
  return rowCount ?? 0;
}

/** The order of "most helpful": share of helpful votes, fading over half a year. Returns how many reviews moved. */
export async function rankReviews(on: Queryable): Promise<number> {
  const { rowCount } = await on.query(
    `UPDATE reviews r SET rank_score = fresh.score
     FROM (
       SELECT id, round((helpful_count + 1)::numeric / (helpful_count + unhelpful_count + 2)
                * exp(-extract(epoch FROM now() - created_at) / (180 * 86400))::numeric, 4) AS score
       FROM reviews WHERE created_at > now() - interval '2 years'
     ) fresh
     WHERE fresh.id = r.id AND abs(r.rank_score - fresh.score) > 0.0005`,
  );
  return rowCount ?? 0;
}
