import { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';

/**
 * Node's own list of handles that keep the process alive. It has no public name that gives the objects themselves;
 * `getActiveResourcesInfo()` gives only type names. Used for the message, never for the verdict.
 */
export function activeHandles(): readonly unknown[] {
  const internal = process as unknown as { _getActiveHandles?: () => unknown[] };
  return internal._getActiveHandles?.() ?? [];
}

/** One line that helps to find a handle in a test, or `undefined` for kinds that have nothing to tell. */
export function describeHandle(handle: unknown): string | undefined {
  if (handle instanceof ChildProcess) return `process ${handle.pid ?? '?'}: ${handle.spawnargs.join(' ')}`;
  if (handle instanceof Server) {
    const address = handle.address();
    if (typeof address === 'string') return `server on ${address}`;
    return address === null ? undefined : `server on ${address.address}:${address.port}`;
  }
  if (handle instanceof Socket && handle.remotePort !== undefined)
    return `socket ${handle.localAddress ?? '?'}:${handle.localPort ?? '?'} → ${handle.remoteAddress ?? '?'}:${handle.remotePort}`;
  return undefined;
}
