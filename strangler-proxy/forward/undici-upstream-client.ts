import { isIP } from 'node:net';
import { buildConnector, Pool, type Dispatcher } from 'undici';
import type { BackendAddress } from './backend-address-files.ts';
import { upgradeHttp1 } from './upgrade-client.ts';
import type { AnswerSink, Upstream, UpstreamControl, UpstreamRequest } from './upstream.ts';

export interface UndiciUpstreamOptions extends BackendAddress {
  readonly connectMs: number;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
}

/**
 * The ordinary exchange: undici's `dispatch` on a keep-alive pool, one request a connection at a time. Pipelining would let
 * one answer's length decide where the next begins for another client.
 */
export function createUndiciUpstream(options: UndiciUpstreamOptions): Upstream {
  // undici names the server as the Host header does: what a client writes would choose the certificate that is checked.
  const serverName = options.tls.servername ?? new URL(options.origin).hostname.replace(/^\[|\]$/g, '');
  const connector = buildConnector({
    timeout: options.connectMs,
    ...options.tls,
    ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
  });
  const pool = new Pool(options.origin, {
    connections: options.maxConnections,
    pipelining: 1,
    // A connection is given up here before the backend does it: an unsafe request on a stale one would be a 502. Two seconds
    // before the time that the backend announces, and well below node's default of 5 s where it announces none.
    keepAliveTimeout: 3_000,
    keepAliveMaxTimeout: 600_000,
    keepAliveTimeoutThreshold: 2_000,
    maxHeaderSize: options.maxHeaderBytes,
    connect: (target, done) =>
      connector(isIP(serverName) === 0 ? { ...target, servername: serverName } : withoutName(target), done),
  });
  return {
    send: (request, sink) => {
      const handler = new AnswerHandler(request, sink);
      try {
        const exchange: Dispatcher.DispatchOptions & { readonly servername: string } = {
          method: request.method,
          path: request.path,
          // One name for all requests: undici ends a connection when it changes.
          servername: serverName,
          headers: request.headers,
          body: request.body,
          headersTimeout: request.headMs,
          // Work after the answer may be silent for long: for unsafe requests the handler counts idle time itself.
          bodyTimeout: request.unsafe ? 0 : request.idleMs,
        };
        pool.dispatch(exchange, handler);
      } catch (error) {
        handler.onResponseError(undefined, error instanceof Error ? error : new Error(String(error)));
      }
    },
    upgrade: (upgradeRequest, events) => upgradeHttp1(options, upgradeRequest, events),
    destroy: () => pool.destroy(),
  };
}

class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #request: UpstreamRequest;
  readonly #sink: AnswerSink;
  #idle: NodeJS.Timeout | undefined;
  #over = false;

  constructor(request: UpstreamRequest, sink: AnswerSink) {
    this.#request = request;
    this.#sink = sink;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#sink.started(controller satisfies UpstreamControl);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _headers: unknown, reason?: string): void {
    const headers = decodeHeaders(controller.rawHeaders);
    if (status >= 100 && status < 200) {
      this.#sink.informed(status, headers);
      return;
    }
    const flow = this.#sink.headed(status, reason ?? '', headers);
    if (flow === 'pause') controller.pause();
    else if (flow === 'continue' && this.#request.unsafe) this.#watchIdle(controller);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const flow = this.#sink.received(chunk);
    if (flow === 'pause') controller.pause();
    if (this.#idle === undefined) return;
    if (flow === 'complete') this.#stopIdle();
    else this.#idle.refresh();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#over = true;
    this.#stopIdle();
    this.#sink.ended(decodeHeaders(controller.rawTrailers));
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopIdle();
    this.#sink.failed(error);
  }

  #watchIdle(controller: Dispatcher.DispatchController): void {
    this.#idle = setTimeout(() => {
      if (controller.paused) this.#idle?.refresh();
      else
        controller.abort(
          Object.assign(new Error('the backend was silent in the middle of a body'), { code: 'UND_ERR_BODY_TIMEOUT' }),
        );
    }, this.#request.idleMs);
  }

  #stopIdle(): void {
    if (this.#idle === undefined) return;
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }
}

const noHeaders: readonly string[] = [];

/** Latin-1, octet for octet, as node's own parser reads headers. */
function decodeHeaders(raw: Dispatcher.DispatchController['rawHeaders']): readonly string[] {
  if (!Array.isArray(raw) || raw.length === 0) return noHeaders;
  const headers: string[] = [];
  for (const part of raw) headers.push(typeof part === 'string' ? part : part.toString('latin1'));
  return headers;
}

/** A certificate for an address is checked against the address. */
function withoutName(target: buildConnector.Options): buildConnector.Options {
  const { servername: _servername, ...rest } = target;
  return rest;
}
