import type { Clock } from '@overgrow/core';
import type { LongLived, LongLivedPolicy } from '../gate/long-lived.ts';
import { headerOf } from '../headers/request-head.ts';
import type { Client } from './client.ts';
import type { RequestBody } from './request-body.ts';

/** An exchange whose answer goes on, on a route that says what a fence does with such: gRPC streams, event streams. */
export class LongLivedStream implements LongLived {
  readonly policy: LongLivedPolicy;
  readonly #client: Client;
  readonly #body: RequestBody | undefined;
  readonly #bornMs: number;
  readonly #abort: (reason: Error) => void;

  constructor(
    policy: LongLivedPolicy,
    ends: { client: Client; body: RequestBody | undefined; abort: (reason: Error) => void },
    clock: Clock,
  ) {
    this.policy = policy;
    this.#client = ends.client;
    this.#body = ends.body;
    this.#abort = ends.abort;
    this.#bornMs = clock.elapsedMs();
  }

  lastForwardedMs(): number {
    return Math.max(this.#bornMs, this.#body?.forwardedMs ?? 0);
  }

  hold(): void {
    this.#body?.hold(true);
  }

  resume(): void {
    this.#body?.hold(false);
  }

  /** So that its client asks again: gRPC by UNAVAILABLE, an event stream by its end, any other by a cut. */
  close(): void {
    const contentType = headerOf(this.#client.rawHeaders, 'content-type') ?? '';
    const accept = headerOf(this.#client.rawHeaders, 'accept') ?? '';
    if (contentType.startsWith('application/grpc')) {
      this.#client.addTrailers(['grpc-status', '14', 'grpc-message', 'the owner has changed; ask again']);
      this.#client.end();
    } else if (accept.includes('text/event-stream')) this.#client.end();
    else this.#client.cut();
    this.#abort(new Error('the owner has changed'));
  }
}
