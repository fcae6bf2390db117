import { after } from '@overgrow/sdk';
import { Router } from 'express';
import { db } from '../db/database.ts';
import { notFound, pageOf, parseId, readFields, requireAdmin, requireStaff, requireUser } from '../utils/index.ts';
import * as reviews from './reviews.ts';
import { screenReview } from './screening.ts';
import { vote } from './votes.ts';

export const reviewRoutes = Router();

function readReview(body: unknown): { fields: ReturnType<typeof readFields>; input: reviews.ReviewInput } {
  const fields = readFields(body);
  return {
    fields,
    input: {
      stars: fields.integer('stars', { min: 1, max: 5 }),
      title: fields.text('title', { max: 120 }),
      body: fields.text('body', { max: 5000 }),
      details: fields.object('details'),
    },
  };
}

reviewRoutes.get('/api/reviews', async (request, response) => {
  const fields = readFields(request.query);
  const productId = fields.integer('productId', { min: 1 });
  const sort = fields.choice('sort', ['newest', 'helpful'], 'newest');
  fields.done();
  response.json(await reviews.listReviews(productId, sort, pageOf(request.query)));
});

reviewRoutes.post('/api/reviews', async (request, response) => {
  const user = await requireUser(request);
  const { fields, input } = readReview(request.body);
  const productId = fields.integer('productId', { min: 1 });
  fields.done();
  const review = await reviews.createReview(user, productId, input);
  after(response, () => screenReview(review.id));
  response.status(201).json(review);
});

/** An administrator, or the nightly job in its name. */
reviewRoutes.post('/api/reviews/rankings', async (request, response) => {
  await requireAdmin(request);
  response.json({ moved: await reviews.rankReviews(db) });
});

/** Takes the caller's name from all its reviews. */
reviewRoutes.post('/api/reviews/anonymise', async (request, response) => {
  const user = await requireUser(request);
  response.json({ anonymised: await reviews.anonymiseAuthor(db, user.id) });
});

reviewRoutes.put('/api/reviews/:id', async (request, response) => {
  const user = await requireUser(request);
  const id = parseId(request.params.id);
  const { fields, input } = readReview(request.body);
  fields.done();
  const review = await reviews.updateReview(user, id, input);
  after(response, () => screenReview(review.id));
  response.json(review);
});

reviewRoutes.delete('/api/reviews/:id', async (request, response) => {
  const user = await requireUser(request);
  await reviews.deleteReview(user, parseId(request.params.id));
  response.status(204).end();
});

reviewRoutes.post('/api/reviews/:id/votes', async (request, response) => {
  const user = await requireUser(request);
  const id = parseId(request.params.id);
  const fields = readFields(request.body);
  const helpful = fields.flag('helpful');
  fields.done();
  response.json(await vote(id, user.id, helpful));
});

reviewRoutes.post('/api/reviews/:id/moderation', async (request, response) => {
  await requireStaff(request);
  const id = parseId(request.params.id);
  const fields = readFields(request.body);
  const status = fields.choice('status', ['published', 'hidden']);
  fields.done();
  if (!(await reviews.setStatus(db, id, status))) throw notFound('review');
  response.json({ id, status });
});
