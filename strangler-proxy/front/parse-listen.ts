import { OvergrowError } from '@overgrow/core';

/**
 * `127.0.0.1:8080`, `[::1]:8080`, `localhost:0` → host and port.
 * @throws PROXY_ADDRESS_INVALID
 */
export function parseListen(listen: string): { host: string; port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(listen);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port <= 65_535)) {
    throw new OvergrowError('PROXY_ADDRESS_INVALID', `"${listen}" is not host:port.`, {
      hint: 'Write it as 127.0.0.1:8080 or [::1]:8080.',
    });
  }
  return { host, port };
}
