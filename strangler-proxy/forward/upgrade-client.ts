import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { connectionTokens, isHopByHop } from '../headers/hop-by-hop.ts';

export interface UpgradeRequest {
  readonly origin: string;
  readonly path: string;
  /** Flat, filtered as of any request; the upgrade headers are added here. */
  readonly headers: readonly string[];
  readonly headMs: number;
  readonly maxHeaderBytes: number;
}

export interface UpgradeEvents {
  /** Both sides are joined. */
  opened(): void;
  /** Nothing was written to the client yet. */
  failed(error: Error): void;
  /** Once, at the end of whatever became of it. */
  closed(): void;
}

/**
 * Joins a client's socket with a backend's when the backend answers 101, and passes octets both ways with back-pressure.
 * Another answer is passed on and the client's connection closed after it. Returns what cuts it.
 */
export function upgrade(request: UpgradeRequest, client: Duplex, head: Buffer, events: UpgradeEvents): () => void {
  const { protocol, hostname, port } = new URL(request.origin);
  const send = protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing: ClientRequest = send({
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? undefined : port,
    method: 'GET',
    path: request.path,
    headers: [...request.headers, 'connection', 'Upgrade', 'upgrade', 'websocket'],
    agent: false,
    setHost: false,
    maxHeaderSize: request.maxHeaderBytes,
  });
  let backend: Duplex | undefined;
  let answered = false;
  let over = false;
  const close = () => {
    if (over) return;
    over = true;
    client.destroy();
    backend?.destroy();
    outgoing.destroy();
    events.closed();
  };
  const fail = (error: Error) => {
    if (!answered && !over) {
      answered = true;
      events.failed(error);
    }
    if (!client.writableEnded) close();
  };
  client.on('error', close);
  client.on('close', close);
  outgoing.on('error', fail);
  outgoing.setTimeout(request.headMs, () =>
    outgoing.destroy(Object.assign(new Error('no answer in time'), { code: 'UND_ERR_HEADERS_TIMEOUT' })),
  );
  outgoing.on('upgrade', (response: IncomingMessage, socket: Duplex, backendHead: Buffer) => {
    if (over) {
      socket.destroy();
      return;
    }
    backend = socket;
    outgoing.setTimeout(0);
    if ('setTimeout' in socket && typeof socket.setTimeout === 'function') socket.setTimeout(0);
    socket.on('error', close);
    socket.on('close', close);
    answered = true;
    client.write(
      renderHead(101, 'Switching Protocols', response.rawHeaders, ['connection: Upgrade', 'upgrade: websocket']),
      'latin1',
    );
    if (backendHead.length > 0) client.write(backendHead);
    if (head.length > 0) socket.write(head);
    socket.pipe(client);
    client.pipe(socket);
    events.opened();
  });
  outgoing.on('response', (response: IncomingMessage) => {
    if (over) return;
    answered = true;
    const status = response.statusCode ?? 502;
    response.on('error', close);
    client.write(
      renderHead(status, response.statusMessage ?? '', response.rawHeaders, ['connection: close']),
      'latin1',
    );
    // Its own length is not passed on: the end of the connection is the end of this answer.
    response.pipe(client);
  });
  outgoing.end();
  return close;
}

function renderHead(status: number, reason: string, raw: readonly string[], own: readonly string[]): string {
  let named: ReadonlySet<string> = new Set();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === 'connection') named = connectionTokens(raw[index + 1] ?? '', named);
  }
  const lines = [`HTTP/1.1 ${status} ${/^[\t\x20-\x7e]*$/.test(reason) ? reason : ''}`];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    if (isHopByHop(name) || named.has(lower) || lower === 'content-length' || lower.startsWith('overgrow-')) continue;
    lines.push(`${name}: ${raw[index + 1] ?? ''}`);
  }
  return `${[...lines, ...own].join('\r\n')}\r\n\r\n`;
}
