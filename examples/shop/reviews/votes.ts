import { withTransaction } from '../db/database.ts';
import { notFound } from '../utils/index.ts';

export interface VoteCounts {
  readonly id: number;
  readonly helpful: number;
  readonly unhelpful: number;
}

/** One vote a person and review; voting again changes it. The counts stand on the review, so that lists need no join. */
export async function vote(reviewId: number, userId: number, helpful: boolean): Promise<VoteCounts> {
  return withTransaction(async (tx) => {
    const locked = await tx.query('SELECT 1 FROM reviews WHERE id = $1 FOR NO KEY UPDATE', [reviewId]);
    if (locked.rowCount === 0) throw notFound('review');
    await tx.query(
      `INSERT INTO review_votes (review_id, user_id, helpful) VALUES ($1, $2, $3)
       ON CONFLICT (review_id, user_id) DO UPDATE SET helpful = excluded.helpful, voted_at = now()`,
      [reviewId, userId, helpful],
    );
    const { rows } = await tx.query<VoteCounts>(
      `UPDATE reviews SET (helpful_count, unhelpful_count) = (
         SELECT count(*) FILTER (WHERE helpful), count(*) FILTER (WHERE NOT helpful)
         FROM review_votes WHERE review_id = $1)
       WHERE id = $1 RETURNING id, helpful_count AS helpful, unhelpful_count AS unhelpful`,
      [reviewId],
    );
    const counts = rows[0];
    if (counts === undefined) throw notFound('review');
    return counts;
  });
}
