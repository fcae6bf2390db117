import { connect, type Socket } from 'node:net';

/** A client without a library in between: what it sends is what is written, what it has is what came. */
export interface RawClient extends Disposable {
  readonly socket: Socket;
  send(bytes: string): void;
  /** All octets so far, latin-1. */
  received(): string;
  /** Resolves when what came contains `text`; rejects when the connection closes first. */
  until(text: string): Promise<string>;
  /** Resolves when the other side has closed. */
  closed(): Promise<string>;
}

export async function openRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1' });
  let received = '';
  let closed = false;
  const watchers = new Set<() => void>();
  const wake = () => {
    for (const watcher of watchers) watcher();
  };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const when = (isDone: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      const watcher = () => {
        if (isDone()) resolve(received);
        else if (closed) reject(new Error(`closed after: ${received}`));
        else return;
        watchers.delete(watcher);
      };
      watchers.add(watcher);
      watcher();
    });
  return {
    socket,
    send: (bytes) => void socket.write(bytes, 'latin1'),
    received: () => received,
    until: (text) => when(() => received.includes(text)),
    closed: () => when(() => closed),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

/** Sends and returns all that came until the other side closed. */
export async function exchangeRaw(port: number, bytes: string): Promise<string> {
  using client = await openRaw(port);
  client.send(bytes);
  return await client.closed();
}
