import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/**
 * A client's body on its way to a backend. It stands between the two because an HTTP client destroys the body of a failed
 * exchange, and destroying node's request destroys the client's connection: the client would never see the 502.
 */
export class RequestBody extends Readable {
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    super({ highWaterMark: 64 * 1024 });
    this.#request = request;
    request.on('data', this.#take);
    request.on('end', this.#end);
    request.on('close', this.#close);
  }

  override _read(): void {
    this.#request.resume();
  }

  /** What the client still sends is read and dropped, so that it gets to reading its answer. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#request.off('data', this.#take);
    this.#request.off('end', this.#end);
    this.#request.off('close', this.#close);
    this.#request.resume();
    callback(error);
  }

  readonly #take = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#request.pause();
  };

  readonly #end = (): void => {
    this.push(null);
  };

  readonly #close = (): void => {
    if (!this.#request.complete) this.destroy(new Error('the client left before its body was complete'));
  };
}
