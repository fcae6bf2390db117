import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A modelled backend that keeps every octet it was sent, and answers by script. */
export interface RawBackend extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
  /** One string a connection, latin-1. */
  readonly connections: readonly string[];
  /** All octets of all connections. */
  bytes(): string;
  /** Resolves when what it was sent contains `text`. */
  until(text: string): Promise<void>;
  /** Resolves when a client's connection has closed. */
  connectionClosed(): Promise<void>;
}

export const plainAnswer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** `answer` is called once for each request head that arrives, with the octets so far and the number of the request. */
export async function startRawBackend(
  answer: (socket: Socket, head: string, count: number) => void = (socket) => void socket.write(plainAnswer),
): Promise<RawBackend> {
  const connections: string[] = [];
  const sockets = new Set<Socket>();
  const watchers = new Set<() => void>();
  let requests = 0;
  let closedCount = 0;
  const wake = () => {
    for (const watcher of watchers) watcher();
  };
  const when = (isDone: () => boolean) =>
    new Promise<void>((resolve) => {
      const watcher = () => {
        if (!isDone()) return;
        watchers.delete(watcher);
        resolve();
      };
      watchers.add(watcher);
      watcher();
    });
  const server = createServer((socket) => {
    const index = connections.push('') - 1;
    let answered = 0;
    sockets.add(socket);
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      closedCount++;
      wake();
    });
    socket.on('data', (text: string) => {
      connections[index] += text;
      const heads = (connections[index] ?? '')
        .split('\r\n\r\n')
        .slice(0, -1)
        .filter((head) => / HTTP\/1\.1\r\n/.test(head));
      for (; answered < heads.length; answered++) answer(socket, heads[answered] ?? '', requests++);
      wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    connections,
    bytes: () => connections.join(''),
    until: (text) => when(() => connections.join('').includes(text)),
    connectionClosed: () => when(() => closedCount > 0),
    [Symbol.asyncDispose]: () => close(server, () => sockets.forEach((socket) => socket.destroy())),
  };
}

export interface HttpBackend extends AsyncDisposable {
  readonly origin: string;
  readonly server: Server;
}

/** A backend on node's own server. */
export async function startHttpBackend(listener: RequestListener): Promise<HttpBackend> {
  const server = createHttpServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    server,
    [Symbol.asyncDispose]: () => close(server, () => server.closeAllConnections()),
  };
}

/** A port at which nobody listens: it was free a moment ago. */
export async function deadOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await close(server, () => {});
  return `http://127.0.0.1:${port}`;
}

function close(server: { close(done: () => void): unknown }, cut: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    cut();
  });
}
