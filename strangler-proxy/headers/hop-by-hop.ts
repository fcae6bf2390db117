/**
 * Headers of one hop (RFC 9110 §7.6.1, and what older software still sends), either way. `Proxy-Authorization` is in the
 * list since the proxy never authenticates on behalf of a client: it must not reach a backend.
 */
export function isHopByHop(name: string): boolean {
  switch (name.length) {
    case 2:
      return name.toLowerCase() === 'te';
    case 7:
      return name.toLowerCase() === 'upgrade' || name.toLowerCase() === 'trailer';
    case 10:
      return name.toLowerCase() === 'connection' || name.toLowerCase() === 'keep-alive';
    case 14:
      return name.toLowerCase() === 'http2-settings';
    case 16:
      return name.toLowerCase() === 'proxy-connection';
    case 17:
      return name.toLowerCase() === 'transfer-encoding';
    case 18:
      return name.toLowerCase() === 'proxy-authenticate';
    case 19:
      return name.toLowerCase() === 'proxy-authorization';
    case 25:
      return name.toLowerCase() === 'proxy-authentication-info';
    default:
      return false;
  }
}

/** The header names in a `Connection` value, lower case, added to `known`. `close` and `keep-alive` name no header. */
export function connectionTokens(value: string, known: ReadonlySet<string>): ReadonlySet<string> {
  if (value === 'keep-alive' || value === 'close' || value === 'Keep-Alive') return known;
  const tokens = new Set(known);
  for (const part of value.split(',')) {
    const token = part.trim().toLowerCase();
    if (token !== '' && token !== 'keep-alive' && token !== 'close' && token !== 'upgrade') tokens.add(token);
  }
  return tokens;
}
