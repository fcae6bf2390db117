import { splitPort, type ClientView } from '../filters/client-view.ts';

/** What a backend calls itself, and what the client calls it. */
export interface PublicNames {
  readonly client: ClientView;
  /** `host:port` of the backend as its answers may write it, lower case; port always given. */
  readonly backendAuthorities: readonly string[];
  /** A path of the backend and the client's word for it. `whole`: that path alone, else all below it. Undefined: the same. */
  readonly path: { readonly backend: string; readonly client: string; readonly whole: boolean } | undefined;
}

/** Maps a URL reference of a backend to the client's. What does not name the backend, or is relative, stays. */
export function mapReference(reference: string, names: PublicNames): string {
  if (reference.startsWith('/') && !reference.startsWith('//')) return mapPath(reference, names);
  const [whole, scheme, authority = ''] = /^(?:(https?):)?\/\/([^/?#]*)/i.exec(reference) ?? [];
  if (whole === undefined || !namesBackend(authority, scheme, names)) return reference;
  const origin = `${scheme === undefined ? '' : `${names.client.scheme}:`}//${names.client.host}`;
  return origin + mapPath(reference.slice(whole.length), names);
}

/** Whether an authority is the backend's. Without a scheme (`//host/x`) either default port is meant. */
export function namesBackend(authority: string, scheme: string | undefined, names: PublicNames): boolean {
  const lower = authority.toLowerCase();
  if (/:\d+$/.test(lower)) return names.backendAuthorities.includes(lower);
  const ports = scheme === undefined ? ['80', '443'] : [scheme.toLowerCase() === 'https' ? '443' : '80'];
  return ports.some((port) => names.backendAuthorities.includes(`${lower}:${port}`));
}

/** A path with what follows it (query, fragment). */
export function mapPath(reference: string, { path }: PublicNames): string {
  if (path === undefined) return reference;
  const end = /[?#]/.exec(reference)?.index ?? reference.length;
  const [place, rest] = [reference.slice(0, end), reference.slice(end)];
  if (place === path.backend) return `${path.client === '' ? '/' : path.client}${rest}`;
  if (path.whole || !place.startsWith(`${path.backend}/`)) return reference;
  return `${path.client}${place.slice(path.backend.length)}${rest}`;
}

/** `host:port` in both forms that an answer may have, of a backend's origin and of the Host it was given. */
export function authoritiesOf(origin: string, rewriteHost: string | undefined): readonly string[] {
  const { protocol, host } = new URL(origin);
  const port = protocol === 'https:' ? '443' : '80';
  const withPort = splitPort(host).port === '' ? `${host}:${port}` : host;
  return rewriteHost === undefined ? [withPort] : [withPort, `${rewriteHost}:80`, `${rewriteHost}:443`];
}
