import { isNotProcessed, isStaleConnection } from '../errors/proxy-problem.ts';
import type { UpstreamRequest } from './upstream.ts';

/**
 * Whether a request of which nothing was answered may go out once more: safe ones without a body on a stale connection (stricter
 * than RFC 9110 §9.2.2 allows), and what the backend has refused unprocessed, as long as its body is still at hand.
 */
export function maySendAgain(request: UpstreamRequest | undefined, error: Error): boolean {
  if (request === undefined) return false;
  if (isNotProcessed(error)) return request.body === null || Buffer.isBuffer(request.body);
  return !request.unsafe && request.body === null && isStaleConnection(error);
}
