import type { AddressInfo, Server } from 'node:net';
import { OvergrowError } from '@overgrow/core';
import { parseListen } from './parse-listen.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** `http://host:port`, or https. */
  readonly url: string;
}

/** Opens the port. @throws PROXY_LISTEN_FAILED with the cause, PROXY_ADDRESS_INVALID */
export async function listen(server: Server, text: string, scheme: 'http' | 'https' = 'http'): Promise<ListenAddress> {
  const { host, port } = parseListen(text);
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error) =>
      reject(
        new OvergrowError('PROXY_LISTEN_FAILED', `Cannot listen on ${text}: ${error.message}.`, {
          hint: 'End the process that uses the port, or name another one in the manifest.',
          cause: error,
        }),
      );
    server.once('error', onError);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', onError);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return { host: bound.address, port: bound.port, url: `${scheme}://${shown}:${bound.port}` };
}
