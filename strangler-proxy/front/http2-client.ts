import { constants, type ServerHttp2Stream } from 'node:http2';
import { linksOf, type Client, type ClientListener } from '../forward/client.ts';
import { toHttp2Fields } from '../headers/http2-head.ts';
import { readTrailers } from '../headers/response-head.ts';

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants;

/** A client on a stream of HTTP/2. */
export class Http2Client implements Client {
  readonly stream: ServerHttp2Stream;
  readonly method: string;
  readonly carriesTrailers = true;
  readonly rawHeaders: readonly string[];
  whole = false;
  closed = false;
  begun = false;
  #complete: boolean;
  #status = 0;
  #requestTrailers: readonly string[] = [];
  #answerTrailers: [string, string][] = [];
  #listener: ClientListener | undefined;

  constructor(stream: ServerHttp2Stream, method: string, rawHeaders: readonly string[], hasBody: boolean) {
    this.stream = stream;
    this.method = method;
    this.rawHeaders = rawHeaders;
    this.#complete = !hasBody;
    // Before any other listener of `end`, so that who reads the body can ask whether it was whole.
    stream.prependListener('end', () => {
      // A stream that its client resets ends, too.
      if (!stream.closed && !stream.aborted) this.#complete = true;
    });
    stream.on('trailers', (_headers, _flags, raw) => {
      this.#requestTrailers = Array.isArray(raw) ? (raw as string[]) : [];
    });
    stream.on('drain', () => this.#listener?.clientDrained());
    stream.on('error', () => {});
    stream.on('wantTrailers', () => {
      stream.sendTrailers(toHttp2Fields(this.#answerTrailers.flat()));
      setImmediate(this.#stopClient);
    });
    stream.on('close', () => {
      this.closed = true;
      this.#listener?.clientClosed();
    });
  }

  /** A reset stream is destroyed before its `close` is told: nothing can be written any more. */
  get #gone(): boolean {
    return this.closed || this.stream.destroyed || this.stream.closed;
  }

  get status(): number {
    return this.whole && this.stream.rstCode === NGHTTP2_NO_ERROR ? this.#status : 0;
  }

  isComplete(): boolean {
    return this.#complete;
  }

  trailers(): readonly string[] {
    return this.#requestTrailers;
  }

  listen(listener: ClientListener): void {
    this.#listener = listener;
  }

  writeHead(status: number, _reason: string, headers: string[], length: number | undefined): void {
    if (this.#gone || this.begun) return;
    const endStream = length === 0;
    this.stream.respond({ ':status': status, ...toHttp2Fields(headers) }, { endStream, waitForTrailers: !endStream });
    this.begun = true;
    this.#status = status;
    if (!endStream) return;
    this.whole = true;
    if (!this.#complete) this.stream.once('finish', this.#stopClient);
  }

  write(chunk: Buffer): boolean {
    return this.#gone || this.whole || this.stream.write(chunk);
  }

  end(chunk?: Buffer): void {
    if (this.whole || this.#gone) return;
    if (chunk === undefined) this.stream.end();
    else this.stream.end(chunk);
    this.whole = true;
  }

  addTrailers(raw: readonly string[]): void {
    this.#answerTrailers = readTrailers(raw);
  }

  askForBody(): void {
    this.#inform({ ':status': 100 });
  }

  hint(headers: readonly string[]): void {
    const link = linksOf(headers);
    if (link.length > 0) this.#inform({ ':status': 103, link });
  }

  writeProblem(status: number, headers: string[], body: string): void {
    if (this.whole || this.begun || this.#gone) return;
    const isHead = this.method === 'HEAD';
    this.writeHead(status, '', headers, isHead ? 0 : undefined);
    if (!isHead) this.end(Buffer.from(body));
    this.stream.resume();
  }

  cut(): void {
    if (!this.#gone) this.stream.close(NGHTTP2_INTERNAL_ERROR);
  }

  #inform(headers: Record<string, number | string[]>): void {
    if (this.#gone || this.begun) return;
    try {
      this.stream.additionalHeaders(headers);
    } catch {
      // An interim answer may be left out (RFC 9110 §15.2).
    }
  }

  /** A client that still sends is told to stop (RFC 9113 §8.1), once the answer with its trailers is out. */
  readonly #stopClient = (): void => {
    if (!this.#complete && !this.stream.closed) this.stream.close(NGHTTP2_NO_ERROR);
  };
}
