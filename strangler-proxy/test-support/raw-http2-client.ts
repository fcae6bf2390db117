import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** HTTP/2 frame by frame, without a library that mends what is sent. Header blocks are literal, without Huffman or table. */
export interface RawHttp2 extends Disposable {
  readonly socket: Socket;
  frame(type: number, flags: number, stream: number, payload: Buffer): void;
  headers(stream: number, fields: readonly Field[], options?: { endStream?: boolean; endHeaders?: boolean }): void;
  continuation(stream: number, fields: readonly Field[], endHeaders: boolean): void;
  data(stream: number, text: string, options?: { endStream?: boolean }): void;
  reset(stream: number, code: number): void;
  /** Frames that came so far. */
  readonly frames: readonly RawFrame[];
  /** Resolves with the first frame for which `test` holds; rejects when the connection closes first. */
  until(test: (frame: RawFrame) => boolean): Promise<RawFrame>;
  closed(): Promise<readonly RawFrame[]>;
}

export type Field = readonly [name: string, value: string];

export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
};
const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export function requestFields(method: string, path: string, ...more: Field[]): Field[] {
  return [[':method', method], [':scheme', 'http'], [':authority', 'shop.test'], [':path', path], ...more];
}

/** RFC 7541 §6.2.2: literal without indexing, names and values as plain octets. */
export function encodeFields(fields: readonly Field[]): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of fields) {
    parts.push(Buffer.from([0]), ...encodeText(name), ...encodeText(value));
  }
  return Buffer.concat(parts);
}

function encodeText(text: string): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length < 127) return [Buffer.from([bytes.length]), bytes];
  const length: number[] = [127];
  let rest = bytes.length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
  return [Buffer.from([...length, rest]), bytes];
}

export async function openRawHttp2(port: number): Promise<RawHttp2> {
  const socket = connect({ port, host: '127.0.0.1' });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.write(preface);
  const raw = speak(socket, 0);
  raw.frame(frameType.settings, 0, 0, Buffer.alloc(0));
  return raw;
}

export interface RawHttp2Backend extends AsyncDisposable {
  readonly origin: string;
}

/** `onHeaders` is called for each HEADERS frame that comes. */
export async function startRawHttp2Backend(
  onHeaders: (connection: RawHttp2, stream: number) => void,
): Promise<RawHttp2Backend> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const raw = speak(socket, preface.length, (frame) => {
      if (frame.type === frameType.headers) onHeaders(raw, frame.stream);
    });
    raw.frame(frameType.settings, 0, 0, Buffer.alloc(0));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** `skip` octets come before the first frame. */
function speak(socket: Socket, skip: number, onFrame: (frame: RawFrame) => void = () => {}): RawHttp2 {
  const frames: RawFrame[] = [];
  const watchers = new Set<() => void>();
  let buffered = Buffer.alloc(0);
  let toSkip = skip;
  let closed = false;
  const wake = () => {
    for (const watcher of watchers) watcher();
  };
  const write = (bytes: Buffer) => {
    if (socket.writable) socket.write(bytes);
  };
  const frame: RawHttp2['frame'] = (type, flags, stream, payload) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    write(Buffer.concat([head, payload]));
  };
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    wake();
  });
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    const skipped = Math.min(toSkip, buffered.length);
    toSkip -= skipped;
    buffered = buffered.subarray(skipped);
    while (buffered.length >= 9 && buffered.length >= 9 + buffered.readUIntBE(0, 3)) {
      const length = buffered.readUIntBE(0, 3);
      const got: RawFrame = {
        type: buffered[3] ?? 0,
        flags: buffered[4] ?? 0,
        stream: buffered.readUInt32BE(5) & 0x7fffffff,
        payload: buffered.subarray(9, 9 + length),
      };
      buffered = buffered.subarray(9 + length);
      frames.push(got);
      if (got.type === frameType.settings && (got.flags & 1) === 0) frame(frameType.settings, 1, 0, Buffer.alloc(0));
      if (got.type === frameType.ping && (got.flags & 1) === 0) frame(frameType.ping, 1, 0, got.payload);
      onFrame(got);
    }
    wake();
  });
  const when = <T>(find: () => T | undefined) =>
    new Promise<T>((resolve, reject) => {
      const watcher = () => {
        const found = find();
        if (found !== undefined) resolve(found);
        else if (closed) reject(new Error('the connection closed before'));
        else return;
        watchers.delete(watcher);
      };
      watchers.add(watcher);
      watcher();
    });
  return {
    socket,
    frames,
    frame,
    headers: (stream, fields, { endStream = true, endHeaders = true } = {}) =>
      frame(frameType.headers, (endStream ? 1 : 0) | (endHeaders ? 4 : 0), stream, encodeFields(fields)),
    continuation: (stream, fields, endHeaders) =>
      frame(frameType.continuation, endHeaders ? 4 : 0, stream, encodeFields(fields)),
    data: (stream, text, { endStream = true } = {}) =>
      frame(frameType.data, endStream ? 1 : 0, stream, Buffer.from(text, 'latin1')),
    reset: (stream, code) => {
      const payload = Buffer.alloc(4);
      payload.writeUInt32BE(code);
      frame(frameType.reset, 0, stream, payload);
    },
    until: (test) => when(() => frames.find(test)),
    closed: () => when(() => (closed ? frames : undefined)),
    [Symbol.dispose]: () => socket.destroy(),
  };
}
