import type { IncomingMessage, ServerResponse } from 'node:http';
import { readTrailers } from '../headers/response-head.ts';

/** A reason phrase without control octets (RFC 9112 §4). Any other is replaced by the status' own. */
const plainReason = /^[\t\x20-\x7e]+$/;

/** The client's side of an exchange: everything that is written to node's response, and nothing that decides. */
export class ClientAnswer {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  /** The whole answer was handed to node. */
  whole = false;
  /** Node's `close` has come: the answer is out, or the client left. */
  closed = false;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  get begun(): boolean {
    return this.#response.headersSent;
  }

  /** The status that the client got; 0 when it left before the whole answer was out. */
  get status(): number {
    return this.#response.writableFinished ? this.#response.statusCode : 0;
  }

  /** @throws what node finds wrong with a header */
  writeHead(status: number, reason: string, headers: string[]): void {
    // The client is still sending a body that nobody reads to its end: this connection carries no other request.
    if (!this.#request.complete) headers.push('connection', 'close');
    if (plainReason.test(reason)) this.#response.writeHead(status, reason, headers);
    else this.#response.writeHead(status, headers);
  }

  /** False: the client reads slower than this; `drain` will tell. */
  write(chunk: Buffer): boolean {
    return this.#response.write(chunk);
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

  /** 103 with the `Link` lines of `headers`. */
  hint(headers: readonly string[]): void {
    if (this.closed || this.begun) return;
    const link: string[] = [];
    for (let index = 0; index + 1 < headers.length; index += 2) {
      if (headers[index]?.toLowerCase() === 'link') link.push(headers[index + 1] ?? '');
    }
    if (link.length === 0) return;
    try {
      this.#response.writeEarlyHints({ link });
    } catch {
      // A Link value that node finds malformed: hints may be left out (RFC 8297 §2).
    }
  }

  /** An answer of the proxy itself, where none has begun. */
  writeProblem(status: number, headers: string[], body: string): void {
    if (this.whole || this.begun || this.closed) return;
    this.writeHead(status, '', headers);
    this.whole = true;
    this.#response.end(this.#request.method === 'HEAD' ? undefined : body);
    // What the client still sends is read and dropped, so that it gets to reading this answer.
    this.#request.resume();
  }

  /** Part of the answer is out. A cut connection is the only honest end: the client must not take it for whole. */
  cut(): void {
    this.#response.destroy();
  }
}
