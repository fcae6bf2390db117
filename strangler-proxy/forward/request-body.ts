import type { Clock } from '@overgrow/core';
import { Readable } from 'node:stream';
import type { BodySource } from './client.ts';

/**
 * A client's body on its way to a backend. It stands between the two because an HTTP client destroys the body of a failed
 * exchange, and destroying the client's own stream destroys its connection: the client would never see the 502.
 */
export class RequestBody extends Readable {
  /** Monotonic: when octets last went on. */
  forwardedMs = 0;
  readonly #source: BodySource;
  readonly #clock: Clock;
  #held = false;

  constructor(source: BodySource, clock: Clock) {
    super({ highWaterMark: 64 * 1024 });
    this.#source = source;
    this.#clock = clock;
    source.stream.on('data', this.#take);
    source.stream.on('end', this.#end);
    source.stream.on('close', this.#close);
  }

  /** Flat, once the body is complete. */
  trailers(): readonly string[] {
    return this.#source.trailers();
  }

  /** Whether octets of the client wait where they are. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) this.#source.stream.pause();
    else this.#source.stream.resume();
  }

  override _read(): void {
    if (!this.#held) this.#source.stream.resume();
  }

  /** What the client still sends is read and dropped, so that it gets to reading its answer. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { stream } = this.#source;
    stream.off('data', this.#take);
    stream.off('end', this.#end);
    stream.off('close', this.#close);
    stream.resume();
    callback(error);
  }

  readonly #take = (chunk: Buffer): void => {
    this.forwardedMs = this.#clock.elapsedMs();
    if (!this.push(chunk)) this.#source.stream.pause();
  };

  /** An HTTP/2 stream that its client resets ends, too: only a complete body may look like one. */
  readonly #end = (): void => {
    if (this.#source.isComplete()) this.push(null);
    else this.#close();
  };

  readonly #close = (): void => {
    if (!this.#source.isComplete()) this.destroy(new Error('the client left before its body was complete'));
  };
}
