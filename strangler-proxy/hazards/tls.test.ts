import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { connect as connectHttp2, createSecureServer } from 'node:http2';
import { createServer as createHttpsServer, request as requestHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { createManualClock } from '@overgrow/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BackendTls, FrontTls } from '../config/proxy-config.ts';
import { startRawBackend } from '../test-support/backend-server.ts';
import { makeAuthority, makeCertificate, type TestCertificate } from '../test-support/certificates.ts';
import { answerOf } from '../test-support/http2-request-client.ts';
import { startProxyUnderTest, type ProxyUnderTestOptions } from '../test-support/proxy-under-test-server.ts';
import { exchangeRaw } from '../test-support/raw-client.ts';

const get = 'GET /x HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';

describe('TLS', () => {
  const open: (() => Promise<void> | void)[] = [];
  const authority = makeAuthority('a test authority');
  const stranger = makeAuthority('another authority');
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'overgrow-tls-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  const write = (name: string, { cert, key }: TestCertificate) => {
    const files = { certFile: path.join(folder, `${name}.pem`), keyFile: path.join(folder, `${name}.key`) };
    // Renamed into place, as tools that renew certificates do.
    for (const [file, text] of [
      [files.certFile, cert],
      [files.keyFile, key],
    ] as const) {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    }
    return files;
  };
  const frontTls = (more: Partial<FrontTls> = {}): FrontTls => ({
    certificates: [
      { hosts: ['shop.test'], ...write('shop', makeCertificate('shop', ['shop.test'], authority)) },
      { hosts: ['*.market.test'], ...write('market', makeCertificate('market', ['*.market.test'], authority)) },
    ],
    clientCa: undefined,
    clients: 'ignored',
    minVersion: 'TLSv1.2',
    ...more,
  });
  const start = async (options: Partial<ProxyUnderTestOptions>) => {
    const backend = await startRawBackend();
    const subject = await startProxyUnderTest({ monolith: backend.origin, ...options });
    open.push(
      async () => await backend[Symbol.asyncDispose](),
      async () => await subject[Symbol.asyncDispose](),
    );
    return { backend, subject };
  };
  /** A finished handshake, or what went wrong. */
  const shake = (port: number, options: ConnectionOptions = {}) =>
    new Promise<TLSSocket>((resolve, reject) => {
      const socket = connectTls({ port, host: '127.0.0.1', ca: authority.cert, servername: 'shop.test', ...options });
      open.push(() => void socket.destroy());
      socket.once('secureConnect', () => resolve(socket));
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('closed')));
    });
  const ask = async (socket: TLSSocket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.write(get);
    await new Promise((resolve) => socket.once('close', resolve));
    return text;
  };
  const nameOf = (socket: TLSSocket) => socket.getPeerCertificate().subject.CN;

  it('chooses the certificate by server name and the protocol by ALPN, and tells the backend of https', async () => {
    const { backend, subject } = await start({ tls: frontTls() });
    const first = await shake(subject.port);
    expect(nameOf(first)).toBe('shop');
    expect(await ask(first)).toMatch(/^HTTP\/1\.1 200 /);
    expect(backend.bytes()).toContain('x-forwarded-proto: https\r\n');
    expect(nameOf(await shake(subject.port, { servername: 'one.market.test' }))).toBe('market');
    const session = connectHttp2(`https://shop.test:${subject.port}`, {
      createConnection: () =>
        connectTls({
          port: subject.port,
          host: '127.0.0.1',
          ca: authority.cert,
          servername: 'shop.test',
          ALPNProtocols: ['h2'],
        }),
    });
    open.push(() => session.destroy());
    expect((await answerOf(session.request({ ':path': '/' }))).status).toBe(200);
    await expect(shake(subject.port, { ALPNProtocols: ['smtp'] })).rejects.toThrow();
    await expect(shake(subject.port, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).rejects.toThrow();
    expect(await exchangeRaw(subject.port, get)).not.toContain('200');
  });

  it('takes changed files over, and keeps the old ones where the new ones cannot be used', async () => {
    const clock = createManualClock();
    const { subject } = await start({ tls: frontTls(), clock });
    write('shop', makeCertificate('renewed', ['shop.test'], authority));
    await clock.advance(10_000);
    expect(nameOf(await shake(subject.port))).toBe('renewed');
    writeFileSync(path.join(folder, 'shop.pem'), 'not a certificate');
    await clock.advance(10_000);
    expect(nameOf(await shake(subject.port))).toBe('renewed');
  });

  it('asks clients for a certificate where it is required', async () => {
    const { certFile } = write('authority', authority);
    const { subject } = await start({ tls: frontTls({ clients: 'required', clientCa: certFile }) });
    const known = makeCertificate('a client', [], authority);
    const unknown = makeCertificate('a client', [], stranger);
    expect(await ask(await shake(subject.port, { cert: known.cert, key: known.key }))).toMatch(/^HTTP\/1\.1 200 /);
    for (const shown of [{}, { cert: unknown.cert, key: unknown.key }]) {
      // In TLS 1.3 a client hears of the refusal after its own handshake.
      const answer = await shake(subject.port, shown).then(ask, () => '');
      expect(answer).toBe('');
    }
  });

  it('does not start with files that are no certificates', async () => {
    writeFileSync(path.join(folder, 'broken.pem'), 'no');
    const certificates = [
      { hosts: [], certFile: path.join(folder, 'broken.pem'), keyFile: path.join(folder, 'broken.pem') },
    ];
    await expect(
      startProxyUnderTest({ monolith: 'http://127.0.0.1:1', tls: frontTls({ certificates }) }),
    ).rejects.toMatchObject({
      code: 'PROXY_CERTIFICATE_INVALID',
    });
  });

  describe('to backends', () => {
    const serve = async (server: Server, listen: string | number = 0) => {
      await new Promise<void>((resolve) =>
        typeof listen === 'string' ? server.listen(listen, resolve) : server.listen(listen, '127.0.0.1', resolve),
      );
      open.push(() => new Promise<void>((resolve) => void server.close(() => resolve())));
      return typeof listen === 'string' ? 0 : (server.address() as AddressInfo).port;
    };
    const backendTls = (more: Partial<BackendTls> = {}): BackendTls => ({
      caFile: write('authority', authority).certFile,
      certFile: undefined,
      keyFile: undefined,
      serverName: undefined,
      ...more,
    });

    it.each(['http1', 'http2'] as const)('shows its certificate and checks theirs (%s)', async (protocol) => {
      const own = makeCertificate('backend', ['backend.test'], authority);
      const options = { cert: own.cert, key: own.key, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
      const listener = (request: { socket: unknown }, response: { end(text: string): void }) =>
        response.end(
          protocol === 'http1' ? String((request.socket as TLSSocket).getPeerCertificate().subject.CN) : 'http2',
        );
      const server =
        protocol === 'http1' ? createHttpsServer(options, listener) : createSecureServer(options, listener as never);
      const port = await serve(server);
      const monolith = `https://127.0.0.1:${port}`;
      const mine = write('proxy', makeCertificate('the proxy', [], authority));
      const good = await startProxyUnderTest({
        monolith,
        protocol,
        backendTls: backendTls({ ...mine, serverName: 'backend.test' }),
      });
      const wrongName = await startProxyUnderTest({
        monolith,
        protocol,
        backendTls: backendTls({ ...mine, serverName: 'other.test' }),
      });
      open.push(
        async () => await good[Symbol.asyncDispose](),
        async () => await wrongName[Symbol.asyncDispose](),
      );
      expect(await exchangeRaw(good.port, get)).toMatch(protocol === 'http1' ? /the proxy/ : /http2/);
      expect(await exchangeRaw(wrongName.port, get)).toMatch(/^HTTP\/1\.1 502 /);
    });

    it('reaches them through a Unix socket', async () => {
      const socketPath = path.join(folder, 'backend.sock');
      await serve(
        createHttpServer((request: IncomingMessage, response) => void response.end(`socket ${request.headers.host}`)),
        socketPath,
      );
      const subject = await startProxyUnderTest({ monolith: 'http://localhost', socketPath });
      open.push(async () => await subject[Symbol.asyncDispose]());
      expect(await exchangeRaw(subject.port, get)).toMatch(/socket shop\.test/);
    });
  });

  it('is what a client of node:https expects', async () => {
    const { subject } = await start({ tls: frontTls() });
    const status = await new Promise((resolve, reject) =>
      requestHttps(
        {
          port: subject.port,
          host: '127.0.0.1',
          servername: 'shop.test',
          ca: authority.cert,
          agent: false,
          headers: { host: 'shop.test' },
        },
        (response) => resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end(),
    );
    expect(status).toBe(200);
  });
});
