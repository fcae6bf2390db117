import { METHODS } from 'node:http';
import {
  constants,
  createServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import type { DataPath } from '../forward/data-path.ts';
import { plainAddress } from '../headers/forwarded.ts';
import { readHttp2Head } from '../headers/http2-head.ts';
import { Http2Client } from './http2-client.ts';
import type { ProtocolServer } from './http1-server.ts';
import { receive, refuse, type Arrival } from './receive.ts';
import { http2Applicant, type UpgradeApplicant } from './upgrade-applicant.ts';

const { NGHTTP2_FLAG_END_STREAM, NGHTTP2_NO_ERROR } = constants;

export interface Http2Options {
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  readonly maxStreams: number;
  /** A connection without a stream ends after this, heads that do not end included. */
  readonly clientKeepAliveMs: number;
  readonly clientHeadMs: number;
  /** A WebSocket that is asked for on a stream (RFC 8441). */
  readonly onUpgrade: (client: UpgradeApplicant) => void;
}

/** The methods that HTTP/1.1's parser knows: no version lets another pass. */
const knownMethods: ReadonlySet<string> = new Set(METHODS);

/** HTTP/2, by ALPN or prior knowledge: nghttp2 at its strictest, bounds on what a client can make us keep, then an exchange for each stream. */
export function createHttp2Server(path: DataPath, options: Http2Options): ProtocolServer {
  const sessions = new Set<ServerHttp2Session>();
  let draining = false;
  const settings: ServerOptions & { streamResetBurst: number; streamResetRate: number } = {
    settings: {
      maxConcurrentStreams: options.maxStreams,
      maxHeaderListSize: options.maxHeaderBytes,
      initialWindowSize: 64 * 1024,
      enablePush: false,
      enableConnectProtocol: true,
    },
    maxHeaderListPairs: options.maxHeaders,
    maxSettings: 32,
    maxOutstandingPings: 4,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    maxSessionMemory: 10,
    strictFieldWhitespaceValidation: true,
    // Rapid reset (CVE-2023-44487): as many resets at once, then as many a second, or the connection ends.
    streamResetBurst: options.maxStreams * 2,
    streamResetRate: 33,
  };
  const server = createServer(settings);
  server.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(1024 * 1024);
    const watch = watchIdle(path, session, options);
    session.on('stream', watch.streamOpened);
    session.on('error', () => path.metrics.refused('unreadable'));
    session.on('close', () => {
      sessions.delete(session);
      watch.stop();
    });
    if (draining) session.close();
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream, _headers, flags, raw) =>
    onStream(path, options, stream, flags, raw as unknown as string[]),
  );
  return {
    accept: (socket) => void server.emit('connection', socket),
    drain: () => {
      draining = true;
      for (const session of sessions) session.close();
    },
    cutAll: () => {
      for (const session of sessions) session.destroy();
    },
  };
}

function onStream(
  path: DataPath,
  options: Http2Options,
  stream: ServerHttp2Stream,
  flags: number,
  raw: string[],
): void {
  const hasBody = (flags & NGHTTP2_FLAG_END_STREAM) === 0;
  const head = readHttp2Head(raw, hasBody);
  const socket = stream.session?.socket;
  if (head.kind === 'refused') {
    refuse(path, new Http2Client(stream, 'GET', [], hasBody), head.status, head.reason);
    return;
  }
  const client = new Http2Client(stream, head.method, head.rawHeaders, hasBody);
  const arrival: Arrival = {
    target: head.target,
    httpVersion: '2.0',
    peer: plainAddress(socket?.remoteAddress),
    secure: stream.session?.encrypted ?? false,
  };
  if (head.protocol !== undefined) {
    if (head.protocol === 'websocket' && hasBody) options.onUpgrade(http2Applicant(client, arrival));
    else refuse(path, client, 501, 'the only protocol that a stream can be a tunnel for is websocket');
    return;
  }
  if (!knownMethods.has(head.method)) return refuse(path, client, 501, 'the method is not known');
  receive(path, client, arrival);
}

/**
 * Ends a connection that has had no stream for a while. A head that never ends (a CONTINUATION at a time) opens no stream, so
 * it ends here, too.
 */
function watchIdle(path: DataPath, session: ServerHttp2Session, options: Http2Options) {
  let open = 0;
  let timer: AbortController | undefined;
  const rest = (ms: number) => {
    timer?.abort();
    const mine = (timer = new AbortController());
    path.clock.sleep(ms, mine.signal).then(
      () => {
        if (mine.signal.aborted || open > 0) return;
        session.goaway(NGHTTP2_NO_ERROR);
        session.destroy();
      },
      () => {},
    );
  };
  rest(options.clientHeadMs);
  return {
    streamOpened: (stream: ServerHttp2Stream) => {
      if (open++ === 0) timer?.abort();
      stream.on('close', () => {
        if (--open === 0 && !session.destroyed) rest(options.clientKeepAliveMs);
      });
    },
    stop: () => timer?.abort(),
  };
}
