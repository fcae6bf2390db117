import pg from 'pg';
import type { ReviewInput, Sort } from '../http/input.ts';
import { noReview, Problem } from '../http/problems.ts';
import type { Caller } from '../shop/shop-client.ts';
import { screen, type Screening } from './screening.ts';

/** A review as the shop's API shows it. */
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

export interface ReviewPage {
  readonly productId: number;
  readonly summary: { readonly count: number; readonly average: number | null };
  readonly reviews: readonly Review[];
  readonly page: number;
}

const pageSize = 20;
const int8 = 20;
const numeric = 1700;
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 || oid === numeric ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** In the order of the shop's JSON. */
const columns = `review_id AS id, product_ref AS "productId", author_name AS "authorName", score / 20 AS stars,
  headline AS title, text AS body, extras AS details, purchase_verified AS "verifiedPurchase",
  helpful_votes AS helpful, unhelpful_votes AS unhelpful, locale AS language,
  written_at AS "createdAt", changed_at AS "updatedAt"`;

const orders: Readonly<Record<Sort, string>> = {
  newest: 'written_at DESC, review_id DESC',
  helpful: 'rank DESC, review_id DESC',
};

export type ReviewStore = ReturnType<typeof createReviewStore>;

/** All statements of the service. `onLost` hears of idle connections that the server ended. */
export function createReviewStore(databaseUrl: string, onLost: (error: Error) => void) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, types, application_name: 'reviews' });
  pool.on('error', onLost);
  // One that is ended in the middle of a transaction fails the query, and then tells the client: unheard, that would end us.
  pool.on('connect', (client) => client.on('error', () => {}));

  async function inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        broken = true;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async function lockFor(client: pg.PoolClient, id: number, caller: Caller, what: 'change' | 'delete'): Promise<void> {
    const { rows } = await client.query<{ author: number }>(
      'SELECT author_ref AS author FROM reviews.review WHERE review_id = $1 FOR UPDATE',
      [id],
    );
    const author = rows[0]?.author;
    if (author === undefined) throw noReview();
    if (author === caller.id || (what === 'delete' && caller.role !== 'customer')) return;
    throw new Problem(403, 'forbidden', `You can only ${what} your own reviews.`);
  }

  return {
    async list(productId: number, sort: Sort, page: number): Promise<ReviewPage> {
      const [reviews, summary] = await Promise.all([
        pool.query<Review>({
          name: `list-${sort}`,
          text: `SELECT ${columns} FROM reviews.review WHERE product_ref = $1 AND visible
                 ORDER BY ${orders[sort]} LIMIT $2 OFFSET $3`,
          values: [productId, pageSize, (page - 1) * pageSize],
        }),
        pool.query<{ count: number; average: number | null }>({
          name: 'summary',
          text: `SELECT reviews AS count, round(score_sum / 20.0 / nullif(reviews, 0), 2) AS average
                 FROM reviews.product_summary WHERE product_ref = $1`,
          values: [productId],
        }),
      ]);
      return { productId, summary: summary.rows[0] ?? { count: 0, average: null }, reviews: reviews.rows, page };
    },

    async create(author: Caller, productId: number, purchased: boolean, input: ReviewInput): Promise<Review> {
      const { rows } = await pool.query<Review>({
        name: 'create',
        text: `INSERT INTO reviews.review
                 (product_ref, author_ref, author_name, score, headline, text, extras, purchase_verified)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${columns}`,
        values: [
          productId,
          author.id,
          author.name,
          input.stars * 20,
          input.title,
          input.body,
          input.details,
          purchased,
        ],
      });
      return only(rows);
    },

    update: (author: Caller, id: number, input: ReviewInput): Promise<Review> =>
      inTransaction(async (client) => {
        await lockFor(client, id, author, 'change');
        const { rows } = await client.query<Review>(
          `UPDATE reviews.review SET score = $2, headline = $3, text = $4, extras = $5, changed_at = now(),
                                     locale = NULL, toxicity = NULL, screened_at = NULL
           WHERE review_id = $1 RETURNING ${columns}`,
          [id, input.stars * 20, input.title, input.body, input.details],
        );
        return only(rows);
      }),

    remove: (caller: Caller, id: number): Promise<void> =>
      inTransaction(async (client) => {
        await lockFor(client, id, caller, 'delete');
        await client.query('DELETE FROM reviews.vote WHERE review_id = $1', [id]);
        await client.query('DELETE FROM reviews.screening WHERE review_id = $1', [id]);
        await client.query('DELETE FROM reviews.review WHERE review_id = $1', [id]);
      }),

    vote: (id: number, voter: number, useful: boolean) =>
      inTransaction(async (client) => {
        const locked = await client.query('SELECT 1 FROM reviews.review WHERE review_id = $1 FOR NO KEY UPDATE', [id]);
        if (locked.rowCount === 0) throw noReview();
        await client.query(
          `INSERT INTO reviews.vote (review_id, voter_ref, useful) VALUES ($1, $2, $3)
           ON CONFLICT (review_id, voter_ref) DO UPDATE SET useful = excluded.useful, cast_at = now()`,
          [id, voter, useful],
        );
        const { rows } = await client.query<{ id: number; helpful: number; unhelpful: number }>(
          `UPDATE reviews.review SET (helpful_votes, unhelpful_votes) = (
             SELECT count(*) FILTER (WHERE useful), count(*) FILTER (WHERE NOT useful)
             FROM reviews.vote WHERE review_id = $1)
           WHERE review_id = $1 RETURNING review_id AS id, helpful_votes AS helpful, unhelpful_votes AS unhelpful`,
          [id],
        );
        return only(rows);
      }),

    async setVisible(id: number, visible: boolean): Promise<boolean> {
      const { rowCount } = await pool.query(
        'UPDATE reviews.review SET visible = $2, changed_at = now() WHERE review_id = $1',
        [id, visible],
      );
      return rowCount === 1;
    },

    async anonymise(author: number): Promise<number> {
      const { rowCount } = await pool.query(
        `UPDATE reviews.review SET author_name = 'Former customer'
         WHERE author_ref = $1 AND author_name <> 'Former customer'`,
        [author],
      );
      return rowCount ?? 0;
    },

    /** Share of helpful votes, fading over half a year: the shop's formula. Returns how many reviews moved. */
    async rank(): Promise<number> {
      const { rowCount } = await pool.query(
        `UPDATE reviews.review r SET rank = fresh.rank
         FROM (
           SELECT review_id, round((helpful_votes + 1)::numeric / (helpful_votes + unhelpful_votes + 2)
                    * exp(-extract(epoch FROM now() - written_at) / (180 * 86400))::numeric, 4) AS rank
           FROM reviews.review WHERE written_at > now() - interval '2 years'
         ) fresh
         WHERE fresh.review_id = r.review_id AND abs(r.rank - fresh.rank) > 0.0005`,
      );
      return rowCount ?? 0;
    },

    /** Screens what the review says now. Null when it is gone. */
    screen: (id: number): Promise<{ readonly productId: number; readonly result: Screening } | null> =>
      inTransaction(async (client) => {
        const { rows } = await client.query<{ productId: number; headline: string; text: string }>(
          'SELECT product_ref AS "productId", headline, text FROM reviews.review WHERE review_id = $1 FOR UPDATE',
          [id],
        );
        const review = rows[0];
        if (review === undefined) return null;
        const result = screen(review.headline, review.text);
        await client.query(
          `UPDATE reviews.review SET locale = $2, toxicity = $3, screened_at = now(), visible = visible AND $4
           WHERE review_id = $1`,
          [id, result.locale, result.toxicity, result.passed],
        );
        await client.query('INSERT INTO reviews.screening (review_id, passed, findings) VALUES ($1, $2, $3)', [
          id,
          result.passed,
          JSON.stringify(result.findings),
        ]);
        return { productId: review.productId, result };
      }),

    ping: () => pool.query('SELECT 1'),
    close: () => pool.end(),
  };
}

function only<T>(rows: readonly T[]): T {
  const row = rows[0];
  if (row === undefined) throw new Error('The statement returned no row.');
  return row;
}
