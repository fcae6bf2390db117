import { createHash, timingSafeEqual } from 'node:crypto';

export interface AdminCaller {
  readonly authorization: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/** Whether the bearer token is the right one. Constant time in the token, whatever its length. */
export function holdsToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(sha256(given), sha256(token));
}

/**
 * Whether the request was meant for this server: its Host is one of ours, and a browser's Origin is the same. Else a page of
 * another site, or a name that was re-bound to this address, is speaking (DNS rebinding).
 */
export function speaksToUs(caller: AdminCaller, port: number, hosts: readonly string[]): boolean {
  const names = hosts.map((host) => (host.includes(':') ? `[${host}]` : host.toLowerCase()));
  const known = new Set(names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
  if (!known.has(caller.host?.toLowerCase() ?? '')) return false;
  return (
    caller.origin === undefined ||
    (caller.origin.startsWith('http://') && known.has(caller.origin.slice(7).toLowerCase()))
  );
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
