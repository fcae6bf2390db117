import type { Clock } from '@overgrow/core';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { readFirstOctets } from './first-octets-server.ts';
import type { ProtocolServer } from './http1-server.ts';
import type { TlsFront } from './tls-server.ts';

export interface FrontParts {
  readonly clock: Clock;
  readonly http1: ProtocolServer;
  readonly http2: ProtocolServer;
  /** Made only where clients come by TLS. `take`: a connection whose protocol is known. */
  readonly tls: ((take: (socket: Duplex, protocol: 'http1' | 'http2') => void) => TlsFront) | undefined;
  /** A client must have sent its first octets within this. */
  readonly clientHeadMs: number;
  /** Ends WebSockets: nothing else does. */
  readonly closeUpgraded: () => void;
}

/** The front door: it takes connections, finds out which protocol each speaks, and hands it over. */
export interface Front {
  /** Not listening yet. */
  readonly server: Server;
  readonly accept: (socket: Socket) => void;
  /** Takes no more connections, lets requests under way finish, and cuts what is left after `drainMs`. */
  stop(drainMs: number): Promise<void>;
}

export function createFront(parts: FrontParts): Front {
  const { clock, http1, http2 } = parts;
  /** Connections of which nothing is known yet. */
  const unread = new Map<Socket, () => void>();
  const all = new Set<Socket>();
  const take = (socket: Duplex, protocol: 'http1' | 'http2') => (protocol === 'http2' ? http2 : http1).accept(socket);
  const tls = parts.tls?.(take);
  let whenEmpty: (() => void) | undefined;

  function accept(socket: Socket): void {
    all.add(socket);
    socket.on('close', () => {
      all.delete(socket);
      if (all.size === 0) whenEmpty?.();
    });
    if (tls !== undefined) {
      // TLS ends both sides together.
      socket.allowHalfOpen = false;
      tls.accept(socket);
      return;
    }
    const drop = readFirstOctets(socket, { clock, timeoutMs: parts.clientHeadMs }, (protocol) => {
      unread.delete(socket);
      take(socket, protocol);
    });
    unread.set(socket, drop);
    socket.once('close', () => unread.delete(socket));
  }

  // Half open, as node's own HTTP server: a client may end its side and wait for the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);

  return {
    server,
    accept,
    stop: async (drainMs) => {
      const closed = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : undefined;
      tls?.stop();
      parts.closeUpgraded();
      for (const drop of unread.values()) drop();
      http1.drain();
      http2.drain();
      const empty = new Promise<void>((resolve) => {
        whenEmpty = resolve;
        if (all.size === 0) resolve();
      });
      const drained = new AbortController();
      clock.sleep(drainMs, drained.signal).then(
        () => {
          http1.cutAll();
          http2.cutAll();
          for (const socket of all) socket.destroy();
        },
        () => {},
      );
      await empty;
      drained.abort();
      await closed;
    },
  };
}
