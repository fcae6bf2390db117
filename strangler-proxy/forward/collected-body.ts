import type { Readable } from 'node:stream';
import type { RequestHead } from '../headers/request-head.ts';

/**
 * How a request's body travels. `collect`: read first and sent in one write, so that a slow client does not occupy a backend.
 * `special`: what the ordinary client refuses (100-continue end to end, request trailers), streamed by the other one.
 */
export type BodyPlan = 'none' | 'collect' | 'stream' | 'special';

const collectedBodyBytes = 64 * 1024;

export function planBody(head: Extract<RequestHead, { kind: 'head' }>): BodyPlan {
  const length = head.contentLength ?? 0;
  if (!head.chunked && length === 0) return 'none';
  if (head.expectsContinue || head.trailers) return 'special';
  return !head.chunked && length <= collectedBodyBytes ? 'collect' : 'stream';
}

/** Who waits for a body. */
export interface BodyOwner {
  bodyCollected(body: Buffer): void;
}

const collectionOf = Symbol('collection');
interface Collecting {
  [collectionOf]?: { readonly owner: BodyOwner; readonly chunks: Buffer[] };
}

/** Reads the body and hands it over whole. A client that leaves before says so by its answer's `close`, not here. */
export function collectBody(stream: Readable, owner: BodyOwner): void {
  (stream as Collecting)[collectionOf] = { owner, chunks: [] };
  stream.on('data', onChunk);
  stream.on('end', onEnd);
}

function onChunk(this: Readable & Collecting, chunk: Buffer): void {
  this[collectionOf]?.chunks.push(chunk);
}

function onEnd(this: Readable & Collecting): void {
  const collection = this[collectionOf];
  if (collection === undefined) return;
  const [first] = collection.chunks;
  const body = collection.chunks.length === 1 && first !== undefined ? first : Buffer.concat(collection.chunks);
  collection.owner.bodyCollected(body);
}
