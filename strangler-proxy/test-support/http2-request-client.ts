import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';

export interface Http2Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, unknown>>;
  readonly informed: readonly number[];
}

export interface Http2TestClient extends AsyncDisposable {
  readonly session: ClientHttp2Session;
  /** Opens a stream; `endStream` as node decides it by method unless given. */
  open(headers: OutgoingHttpHeaders, options?: { endStream?: boolean; waitForTrailers?: boolean }): ClientHttp2Stream;
  /** Sends a whole request. Rejects when the stream is reset. */
  ask(headers: OutgoingHttpHeaders, body?: string | Buffer): Promise<Http2Answer>;
}

export async function openHttp2(url: string): Promise<Http2TestClient> {
  const session = connect(url);
  session.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    session.once('connect', () => resolve());
    session.once('error', reject);
  });
  const open: Http2TestClient['open'] = (headers, options) => {
    const stream = session.request({ ':authority': 'shop.test', ...headers }, options);
    stream.on('error', () => {});
    return stream;
  };
  return {
    session,
    open,
    ask: (headers, body) => {
      const stream = open(headers, { endStream: body === undefined });
      if (body !== undefined) stream.end(body);
      return answerOf(stream);
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        if (session.destroyed) return resolve();
        session.once('close', () => resolve());
        session.destroy();
      }),
  };
}

/** The whole answer of a stream. */
export function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const informed: number[] = [];
    const chunks: Buffer[] = [];
    let head: Record<string, unknown> | undefined;
    let trailers: Record<string, unknown> = {};
    let ended = false;
    stream.on('headers', (headers) => void informed.push(Number(headers[':status'])));
    stream.on('response', (headers) => (head = headers));
    stream.on('trailers', (headers) => (trailers = headers));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => (ended = true));
    stream.on('close', () => {
      if (head === undefined || !ended || stream.rstCode !== 0)
        reject(new Error(`the stream was reset with ${stream.rstCode} after ${Buffer.concat(chunks).length} octets`));
      else
        resolve({
          status: Number(head[':status']),
          headers: head,
          body: Buffer.concat(chunks).toString('latin1'),
          trailers,
          informed,
        });
    });
  });
}
