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
  /** More came than the limit. What was read is put back, and the stream is as if nobody had read. */
  bodyTooLarge(): void;
}

const collectionOf = Symbol('collection');
interface Collecting {
  [collectionOf]?: { readonly owner: BodyOwner; readonly chunks: Buffer[]; left: number };
}

/** Reads the body and hands it over whole. A client that leaves before says so by its answer's `close`, not here. */
export function collectBody(stream: Readable, owner: BodyOwner, maxBytes = Infinity): void {
  (stream as Collecting)[collectionOf] = { owner, chunks: [], left: maxBytes };
  stream.on('data', onChunk);
  stream.on('end', onEnd);
}

function onChunk(this: Readable & Collecting, chunk: Buffer): void {
  const collection = this[collectionOf];
  if (collection === undefined) return;
  collection.chunks.push(chunk);
  collection.left -= chunk.length;
  if (collection.left >= 0) return;
  this.off('data', onChunk);
  this.off('end', onEnd);
  this.pause();
  this.unshift(Buffer.concat(collection.chunks));
  collection.owner.bodyTooLarge();
}

function onEnd(this: Readable & Collecting): void {
  const collection = this[collectionOf];
  if (collection === undefined) return;
  const [first] = collection.chunks;
  const body = collection.chunks.length === 1 && first !== undefined ? first : Buffer.concat(collection.chunks);
  collection.owner.bodyCollected(body);
}
