import type { ServerResponse } from 'node:http';
import type { AnsweringRequest, Next } from '../answer/http-types.ts';
import { attachmentOf } from '../answer/after.ts';
import { isOwnershipRefusal } from './ownership-refusal.ts';

/** RFC 9457 problem details; fixed, so that clients and tests can rely on every byte. */
const body = JSON.stringify({
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  code: 'OWNERSHIP_REFUSED',
  detail: 'This data moved to another owner while the request was under way. Nothing was written. Send it again.',
});

/**
 * An Express error handler, mounted after the routes: a write that the database's guard refused is answered 503 with
 * `Retry-After: 1`; every other error goes on. When the head is already out it can only be counted
 * (*refused after answer*) and the connection ended, which tells the client that the answer is not whole.
 */
export function ownershipRefused(): (
  error: unknown,
  request: AnsweringRequest,
  response: ServerResponse,
  next: Next,
) => void {
  return (error, _request, response, next) => {
    if (!isOwnershipRefusal(error)) return next(error);
    const counts = attachmentOf(response)?.counts;
    if (response.headersSent) {
      if (counts) counts.refusedAfterAnswer += 1;
      response.destroy();
      return;
    }
    if (counts) counts.refused += 1;
    for (const name of response.getHeaderNames()) if (name.startsWith('content-')) response.removeHeader(name);
    response.statusCode = 503;
    response.setHeader('retry-after', '1');
    response.setHeader('content-type', 'application/problem+json');
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-length', Buffer.byteLength(body));
    response.end(body);
  };
}
