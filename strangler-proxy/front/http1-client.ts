import type { IncomingMessage, ServerResponse } from 'node:http';
import { linksOf, type Client, type ClientListener } from '../forward/client.ts';
import { readTrailers } from '../headers/response-head.ts';

/** A reason phrase without control octets (RFC 9112 §4). Any other is replaced by the status' own. */
const plainReason = /^[\t\x20-\x7e]+$/;

/** Where node's response carries its client, so that one listener serves all of them and no request makes closures. */
const clientOf = Symbol('client');
interface Tagged {
  [clientOf]?: Http1Client;
}

/** A client on HTTP/1.1 or 1.0. */
export class Http1Client implements Client {
  readonly stream: IncomingMessage;
  readonly method: string;
  readonly carriesTrailers = false;
  whole = false;
  closed = false;
  readonly #response: ServerResponse;
  #listener: ClientListener | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.stream = request;
    this.method = request.method ?? '';
    this.#response = response;
    (response as Tagged)[clientOf] = this;
    response.on('close', onClose);
  }

  get rawHeaders(): readonly string[] {
    return this.stream.rawHeaders;
  }

  get begun(): boolean {
    return this.#response.headersSent;
  }

  get status(): number {
    return this.#response.writableFinished ? this.#response.statusCode : 0;
  }

  isComplete(): boolean {
    return this.stream.complete;
  }

  trailers(): readonly string[] {
    return this.stream.rawTrailers;
  }

  listen(listener: ClientListener): void {
    this.#listener = listener;
  }

  writeHead(status: number, reason: string, headers: string[]): void {
    this.#writeHead(status, reason, headers, false);
  }

  #writeHead(status: number, reason: string, headers: string[], isLast: boolean): void {
    // The client is still sending a body that nobody reads to its end: this connection carries no other request.
    if (isLast || !this.stream.complete) headers.push('connection', 'close');
    if (plainReason.test(reason)) this.#response.writeHead(status, reason, headers);
    else this.#response.writeHead(status, headers);
  }

  write(chunk: Buffer): boolean {
    if (this.#response.write(chunk)) return true;
    this.#response.once('drain', onDrain);
    return false;
  }

  end(chunk?: Buffer): void {
    this.whole = true;
    if (chunk === undefined) this.#response.end();
    else this.#response.end(chunk);
  }

  addTrailers(raw: readonly string[]): void {
    if (raw.length === 0 || !this.#response.chunkedEncoding) return;
    try {
      this.#response.addTrailers(readTrailers(raw));
    } catch {
      // Trailers may be discarded (RFC 9110 §6.5.1); the answer is whole without them.
    }
  }

  askForBody(): void {
    if (!this.closed && !this.begun) this.#response.writeContinue();
  }

  hint(headers: readonly string[]): void {
    if (this.closed || this.begun) return;
    const link = linksOf(headers);
    if (link.length === 0) return;
    try {
      this.#response.writeEarlyHints({ link });
    } catch {
      // A Link value that node finds malformed: hints may be left out (RFC 8297 §2).
    }
  }

  writeProblem(status: number, headers: string[], body: string, isLast = false): void {
    if (this.whole || this.begun || this.closed) return;
    this.#writeHead(status, '', headers, isLast);
    this.end(this.method === 'HEAD' ? undefined : Buffer.from(body));
    // What the client still sends is read and dropped, so that it gets to reading this answer.
    this.stream.resume();
  }

  cut(): void {
    this.#response.destroy();
  }

  /** Node's `close`: the answer is out, or the client left. */
  gone(): void {
    if (this.closed) return;
    this.closed = true;
    this.#listener?.clientClosed();
  }

  drained(): void {
    this.#listener?.clientDrained();
  }
}

function onClose(this: ServerResponse & Tagged): void {
  this[clientOf]?.gone();
}

function onDrain(this: ServerResponse & Tagged): void {
  this[clientOf]?.drained();
}
