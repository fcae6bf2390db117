import type { Clock } from '@overgrow/core';
import type { Duplex } from 'node:stream';
import type { LongLived, LongLivedPolicy } from '../gate/long-lived.ts';
import { closeFrame, FrameBoundary } from './websocket-frames.ts';

/** How long a client may take to answer our Close. */
const closeMs = 1_000;

/** Two joined ends of a WebSocket: octets both ways with back-pressure, until one of them ends. */
export class UpgradedConnection implements LongLived {
  readonly policy: LongLivedPolicy;
  readonly #client: Duplex;
  readonly #backend: Duplex;
  readonly #clock: Clock;
  readonly #onClosed: (connection: UpgradedConnection) => void;
  readonly #toClient = new FrameBoundary();
  readonly #toBackend = new FrameBoundary();
  #forwardedMs = Number.NEGATIVE_INFINITY;
  #held = false;
  #full = false;
  #closing = false;
  #over = false;

  constructor(
    ends: { client: Duplex; backend: Duplex },
    policy: LongLivedPolicy,
    clock: Clock,
    onClosed: (connection: UpgradedConnection) => void,
  ) {
    this.#client = ends.client;
    this.#backend = ends.backend;
    this.policy = policy;
    this.#clock = clock;
    this.#onClosed = onClosed;
    for (const end of [ends.client, ends.backend]) {
      end.on('error', this.cut);
      end.on('close', this.cut);
    }
    ends.client.on('data', this.#fromClient);
    ends.client.on('end', () => this.#backend.end());
    ends.backend.on('data', this.#fromBackend);
    ends.backend.on('end', () => this.#client.end());
    ends.client.on('drain', () => ends.backend.resume());
    ends.backend.on('drain', () => {
      this.#full = false;
      if (!this.#held) ends.client.resume();
    });
  }

  lastForwardedMs(): number {
    return this.#forwardedMs;
  }

  hold(): void {
    this.#held = true;
    this.#client.pause();
  }

  resume(): void {
    this.#held = false;
    if (!this.#full) this.#client.resume();
  }

  /** Close 1012 to both ends, each between two frames; an end that is in the middle of one is cut. */
  close(): void {
    if (this.#closing || this.#over) return;
    this.#closing = true;
    this.#held = false;
    this.#client.off('data', this.#fromClient);
    this.#backend.off('data', this.#fromBackend);
    this.#backend.end(this.#toBackend.isBetween ? closeFrame(true) : undefined);
    this.#backend.resume();
    if (!this.#toClient.isBetween) return this.cut();
    this.#client.end(closeFrame(false));
    // The client's own Close, and the end of its side, are read and dropped.
    this.#client.resume();
    this.#clock.sleep(closeMs, this.#closed.signal).then(this.cut, () => {});
  }

  readonly #closed = new AbortController();

  readonly cut = (): void => {
    if (this.#over) return;
    this.#over = true;
    this.#closed.abort();
    this.#client.destroy();
    this.#backend.destroy();
    this.#onClosed(this);
  };

  readonly #fromClient = (chunk: Buffer): void => {
    this.#forwardedMs = this.#clock.elapsedMs();
    this.#toBackend.push(chunk);
    if (this.#backend.write(chunk)) return;
    this.#full = true;
    this.#client.pause();
  };

  readonly #fromBackend = (chunk: Buffer): void => {
    this.#toClient.push(chunk);
    if (!this.#client.write(chunk)) this.#backend.pause();
  };
}
