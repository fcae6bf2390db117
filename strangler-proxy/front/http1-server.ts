import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { refusedRequest } from '../errors/proxy-problem.ts';
import type { DataPath } from '../forward/data-path.ts';
import { plainAddress } from '../headers/forwarded.ts';
import { Http1Client } from './http1-client.ts';
import { receive, refuse, type Arrival } from './receive.ts';
import { endRaw, http1Applicant, type UpgradeApplicant } from './upgrade-applicant.ts';

export interface Http1Options {
  readonly maxHeaderBytes: number;
  readonly clientHeadMs: number;
  readonly clientKeepAliveMs: number;
  readonly onUpgrade: (client: UpgradeApplicant) => void;
}

/** One protocol of the front door: it is given connections, and ends them. */
export interface ProtocolServer {
  accept(socket: Duplex): void;
  /** No further request on a connection than those under way; idle connections end now. */
  drain(): void;
  /** Cuts what is left. */
  cutAll(): void;
}

/** How many exchanges of a connection have no whole answer yet: a parse error must not be taken for one of their answers. */
const pending = Symbol('pending');
interface FrontSocket extends Socket {
  [pending]?: number;
}

/** HTTP/1.1 and 1.0: node's parser at its strictest, then our refusals, then an exchange for each request. */
export function createHttp1Server(path: DataPath, options: Http1Options): ProtocolServer {
  let draining = false;
  const onAnswered = function (this: ServerResponse): void {
    const from: FrontSocket = this.req.socket;
    from[pending] = (from[pending] ?? 1) - 1;
    // The server is stopping: a connection that was busy then ends with its answer.
    if (draining && from[pending] === 0) from.end();
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const socket: FrontSocket = request.socket;
    socket[pending] = (socket[pending] ?? 0) + 1;
    response.on('close', onAnswered);
    if (draining) response.shouldKeepAlive = false;
    const client = new Http1Client(request, response);
    const { httpVersion } = request;
    // node's parser reads `HTTP/2.0` and `HTTP/0.9` in a request line, too.
    if (httpVersion !== '1.1' && httpVersion !== '1.0') {
      refuse(path, client, 400, 'the version is neither 1.1 nor 1.0');
      return;
    }
    receive(path, client, arrivalOf(socket, request.url, httpVersion));
  };
  // maxHeadersCount: 0 means unlimited; node's own limit drops headers in silence. The octets are limited.
  const server = createServer({
    maxHeaderSize: options.maxHeaderBytes,
    requireHostHeader: true,
    insecureHTTPParser: false,
    headersTimeout: options.clientHeadMs,
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: options.clientKeepAliveMs,
    noDelay: true,
    shouldUpgradeCallback: asksForWebSocket,
  });
  server.maxHeadersCount = 0;
  server.on('request', onRequest);
  // Both are decided by our own reading of `Expect`: the answer to 100-continue comes from the backend.
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const { url, httpVersion, rawHeaders } = request;
    if (asksForWebSocket(request))
      options.onUpgrade(http1Applicant(socket, head, rawHeaders, arrivalOf(request.socket, url, httpVersion)));
    else endRaw(socket, refusedRequest(501, 'the only protocol that a connection can be upgraded to is websocket'));
  });
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    path.metrics.refused('connect');
    endRaw(socket, refusedRequest(501, 'CONNECT is not served'));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: FrontSocket) => {
    path.metrics.refused('unreadable');
    if (!socket.writable || error.code === 'ECONNRESET' || (socket[pending] ?? 0) > 0) socket.destroy();
    else endRaw(socket, refusedRequest(statusOfParseError(error.code), 'it is not a valid HTTP message'));
  });
  // It never listens itself; this starts its watch over heads that do not come in time.
  server.emit('listening');
  return {
    accept: (socket) => void server.emit('connection', socket),
    drain: () => {
      draining = true;
      server.close();
      server.closeIdleConnections();
    },
    cutAll: () => server.closeAllConnections(),
  };
}

function arrivalOf(socket: Socket, target: string | undefined, httpVersion: string): Arrival {
  return {
    target: target ?? '',
    httpVersion,
    peer: plainAddress(socket.remoteAddress),
    secure: socket instanceof TLSSocket,
  };
}

/** `Upgrade: websocket` in an HTTP/1.1 GET without a body (RFC 6455 §4.1). Every other upgrade, h2c before all, is not made. */
function asksForWebSocket(request: IncomingMessage): boolean {
  const { headers } = request;
  return (
    request.method === 'GET' &&
    request.httpVersion === '1.1' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined
  );
}

function statusOfParseError(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413;
  return 400;
}
