/** How a client sees this place: what it wrote before the path. */
export interface ClientView {
  readonly scheme: 'http' | 'https';
  /** With its port, where the client gave one. */
  readonly host: string;
}

/** What is known of how a request came. */
export interface Arrival {
  readonly host: string;
  readonly forwardedHost: string | undefined;
  readonly forwardedProto: string | undefined;
  /** The peer's `X-Forwarded-*` are believed. */
  readonly trusted: boolean;
  /** The client's own connection is encrypted. */
  readonly secure: boolean;
}

/** From a trusted peer, what it says; else what the request itself says. */
export function clientViewOf({ host, forwardedHost, forwardedProto, trusted, secure }: Arrival): ClientView {
  const said = trusted ? forwardedHost?.split(',')[0]?.trim() : undefined;
  const scheme = (trusted && forwardedProto !== undefined ? forwardedProto === 'https' : secure) ? 'https' : 'http';
  return { scheme, host: said !== undefined && /^[\w.~:[\]-]+$/.test(said) ? said : host };
}

/** `shop.example.com` and `:8443`, or an empty port. */
export function splitPort(host: string): { readonly name: string; readonly port: string } {
  const port = /:\d*$/.exec(host)?.[0] ?? '';
  return { name: host.slice(0, host.length - port.length), port };
}
