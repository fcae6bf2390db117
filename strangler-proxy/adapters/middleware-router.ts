import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Proxy } from '../create-proxy.ts';
import { handOver } from './hand-over.ts';

/** What http-proxy-middleware hands to Express' error handling, which answers with this status and these headers. */
export class RoutingRefused extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, retryAfterSeconds: number | undefined) {
    super(detail);
    this.name = 'RoutingRefused';
    this.status = status;
    this.headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  }
}

/**
 * The `router` option of http-proxy-middleware 4: resolves with the origin of the side that answers. Rejects with `RoutingRefused` what may
 * not pass. Filters and rewrites are those of the middleware, not of the route.
 */
export function createMiddlewareRouter({ path }: Pick<Proxy, 'path'>) {
  return (request: IncomingMessage, response?: ServerResponse): Promise<string> =>
    new Promise((resolve, reject) => {
      if (response === undefined) return reject(new RoutingRefused(501, 'Upgrades are not routed here.', undefined));
      handOver(path, request, response, undefined, {
        monolith: () => resolve(path.monolith.origin),
        service: (backend) => resolve(backend.origin),
        proxy: () => resolve(path.monolith.origin),
        refused: ({ status, detail, retryAfterSeconds }) =>
          reject(new RoutingRefused(status, detail, retryAfterSeconds)),
      });
    });
}
