import { db, withTransaction } from '../db/database.ts';
import { notify } from '../notifications/notifications.ts';

export interface Screening {
  readonly verdict: 'clean' | 'flagged';
  readonly language: string;
  /** Share of words that are insults, 0…1. */
  readonly toxicity: number;
  readonly findings: readonly string[];
}

const insults = new Set(['idiot', 'idiots', 'moron', 'crap', 'scum', 'bastard', 'scammer', 'scammers']);
const hints: Readonly<Record<string, readonly string[]>> = {
  en: ['the', 'and', 'it', 'is', 'not', 'in', 'was', 'for', 'with', 'this'],
  de: ['der', 'die', 'das', 'und', 'ist', 'nicht', 'sehr', 'ein', 'mit', 'ich'],
  fr: ['le', 'la', 'les', 'et', 'est', 'pas', 'très', 'un', 'avec', 'je'],
};

export function screen(title: string, body: string): Screening {
  const words = `${title} ${body}`.toLowerCase().match(/\p{L}+/gu) ?? [];
  const bad = words.filter((word) => insults.has(word));
  const toxicity = words.length === 0 ? 0 : Math.round((bad.length / words.length) * 1000) / 1000;
  const findings = [...new Set(bad)].map((word) => `insult: ${word}`);
  if (/https?:\/\/|www\./i.test(body)) findings.push('link');
  if (/[^\s@]+@[^\s@]+\.[a-z]{2,}/i.test(body)) findings.push('e-mail address');
  let language = 'en';
  let best = 0;
  for (const [code, common] of Object.entries(hints)) {
    const hits = words.filter((word) => common.includes(word)).length;
    if (hits > best) [language, best] = [code, hits];
  }
  return { verdict: findings.length > 0 ? 'flagged' : 'clean', language, toxicity, findings };
}

/** Runs after the answer: nobody waits for it, and a review that went away meanwhile is no fault. */
export async function screenReview(reviewId: number): Promise<void> {
  const screened = await withTransaction(async (tx) => {
    const { rows } = await tx.query<{ userId: number; productId: number; title: string; body: string }>(
      `SELECT user_id AS "userId", product_id AS "productId", title, body FROM reviews WHERE id = $1 FOR UPDATE`,
      [reviewId],
    );
    const review = rows[0];
    if (review === undefined) return null;
    const result = screen(review.title, review.body);
    await tx.query(
      `UPDATE reviews SET language = $2, toxicity = $3, screened_at = now(),
                          status = CASE WHEN $4 = 'flagged' THEN 'hidden' ELSE status END
       WHERE id = $1`,
      [reviewId, result.language, result.toxicity, result.verdict],
    );
    await tx.query('INSERT INTO review_screenings (review_id, verdict, findings) VALUES ($1, $2, $3)', [
      reviewId,
      result.verdict,
      JSON.stringify(result.findings),
    ]);
    return { ...review, verdict: result.verdict };
  });
  if (screened === null) return;
  const text = screened.verdict === 'clean' ? 'Your review is online.' : 'We have hidden your review for a look.';
  await notify(db, screened.userId, 'review_screened', text, `/products/${screened.productId}`);
}
