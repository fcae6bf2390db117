import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface Http2Backend extends AsyncDisposable {
  readonly origin: string;
  /** Streams so far: the head that each brought, in node's raw form. */
  readonly heads: readonly string[][];
  readonly sessions: ReadonlySet<ServerHttp2Session>;
}

/** A backend that speaks HTTP/2 without TLS. */
export async function startHttp2Backend(
  onStream: (stream: ServerHttp2Stream, path: string, raw: string[]) => void,
): Promise<Http2Backend> {
  const heads: string[][] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({ settings: { enableConnectProtocol: true } });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers, _flags, raw) => {
    const flat = raw as unknown as string[];
    heads.push(flat);
    stream.on('error', () => {});
    onStream(stream, String(headers[':path']), flat);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heads,
    sessions,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}
