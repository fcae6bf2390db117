import { ownerOf, ownersValue } from '@overgrow/sdk';
import type { Request } from 'express';
import { db } from '../db/database.ts';
import { notFound } from '../utils/errors.ts';
import { askReviewsService } from './remote.ts';
import { anonymiseAuthor, setStatus } from './reviews.ts';

/**
 * The two places outside of /api/reviews that write reviews: closing an account, and moderation in the back office. Each
 * asks the request who owns the reviews. Not knowing means here: the database's guard refuses what does not belong.
 */
export function reviewsSeam(request: Request) {
  const isElsewhere = ownerOf(request, 'reviews') === 'service';
  const caller = { cookie: request.headers.cookie, owners: ownersValue(request) };
  return {
    async moderate(reviewId: number, status: 'published' | 'hidden'): Promise<void> {
      if (isElsewhere) await askReviewsService(`/api/reviews/${reviewId}/moderation`, { status }, caller);
      else if (!(await setStatus(db, reviewId, status))) throw notFound('review');
    },
    /** The caller's own reviews. May be done again: what has no name any more stays as it is. */
    async anonymise(userId: number): Promise<void> {
      if (isElsewhere) await askReviewsService('/api/reviews/anonymise', {}, caller);
      else await anonymiseAuthor(db, userId);
    },
  };
}
