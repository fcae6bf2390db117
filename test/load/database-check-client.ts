import pg from 'pg';
import type { StoredReview } from './history.ts';

/** Reads the load's reviews (those with a token in their text) from the monolith's tables. */
const monolithReviews = `
  SELECT r.id::text AS "reviewId", substring(r.body from '\\[\\[(.*)\\]\\]') AS token,
         (SELECT count(*)::int FROM public.review_votes v WHERE v.review_id = r.id) AS votes
  FROM public.reviews r WHERE r.body LIKE '%[[%]]'`;

/** The same from the service's own tables. */
const serviceReviews = `
  SELECT r.review_id::text AS "reviewId", substring(r.text from '\\[\\[(.*)\\]\\]') AS token,
         (SELECT count(*)::int FROM reviews.vote v WHERE v.review_id = r.review_id) AS votes
  FROM reviews.review r WHERE r.text LIKE '%[[%]]'`;

export async function readBothDatabases(
  monolithUrl: string,
  serviceUrl: string,
): Promise<{ readonly monolith: readonly StoredReview[]; readonly service: readonly StoredReview[] }> {
  const [monolith, service] = await Promise.all([read(monolithUrl, monolithReviews), read(serviceUrl, serviceReviews)]);
  return { monolith, service };
}

async function read(url: string, query: string): Promise<readonly StoredReview[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<StoredReview>(query)).rows;
  } finally {
    await client.end();
  }
}
