import { createHash } from 'node:crypto';
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex, Readable } from 'node:stream';
import type { BackendAddress } from './backend-address-files.ts';

/** A WebSocket that is asked of a backend. */
export interface UpgradeRequest {
  readonly path: string;
  /** Flat, filtered as of any request, without `sec-websocket-key`; what the version of HTTP needs is added by who sends it. */
  readonly headers: readonly string[];
  /** The client's own, or one of ours where the client's version of HTTP has none. */
  readonly key: string;
  readonly headMs: number;
}

export interface UpgradeEvents {
  /** `headers` as received; `head`: octets that came with it. */
  opened(backend: Duplex, headers: readonly string[], head: Buffer): void;
  /** Another answer than yes. */
  answered(status: number, reason: string, headers: readonly string[], body: Readable): void;
  /** Once, and nothing after it. */
  failed(error: Error): void;
}

export interface UpgradeClientOptions extends BackendAddress {
  readonly maxHeaderBytes: number;
}

/** Asks for a WebSocket over HTTP/1.1 (RFC 6455 §4). Returns what gives it up before it is open. */
export function upgradeHttp1(
  options: UpgradeClientOptions,
  request: UpgradeRequest,
  events: UpgradeEvents,
): () => void {
  const { protocol, hostname, port } = new URL(options.origin);
  const send = protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing: ClientRequest = send({
    ...options.tls,
    ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? undefined : port,
    method: 'GET',
    path: request.path,
    headers: [...request.headers, 'sec-websocket-key', request.key, 'connection', 'Upgrade', 'upgrade', 'websocket'],
    agent: false,
    setHost: false,
    maxHeaderSize: options.maxHeaderBytes,
  });
  let over = false;
  const fail = (error: Error) => {
    if (over) return;
    over = true;
    outgoing.destroy();
    events.failed(error);
  };
  outgoing.on('error', fail);
  outgoing.setTimeout(request.headMs, () =>
    fail(Object.assign(new Error('no answer in time'), { code: 'UND_ERR_HEADERS_TIMEOUT' })),
  );
  outgoing.on('upgrade', (response: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (over) {
      socket.destroy();
      return;
    }
    // A backend that does not prove that it understood is in no WebSocket: one connection, two readings.
    if (response.headers['sec-websocket-accept'] !== acceptOf(request.key)) {
      socket.destroy();
      fail(new Error('Sec-WebSocket-Accept is missing or wrong'));
      return;
    }
    over = true;
    outgoing.setTimeout(0);
    if ('setTimeout' in socket && typeof socket.setTimeout === 'function') socket.setTimeout(0);
    events.opened(socket, response.rawHeaders, head);
  });
  outgoing.on('response', (response: IncomingMessage) => {
    if (over) return;
    over = true;
    outgoing.setTimeout(0);
    events.answered(response.statusCode ?? 502, response.statusMessage ?? '', response.rawHeaders, response);
  });
  outgoing.end();
  return () => {
    over = true;
    outgoing.destroy();
  };
}

/** What a server that understood `key` answers (RFC 6455 §4.2.2). */
export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
