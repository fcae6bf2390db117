import type { Clock } from '@overgrow/core';
import { createServer, type Server, type Socket } from 'node:net';
import { readFirstOctets } from './first-octets-server.ts';
import type { ProtocolServer } from './http1-server.ts';

export interface FrontParts {
  readonly clock: Clock;
  readonly http1: ProtocolServer;
  readonly http2: ProtocolServer;
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
  let whenEmpty: (() => void) | undefined;

  function accept(socket: Socket): void {
    all.add(socket);
    socket.on('close', () => {
      all.delete(socket);
      if (all.size === 0) whenEmpty?.();
    });
    const drop = readFirstOctets(socket, { clock, timeoutMs: parts.clientHeadMs }, (protocol) => {
      unread.delete(socket);
      (protocol === 'http2' ? http2 : http1).accept(socket);
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
