import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, overgrow, ownershipRefused } from '@overgrow/sdk';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { ReviewsConfig } from './config.ts';
import { parseHelpful, parseId, parseList, parseReview, parseStatus } from './http/input.ts';
import { noReview, Problem } from './http/problems.ts';
import { createReviewStore } from './reviews/review-store.ts';
import { type Caller, createShopClient } from './shop/shop-client.ts';

export interface ReviewsService extends AsyncDisposable {
  readonly url: string;
  /** Finishes what is under way, with the work after the answers, then ends its connections. */
  stop(): Promise<void>;
}

/** Serves the shop's reviews API, path for path and field for field, from tables of its own. */
export async function startReviews(config: ReviewsConfig): Promise<ReviewsService> {
  const store = createReviewStore(config.databaseUrl, (error) => logError('database-connection-lost', error));
  const shop = createShopClient({ shopUrl: config.shopUrl, nowMs: () => performance.now() });
  const seam = overgrow({ onTaskError: (error) => logError('task-after-answer-failed', error) });

  const signedIn = async (request: Request): Promise<Caller> => {
    const caller = await shop.caller(request.headers.cookie);
    if (caller === null) throw new Problem(401, 'sign_in_required', 'Please sign in first.');
    return caller;
  };
  const screenAfter = (request: Request, response: Response, id: number): void => {
    const { cookie } = request.headers;
    after(response, async () => {
      const screened = await store.screen(id);
      if (screened === null) return;
      const text = screened.result.passed ? 'Your review is online.' : 'We have hidden your review for a look.';
      await shop.notifyScreened(cookie, screened.productId, text);
    });
  };

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(seam);
  app.get('/healthz', async (_request, response) => {
    await store.ping();
    response.json({ status: 'ok', afterAnswer: seam.counts });
  });
  app.use(express.json({ limit: '100kb' }));
  app.use(express.urlencoded({ extended: false, limit: '100kb' }));

  app.get('/api/reviews', async (request, response) => {
    const { productId, sort, page } = parseList(request.query);
    response.json(await store.list(productId, sort, page));
  });

  app.post('/api/reviews', async (request, response) => {
    const caller = await signedIn(request);
    const { productId, ...input } = parseReview(request.body, 'productId');
    const { live, purchased } = await shop.purchase(request.headers.cookie, productId);
    if (!live) {
      const fields = { productId: 'is no product of ours' };
      throw new Problem(422, 'validation_failed', 'productId is no product of ours', fields);
    }
    const review = await store.create(caller, productId, purchased, input);
    screenAfter(request, response, review.id);
    response.status(201).json(review);
  });

  app.post('/api/reviews/rankings', async (request, response) => {
    const caller = await signedIn(request);
    if (caller.role !== 'admin') throw new Problem(403, 'forbidden', 'This is for administrators only.');
    response.json({ moved: await store.rank() });
  });

  app.post('/api/reviews/anonymise', async (request, response) => {
    const caller = await signedIn(request);
    response.json({ anonymised: await store.anonymise(caller.id) });
  });

  app.put('/api/reviews/:id', async (request, response) => {
    const caller = await signedIn(request);
    const id = parseId(request.params.id);
    const review = await store.update(caller, id, parseReview(request.body));
    screenAfter(request, response, review.id);
    response.json(review);
  });

  app.delete('/api/reviews/:id', async (request, response) => {
    const caller = await signedIn(request);
    await store.remove(caller, parseId(request.params.id));
    response.status(204).end();
  });

  app.post('/api/reviews/:id/votes', async (request, response) => {
    const caller = await signedIn(request);
    const id = parseId(request.params.id);
    response.json(await store.vote(id, caller.id, parseHelpful(request.body)));
  });

  app.post('/api/reviews/:id/moderation', async (request, response) => {
    const caller = await signedIn(request);
    if (caller.role === 'customer') throw new Problem(403, 'forbidden', 'This is for our staff only.');
    const id = parseId(request.params.id);
    const status = parseStatus(request.body);
    if (!(await store.setVisible(id, status === 'published'))) throw noReview();
    response.json({ id, status });
  });

  app.use((request: Request) => {
    throw new Problem(404, 'not_found', `There is nothing at ${request.path}.`);
  });
  app.use(ownershipRefused());
  app.use(answerError);

  const server = http.createServer(app);
  // Longer than a proxy keeps its idle connections, so that none is closed under a request.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.port, '127.0.0.1', resolve);
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const { port } = server.address() as AddressInfo;

  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= shutDown());
  async function shutDown(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await closed;
    await seam.drain();
    await store.close();
  }
  return { url: `http://127.0.0.1:${port}`, stop, [Symbol.asyncDispose]: stop };
}

/** Express knows an error handler by its four parameters. */
function answerError(error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  if (response.headersSent) {
    logError('answer-cut', error);
    response.destroy();
    return;
  }
  const known = toProblem(error);
  if (known.status >= 500) logError('request-failed', error);
  response.status(known.status).json({ error: known.code, message: known.message, fields: known.fields });
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return new Problem(error.status, 'bad_request', 'The request could not be read.');
  }
  return new Problem(500, 'internal_error', 'Something went wrong on our side.');
}

function logError(event: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, error: text })}\n`);
}
