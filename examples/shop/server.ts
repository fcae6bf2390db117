import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { overgrow, ownershipRefused } from '@overgrow/sdk';
import express, { type NextFunction, type Request, type Response } from 'express';
import multer from 'multer';
import { accountRoutes } from './accounts/routes.ts';
import { adminRoutes } from './admin/routes.ts';
import { cartRoutes } from './cart/routes.ts';
import { catalogRoutes } from './catalog/routes.ts';
import { checkoutRoutes } from './checkout/routes.ts';
import type { ShopConfig } from './config.ts';
import { closeDatabase, db, openDatabase } from './db/database.ts';
import { startCron } from './jobs/cron.ts';
import { page } from './layout/page.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { createLiveOrders } from './orders/live.ts';
import { createOrderRoutes } from './orders/routes.ts';
import { promotionRoutes } from './promotions/routes.ts';
import { configureReviewsService } from './reviews/remote.ts';
import { reviewRoutes } from './reviews/routes.ts';
import { shippingRoutes } from './shipping/routes.ts';
import { html, HttpError, logError, wantsJson } from './utils/index.ts';

export interface Shop extends AsyncDisposable {
  readonly url: string;
  /** Finishes what is under way, with the work after the answers, then ends its connections. */
  stop(): Promise<void>;
}

/** Serves the shop. One at a time in a process: its database is shared by all modules. */
export async function startShop(config: ShopConfig): Promise<Shop> {
  const pool = openDatabase(config.databaseUrl);
  configureReviewsService(config.reviewsUrl);
  const live = createLiveOrders(config.databaseUrl);
  const seam = overgrow({ onTaskError: (error) => logError('task-after-answer-failed', error) });
  const orders = createOrderRoutes(live);

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(seam);
  app.get('/healthz', async (_request, response) => {
    await db.query('SELECT 1');
    response.json({ status: 'ok', connections: pool.totalCount, afterAnswer: seam.counts });
  });
  app.use(refuseForeignForms(config.origin));
  app.use(express.json({ limit: '100kb' }));
  app.use(express.urlencoded({ extended: false, limit: '100kb' }));
  app.use(reviewRoutes);
  app.use(catalogRoutes);
  app.use(cartRoutes);
  app.use(accountRoutes);
  app.use(checkoutRoutes);
  app.use(orders.router);
  app.use(shippingRoutes);
  app.use(promotionRoutes);
  app.use(notificationRoutes);
  app.use(adminRoutes);
  app.use((request: Request) => {
    throw new HttpError(404, 'not_found', `There is nothing at ${request.path}.`);
  });
  app.use(ownershipRefused());
  app.use(answerError);

  const server = http.createServer(app);
  // Longer than a proxy keeps its idle connections, so that none is closed under a request.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.port, '127.0.0.1', resolve);
  }).catch(async (error: unknown) => {
    await closeDatabase();
    throw error;
  });
  const stopCron = startCron();
  const { port } = server.address() as AddressInfo;

  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= shutDown());
  async function shutDown(): Promise<void> {
    await stopCron();
    orders.endStreams();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await closed;
    await seam.drain();
    await live.close();
    await closeDatabase();
  }
  return { url: `http://127.0.0.1:${port}`, stop, [Symbol.asyncDispose]: stop };
}

/** A form on another site must not act in the name of our customer. Programs send no Origin. */
function refuseForeignForms(origin: string | undefined) {
  return (request: Request, _response: Response, next: NextFunction) => {
    const from = request.headers.origin;
    const safe = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
    const own = [origin, `http://${request.headers.host}`, `https://${request.headers.host}`];
    if (safe || from === undefined || own.includes(from)) return next();
    next(new HttpError(403, 'foreign_origin', 'This form was not ours.'));
  };
}

/** Express knows an error handler by its four parameters. */
function answerError(error: unknown, request: Request, response: Response, _next: NextFunction): void {
  if (response.headersSent) {
    logError('answer-cut', error);
    response.destroy();
    return;
  }
  const known = toHttpError(error);
  if (known.status >= 500) logError('request-failed', error);
  if (wantsJson(request) || request.path.startsWith('/admin/products/')) {
    response.status(known.status).json({ error: known.code, message: known.message, fields: known.fields });
  } else if (known.status === 401 && request.method === 'GET') {
    response.redirect(303, `/login?next=${encodeURIComponent(request.originalUrl)}`);
  } else {
    response.status(known.status).send(page(null, 'That did not work', html`<p class="error">${known.message}</p>`));
  }
}

function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof multer.MulterError) return new HttpError(422, 'validation_failed', error.message);
  // Express' own: a body that is too large or no JSON, a path that is badly encoded.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return new HttpError(error.status, 'bad_request', 'The request could not be read.');
  }
  return new HttpError(500, 'internal_error', 'Something went wrong on our side.');
}
