import type { Adapter } from '../../adapters/adapter.ts';
import { collectSockets } from './collect-sockets.ts';
import { linkSockets } from './link-sockets.ts';
import type { SocketRecord } from './socket-record.ts';

/** Socket.IO: connections of each namespace and the events that a socket listens to. */
export const socketIo: Adapter<readonly SocketRecord[]> = {
  name: 'socket-io',
  collect: collectSockets,
  link: linkSockets,
};
