import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { toHttp2Fields } from '../headers/http2-head.ts';
import { readTrailers } from '../headers/response-head.ts';
import type { BackendAddress } from './backend-address-files.ts';
import { upgradeHttp1, type UpgradeEvents, type UpgradeRequest } from './upgrade-client.ts';
import type { AnswerSink, Flow, Upstream, UpstreamRequest } from './upstream.ts';

const { NGHTTP2_CANCEL, NGHTTP2_FLAG_END_STREAM, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

/** `https:` negotiates h2 by ALPN, `http:` speaks it by prior knowledge. */
export interface Http2UpstreamOptions extends BackendAddress {
  readonly connectMs: number;
  readonly maxHeaderBytes: number;
  /** Connections to this backend. Streams beyond what they carry wait in them. */
  readonly maxConnections: number;
}

interface Connection {
  readonly session: ClientHttp2Session;
  streams: number;
  /** The backend's settings have come. */
  settled: boolean;
  /** Why it ended, where it said so: the streams only hear that they were cancelled. */
  error: Error | undefined;
}

/** Exchanges with a backend that speaks HTTP/2: streams on as few connections as carry them. */
export function createHttp2Upstream(options: Http2UpstreamOptions): Upstream {
  const connections = new Set<Connection>();

  function open(): Connection {
    const session = connect(options.origin, {
      ...options.tls,
      ...(options.socketPath === undefined ? {} : { createConnection: () => connectToSocket(options) }),
      settings: { enablePush: false, initialWindowSize: 256 * 1024, maxHeaderListSize: options.maxHeaderBytes },
      maxHeaderListPairs: 512,
      strictFieldWhitespaceValidation: false,
    });
    const connection: Connection = { session, streams: 0, settled: false, error: undefined };
    connections.add(connection);
    const timer = setTimeout(() => {
      session.destroy(coded('no connection in time', 'UND_ERR_CONNECT_TIMEOUT'));
    }, options.connectMs);
    session.on('connect', () => {
      clearTimeout(timer);
      if (session.encrypted === true && session.alpnProtocol !== 'h2') {
        session.destroy(coded('the backend does not speak HTTP/2', 'ERR_ALPN'));
        return;
      }
      session.setLocalWindowSize(1024 * 1024);
      idle(connection);
    });
    session.once('remoteSettings', () => (connection.settled = true));
    session.on('error', (error) => (connection.error = error));
    // What it refuses from now on, it has not processed; a new connection takes over.
    session.on('goaway', () => connections.delete(connection));
    session.on('close', () => {
      clearTimeout(timer);
      connections.delete(connection);
    });
    return connection;
  }

  function choose(): Connection {
    let best: Connection | undefined;
    for (const each of connections) {
      if (each.session.closed || each.session.destroyed) continue;
      if (best === undefined || each.streams < best.streams) best = each;
    }
    if (best === undefined) return open();
    const limit = best.session.remoteSettings?.maxConcurrentStreams ?? 100;
    return best.streams >= limit && connections.size < options.maxConnections ? open() : best;
  }

  return {
    send: (request, sink) => {
      const connection = choose();
      connection.streams++;
      connection.session.ref();
      const done = () => {
        connection.streams--;
        idle(connection);
      };
      try {
        new Http2Exchange(connection, options.origin, request, sink, done).begin();
      } catch (error) {
        done();
        sink.failed(error instanceof Error ? error : new Error(String(error)));
      }
    },
    upgrade: (request, events) => {
      const connection = choose();
      connection.streams++;
      connection.session.ref();
      let giveUp = () => {};
      let over = false;
      const done = () => {
        connection.streams--;
        idle(connection);
      };
      const begin = () => {
        if (over) return done();
        // Not every server of HTTP/2 has WebSockets in it (RFC 8441 §3): the others have them in HTTP/1.1.
        if (connection.session.destroyed || connection.session.remoteSettings.enableConnectProtocol !== true) {
          done();
          giveUp = upgradeHttp1(options, request, events);
        } else giveUp = upgradeHttp2(connection.session, options.origin, request, events, done);
      };
      if (connection.settled) begin();
      else {
        connection.session.once('remoteSettings', begin);
        connection.session.once('close', () => {
          if (!connection.settled) begin();
        });
      }
      return () => {
        over = true;
        giveUp();
      };
    },
    destroy: async () => {
      for (const { session } of connections) session.destroy();
    },
  };
}

/** node's `connect` knows hosts and ports only. */
function connectToSocket({ origin, socketPath = '', tls }: Http2UpstreamOptions): Duplex {
  if (!origin.startsWith('https:')) return connectSocket(socketPath);
  return connectTls({ path: socketPath, servername: new URL(origin).hostname, ...tls, ALPNProtocols: ['h2'] });
}

/** An idle connection does not keep the process. */
function idle(connection: Connection): void {
  if (connection.streams === 0 && !connection.session.destroyed) connection.session.unref();
}

class Http2Exchange {
  readonly #connection: Connection;
  readonly #stream: ClientHttp2Stream;
  readonly #request: UpstreamRequest;
  readonly #sink: AnswerSink;
  readonly #done: () => void;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  #paused = false;
  #ended = false;
  #trailers: readonly string[] = [];

  constructor(connection: Connection, origin: string, request: UpstreamRequest, sink: AnswerSink, done: () => void) {
    this.#connection = connection;
    this.#request = request;
    this.#sink = sink;
    this.#done = done;
    const { host, ...fields } = toHttp2Fields(request.headers);
    this.#stream = connection.session.request(
      {
        ':method': request.method,
        ':scheme': origin.startsWith('https:') ? 'https' : 'http',
        ':authority': typeof host === 'string' ? host : '',
        ':path': request.path,
        ...fields,
      },
      { endStream: request.body === null, waitForTrailers: request.body !== null && !Buffer.isBuffer(request.body) },
    );
  }

  begin(): void {
    const stream = this.#stream;
    this.#sink.started({
      resume: () => {
        this.#paused = false;
        stream.resume();
      },
      abort: (reason) => {
        stream.close(NGHTTP2_CANCEL);
        this.#fail(reason);
      },
    });
    if (this.#over) return;
    this.#watch(this.#request.headMs, 'UND_ERR_HEADERS_TIMEOUT');
    stream.on('continue', () => this.#sink.continued());
    stream.on('headers', (headers, _flags, raw: unknown) => {
      const status = Number(headers[':status']);
      if (status !== 100) this.#sink.informed(status, withoutPseudo(raw));
    });
    stream.on('response', (headers, flags, raw: unknown) => this.#headed(Number(headers[':status']), flags, raw));
    stream.on('data', (chunk: Buffer) => {
      this.#timer?.refresh();
      this.#steer(this.#sink.received(chunk));
    });
    stream.on('trailers', (_headers, _flags, raw: unknown) => (this.#trailers = withoutPseudo(raw)));
    whenEnded(stream, () => (this.#ended = true));
    stream.on('error', (error) => this.#fail(this.#reasonOf(error)));
    stream.on('close', () => this.#closed());
    this.#sendBody();
  }

  #sendBody(): void {
    const { body } = this.#request;
    const stream = this.#stream;
    if (body === null) return;
    if (Buffer.isBuffer(body)) {
      stream.end(body);
      return;
    }
    body.pipe(stream);
    body.on('error', () => stream.close(NGHTTP2_CANCEL));
    stream.on('wantTrailers', () => stream.sendTrailers(toHttp2Fields(readTrailers(body.trailers()).flat())));
    stream.on('close', () => body.destroy());
  }

  #headed(status: number, flags: number, raw: unknown): void {
    if (this.#over) return;
    const headers = withoutPseudo(raw);
    const sized = headers.some((name, index) => index % 2 === 0 && name === 'content-length');
    const hasBody = this.#request.method !== 'HEAD' && status !== 204 && status !== 304;
    // In HTTP/1.1's words, so that one reading of answers serves both: no length is `chunked`, an end with the head is 0.
    if (!sized && hasBody) {
      if ((flags & NGHTTP2_FLAG_END_STREAM) === 0) headers.push('transfer-encoding', 'chunked');
      else headers.push('content-length', '0');
    }
    this.#watch(this.#request.idleMs, 'UND_ERR_BODY_TIMEOUT');
    this.#steer(this.#sink.headed(status, '', headers));
  }

  #steer(flow: Flow): void {
    if (flow === 'complete') this.#stopWatch();
    if (flow !== 'pause') return;
    this.#paused = true;
    this.#stream.pause();
  }

  #watch(ms: number, code: string): void {
    this.#stopWatch();
    this.#timer = setTimeout(() => {
      if (this.#paused) {
        this.#timer?.refresh();
        return;
      }
      this.#stream.close(NGHTTP2_CANCEL);
      this.#fail(coded('the backend did not answer in time', code));
    }, ms);
  }

  #stopWatch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #closed(): void {
    if (this.#ended && this.#stream.rstCode === NGHTTP2_NO_ERROR) this.#end();
    else this.#fail(this.#reasonOf(undefined));
    this.#done();
  }

  #reasonOf(error: Error | undefined): Error {
    const { rstCode } = this.#stream;
    if (rstCode === NGHTTP2_REFUSED_STREAM) return coded('the backend has not processed it', 'OVERGROW_NOT_PROCESSED');
    // What ended the connection is the cause of what ended its streams.
    if (error?.cause instanceof Error) return error.cause;
    if (this.#connection.session.destroyed)
      return this.#connection.error ?? coded('the connection ended', 'ECONNRESET');
    return coded(`the backend reset the stream with ${rstCode}`, 'OVERGROW_STREAM_RESET');
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopWatch();
    this.#sink.ended(this.#trailers);
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopWatch();
    this.#sink.failed(error);
  }
}

/** Asks for a WebSocket on a stream (RFC 8441). */
function upgradeHttp2(
  session: ClientHttp2Session,
  origin: string,
  request: UpgradeRequest,
  events: UpgradeEvents,
  done: () => void,
): () => void {
  const { host, ...fields } = toHttp2Fields(request.headers);
  const stream = session.request(
    {
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': origin.startsWith('https:') ? 'https' : 'http',
      ':authority': typeof host === 'string' ? host : '',
      ':path': request.path,
      ...fields,
    },
    { endStream: false },
  );
  let over = false;
  const fail = (error: Error) => {
    if (over) return;
    over = true;
    stream.close(NGHTTP2_CANCEL);
    events.failed(error);
  };
  const timer = setTimeout(() => fail(coded('no answer in time', 'UND_ERR_HEADERS_TIMEOUT')), request.headMs);
  stream.on('error', fail);
  stream.on('close', () => {
    clearTimeout(timer);
    done();
    fail(coded('the backend closed the stream', 'ECONNRESET'));
  });
  stream.on('response', (headers, _flags, raw: unknown) => {
    clearTimeout(timer);
    if (over) return;
    over = true;
    const status = Number(headers[':status']);
    if (status === 200) events.opened(stream, withoutPseudo(raw), Buffer.alloc(0));
    else events.answered(status, '', withoutPseudo(raw), stream);
  });
  return () => {
    over = true;
    stream.close(NGHTTP2_CANCEL);
  };
}

/**
 * Calls back when the backend has ended the stream itself. node ends the readable side of a stream that was reset with
 * NO_ERROR as well, and `end` does not tell the two apart; at a reset the stream is already `closed` when that is done.
 */
function whenEnded(stream: ClientHttp2Stream, then: () => void): void {
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null && !stream.closed) then();
    return push(chunk, encoding);
  };
}

function withoutPseudo(raw: unknown): string[] {
  const headers: string[] = [];
  if (!Array.isArray(raw)) return headers;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = String(raw[index]);
    if (!name.startsWith(':')) headers.push(name, String(raw[index + 1]));
  }
  return headers;
}

function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
