import { createServer, type TLSSocket } from 'node:tls';
import type { Clock, Logger } from '@overgrow/core';
import type { Socket } from 'node:net';
import type { FrontTls } from '../config/proxy-config.ts';
import { readCertificates } from './tls-files.ts';

/** The files are looked at this often: who renews certificates need not tell us. */
const lookMs = 10_000;

export interface TlsFront {
  accept(socket: Socket): void;
  stop(): void;
}

/**
 * TLS before HTTP: certificate by SNI, protocol by ALPN. Changed files are taken over for new connections; files that cannot be
 * used leave the old ones in force. @throws PROXY_CERTIFICATE_INVALID at the start
 */
export function createTlsFront(
  tls: FrontTls,
  options: {
    readonly clock: Clock;
    readonly logger: Logger;
    readonly handshakeMs: number;
    readonly onFailed: () => void;
    readonly onConnection: (socket: TLSSocket, protocol: 'http1' | 'http2') => void;
  },
): TlsFront {
  const { clock, logger } = options;
  let certificates = readCertificates(tls);
  const stopped = new AbortController();
  const server = createServer({
    ALPNProtocols: ['h2', 'http/1.1'],
    SNICallback: (name, done) => done(null, certificates.contextFor(name)),
    handshakeTimeout: options.handshakeMs,
    requestCert: tls.clients !== 'ignored',
    rejectUnauthorized: tls.clients === 'required',
    minVersion: tls.minVersion,
    allowHalfOpen: false,
  });
  // Without SNI.
  const useDefault = () => server.setSecureContext(certificates.defaultPem);
  useDefault();
  server.on('tlsClientError', (_error, socket) => {
    options.onFailed();
    socket.destroy();
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    options.onConnection(socket, socket.alpnProtocol === 'h2' ? 'http2' : 'http1');
  });

  const look = (): void => {
    clock.sleep(lookMs, stopped.signal).then(
      () => {
        try {
          const next = readCertificates(tls);
          if (next.fingerprint !== certificates.fingerprint) {
            certificates = next;
            useDefault();
            logger.info('Changed certificates are in force for new connections.');
          }
        } catch (error) {
          logger.error('Changed certificates cannot be used; the old ones stay in force.', { error: String(error) });
        }
        look();
      },
      () => {},
    );
  };
  look();
  return { accept: (socket) => void server.emit('connection', socket), stop: () => stopped.abort() };
}
