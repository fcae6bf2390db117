import { createServer } from 'node:http';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { silentLogger, type Logger } from '@overgrow/core';
import { listen, type ListenAddress } from '../front/listening-server.ts';
import { parseListen } from '../front/parse-listen.ts';
import { holdsToken, speaksToUs } from './check-caller.ts';

export interface AdminServerOptions {
  /** `host:port`. */
  readonly listen: string;
  /** Everything but /healthz and /readyz needs `Authorization: Bearer <token>`. */
  readonly token: string;
  /** Mounted in order, each at its path. */
  readonly routers: readonly {
    readonly path: string;
    readonly router: Router;
    /** Served without the token: a page, never data. */ readonly open?: boolean;
  }[];
  /** Whether /readyz answers 200. */
  readonly isReady: () => boolean;
  /** More names than the listen address and the loopback ones that a Host header may carry. */
  readonly hosts?: readonly string[];
  readonly logger?: Logger;
}

export interface AdminServer extends AsyncDisposable {
  /** @throws PROXY_LISTEN_FAILED, PROXY_ADDRESS_INVALID */
  start(): Promise<ListenAddress>;
  stop(): Promise<void>;
  readonly address: ListenAddress | undefined;
}

/** The admin port: health, then token, then the routers. Apart from the traffic's port, so that no route can expose it. */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  const logger = options.logger ?? silentLogger;
  const hosts = ['127.0.0.1', '::1', 'localhost', parseListen(options.listen).host, ...(options.hosts ?? [])];
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000 }, app);
  let address: ListenAddress | undefined;
  let stopping: Promise<void> | undefined;

  app.use((request, response, next) => {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    const { host, origin, authorization } = request.headers;
    if (speaksToUs({ host, origin, authorization }, address?.port ?? 0, hosts)) next();
    else sendProblem(response, 403, 'This Host or Origin is not served here.');
  });
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', (_request, response) => {
    const ready = options.isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready' });
  });
  for (const { path, router, open } of options.routers) if (open === true) app.use(path, router);
  app.use((request, response, next) => {
    if (holdsToken(request.headers.authorization, options.token)) return next();
    response.setHeader('www-authenticate', 'Bearer');
    sendProblem(response, 401, 'The admin token is missing or wrong: send Authorization: Bearer <token>.');
  });
  for (const { path, router, open } of options.routers) if (open !== true) app.use(path, router);
  app.use((_request, response) => sendProblem(response, 404, 'There is nothing here.'));
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    const status = statusOf(error);
    if (status >= 500) logger.error('An admin request failed.', { error: String(error) });
    sendProblem(
      response,
      status,
      status >= 500 ? 'The admin request failed; see the log.' : 'The request could not be read.',
    );
  });

  const stop = () =>
    (stopping ??= new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    }));
  return {
    start: async () => (address = await listen(server, options.listen)),
    stop,
    [Symbol.asyncDispose]: stop,
    get address() {
      return address;
    },
  };
}

function sendProblem(response: Response, status: number, detail: string): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: detail, status, detail }));
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status <= 499 ? status : 500;
}
