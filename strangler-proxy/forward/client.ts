import type { Readable } from 'node:stream';

/** What still comes of a request, on its way to a backend. */
export interface BodySource {
  /** Emits `data`, `end` and `close`. Never destroyed from here: that would cut the client's connection. */
  readonly stream: Readable;
  /** The whole body has come. False at `end` or `close`: the client broke it off. */
  isComplete(): boolean;
  /** Flat, once the body is complete. */
  trailers(): readonly string[];
}

/** Who listens to a client. */
export interface ClientListener {
  /** The answer is out, or the client left. Once. */
  clientClosed(): void;
  /** The client reads again after `write` has returned false. */
  clientDrained(): void;
}

/**
 * The client's side of one exchange, whatever version of HTTP it speaks: what it asks, and everything that is written to
 * it. Nothing here decides. A write after the end, or to a client that left, has no effect.
 */
export interface Client extends BodySource {
  readonly method: string;
  /** Flat names and values, in HTTP/1.1's words: `host`, no pseudo-headers. */
  readonly rawHeaders: readonly string[];
  /** It gets every trailer, as gRPC needs it: HTTP/2. */
  readonly carriesTrailers: boolean;
  /** The whole answer was handed over. */
  readonly whole: boolean;
  /** The answer is out, or the client left. */
  readonly closed: boolean;
  readonly begun: boolean;
  /** The status that the client got; 0 when it left before the whole answer was out. */
  readonly status: number;
  listen(listener: ClientListener): void;
  /** `length`: of the body where it is known. @throws what is wrong with a header */
  writeHead(status: number, reason: string, headers: string[], length: number | undefined): void;
  /** False: the client reads slower than this. */
  write(chunk: Buffer): boolean;
  end(chunk?: Buffer): void;
  /** Before `end`. Flat. */
  addTrailers(raw: readonly string[]): void;
  /** 100. */
  askForBody(): void;
  /** 103 with the `Link` lines of `headers`. */
  hint(headers: readonly string[]): void;
  /** An answer of the proxy itself, where none has begun. `isLast`: the connection ends with it, where it carries one at a time. */
  writeProblem(status: number, headers: string[], body: string, isLast?: boolean): void;
  /** Part of the answer is out. A cut is the only honest end: the client must not take it for whole. */
  cut(): void;
}

/** The `Link` values of a 103: nothing else of it is passed on. */
export function linksOf(headers: readonly string[]): string[] {
  const links: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === 'link') links.push(headers[index + 1] ?? '');
  }
  return links;
}
