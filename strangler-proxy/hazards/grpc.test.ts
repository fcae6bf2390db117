import {
  credentials,
  makeGenericClientConstructor,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type CallOptions,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  type Deadline,
  type requestCallback,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { deadOrigin } from '../test-support/backend-server.ts';
import { createManualClock } from '@overgrow/core';
import {
  attemptOf,
  recordOf,
  startProxyUnderTest,
  type ProxyUnderTestOptions,
} from '../test-support/proxy-under-test-server.ts';

/** A gRPC server and client as other people write them, with text for messages, and the proxy between. */
const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };
const method = (path: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/shop.Reviews/${path}`,
  requestStream,
  responseStream,
  requestSerialize: text.serialize,
  requestDeserialize: text.deserialize,
  responseSerialize: text.serialize,
  responseDeserialize: text.deserialize,
});
const service = {
  add: method('Add', false, false),
  list: method('List', false, true),
  sum: method('Sum', true, false),
  chat: method('Chat', true, true),
} satisfies ServiceDefinition;
const Reviews = makeGenericClientConstructor(service, 'Reviews');

interface ReviewsClient extends Client {
  add(message: string, metadata: Metadata, options: CallOptions, callback: requestCallback<string>): ClientUnaryCall;
  list(message: string): ClientReadableStream<string>;
  sum(callback: requestCallback<string>): ClientWritableStream<string>;
  chat(): ClientDuplexStream<string, string>;
}

describe('gRPC', () => {
  const open: (() => Promise<void>)[] = [];
  let cancelled: Promise<void>;
  let reached: Promise<Deadline>;
  const start = async (options: Partial<ProxyUnderTestOptions> = {}) => {
    let onCancelled = () => {};
    let onReached = (_deadline: Deadline) => {};
    reached = new Promise((resolve) => (onReached = resolve));
    cancelled = new Promise((resolve) => (onCancelled = resolve));
    const server = new Server();
    server.addService(service, {
      add: (call: ServerUnaryCall<string, string>, callback: sendUnaryData<string>) => {
        if (call.request === 'never') {
          call.on('cancelled', onCancelled);
          onReached(call.getDeadline());
          return;
        }
        if (call.request === 'bad') return callback({ code: status.FAILED_PRECONDITION, details: 'no such product' });
        const trailer = new Metadata();
        trailer.set('x-owners', String(call.metadata.get('overgrow-owners')[0]));
        callback(null, `added ${call.request}`, trailer);
      },
      list: (call: ServerWritableStream<string, string>) => {
        call.on('cancelled', onCancelled);
        for (const each of ['1', '2', '3']) call.write(`${call.request} ${each}`);
        if (call.request !== 'endless') call.end();
      },
      sum: (call: ServerReadableStream<string, string>, callback: sendUnaryData<string>) => {
        let total = 0;
        call.on('data', (each: string) => (total += Number(each)));
        call.on('end', () => callback(null, String(total)));
      },
      chat: (call: ServerDuplexStream<string, string>) => {
        call.on('data', (each: string) => call.write(`<${each}>`));
        call.on('end', () => call.end());
      },
    });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const subject = await startProxyUnderTest({ monolith: `http://127.0.0.1:${port}`, protocol: 'http2', ...options });
    const client = new Reviews(`127.0.0.1:${subject.port}`, credentials.createInsecure()) as unknown as ReviewsClient;
    open.push(async () => {
      client.close();
      await subject[Symbol.asyncDispose]();
      server.forceShutdown();
    });
    return { client, subject };
  };
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });

  it('carries a call with its metadata, message and trailers, stamped with owners', async () => {
    const { client } = await start();
    const [answer, trailer] = await new Promise<[string, Metadata]>((resolve, reject) => {
      let answered = '';
      const call = client.add('a review', new Metadata(), {}, (error, value) =>
        error === null ? (answered = value ?? '') : reject(error),
      );
      call.on('status', (given) => setImmediate(() => resolve([answered, given.metadata])));
    });
    expect(answer).toBe('added a review');
    expect(trailer.get('x-owners')).toEqual(['reviews=monolith;epoch=3;scope="*"']);
  });

  it('carries an error as the server gave it', async () => {
    const { client } = await start();
    const error = await new Promise((resolve) => client.add('bad', new Metadata(), {}, (given) => resolve(given)));
    expect(error).toMatchObject({ code: status.FAILED_PRECONDITION, details: 'no such product' });
  });

  it('carries streams of the server, of the client and of both', async () => {
    const { client } = await start();
    const listed: string[] = [];
    for await (const each of client.list('page')) listed.push(String(each));
    expect(listed).toEqual(['page 1', 'page 2', 'page 3']);
    const total = await new Promise((resolve, reject) => {
      const stream = client.sum((error, answer) => (error === null ? resolve(answer) : reject(error)));
      for (let index = 1; index <= 100; index++) stream.write(String(index));
      stream.end();
    });
    expect(total).toBe('5050');
    const chat = client.chat();
    chat.write('hello');
    expect(await new Promise((resolve) => chat.once('data', resolve))).toBe('<hello>');
    chat.end();
    chat.resume();
    await new Promise((resolve) => chat.on('end', resolve));
  });

  it('tells the backend of the deadline, and of a client that cancels a call or a stream', async () => {
    const first = await start();
    const deadline = Date.now() + 60_000;
    const error = new Promise((resolve) => {
      const call = first.client.add('never', new Metadata(), { deadline }, (given) => resolve(given));
      void reached.then(() => call.cancel());
    });
    // grpc-timeout is in whole milliseconds, counted from when the call begins.
    const told = Number(await reached);
    expect(told).toBeGreaterThan(deadline - 30_000);
    expect(told).toBeLessThan(deadline + 60_000);
    expect(await error).toMatchObject({ code: status.CANCELLED });
    await cancelled;
    const second = await start();
    const stream = second.client.list('endless');
    stream.on('error', () => {});
    await new Promise((resolve) => stream.once('data', resolve));
    stream.cancel();
    await cancelled;
  });

  it('answers in gRPC where the proxy itself answers', async () => {
    const subject = await startProxyUnderTest({ monolith: await deadOrigin(), protocol: 'http2' });
    const client = new Reviews(`127.0.0.1:${subject.port}`, credentials.createInsecure()) as unknown as ReviewsClient;
    open.push(async () => {
      client.close();
      await subject[Symbol.asyncDispose]();
    });
    const error = await new Promise((resolve) => client.add('x', new Metadata(), {}, (given) => resolve(given)));
    expect(error).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'monolith refused the connection. (PROXY_UPSTREAM_REFUSED)',
    });
  });

  it('holds the messages of a stream during a fence, and ends it when the owner has changed', async () => {
    const clock = createManualClock();
    const { client, subject } = await start({ clock, longLived: 'close', prefix: '/shop.Reviews' });
    const never = new AbortController().signal;
    const chat = client.chat();
    const got: string[] = [];
    const wait = async (count: number) => {
      while (got.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    chat.on('data', (each: string) => got.push(each));
    const error = new Promise<{ code: number }>((resolve) => chat.on('error', resolve as never));
    chat.write('before');
    await wait(1);
    // The stream is no longer waited for; a call whose answer has not begun would be.
    expect(subject.proxy.status().gate.unfinished).toBe(0);
    const first = subject.proxy.traffic.fence(attemptOf(1), never);
    chat.write('held');
    await clock.advance(500);
    await first;
    expect(got).toEqual(['<before>']);
    await subject.proxy.traffic.withdraw(attemptOf(1));
    await wait(2);
    const second = subject.proxy.traffic.fence(attemptOf(2), never);
    await clock.advance(500);
    await second;
    await subject.proxy.traffic.release(attemptOf(2), recordOf('service', 4));
    expect(await error).toMatchObject({ code: status.UNAVAILABLE });
    expect(got).toEqual(['<before>', '<held>']);
  });
});
