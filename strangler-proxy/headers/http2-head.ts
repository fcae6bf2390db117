/**
 * An HTTP/2 head in HTTP/1.1's words, so that one reading refuses, drops and keeps for both versions. Translation is where
 * requests are split, so what HTTP/1.1 could not say, or would say twice, is refused here.
 */
export type Http2Head =
  | { readonly kind: 'refused'; readonly status: 400 | 501; readonly reason: string }
  | {
      readonly kind: 'head';
      readonly method: string;
      readonly target: string;
      /** Of an extended CONNECT (RFC 8441). */
      readonly protocol: string | undefined;
      /** Flat. `host` first; `cookie` once; `transfer-encoding: chunked` where a body of unknown length follows. */
      readonly rawHeaders: readonly string[];
    };

/**
 * `raw` is node's flat array. nghttp2 has refused upper case, connection headers, pseudo-headers that are unknown, twice or
 * late, and a content-length that is not the body's (RFC 9113 §8.1.1, §8.2, §8.3).
 */
export function readHttp2Head(raw: readonly string[], hasBody: boolean): Http2Head {
  const pseudo = new Map<string, string>();
  const fields: string[] = [];
  let host: string | undefined;
  let cookieAt = -1;
  let sized = false;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    if (name.charCodeAt(0) === 0x3a) {
      if (pseudo.has(name)) return refuse(`there are two ${name}`);
      pseudo.set(name, value);
      continue;
    }
    // Octets that end a line or a name in HTTP/1.1.
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return refuse('a header name has a character that no name has');
    if (hasControl(value)) return refuse('a header value has a control octet');
    if (connectionHeaders.has(name)) return refuse(`${name} is not a header of HTTP/2`);
    if (name === 'host') {
      if (host !== undefined) return refuse('there are two Host headers');
      host = value;
      continue;
    }
    if (name === 'cookie') {
      // Crumbs are one header in HTTP/1.1 (RFC 9113 §8.2.3).
      if (cookieAt !== -1) {
        fields[cookieAt] = `${fields[cookieAt] ?? ''}; ${value}`;
        continue;
      }
      cookieAt = fields.length + 1;
    }
    sized ||= name === 'content-length';
    fields.push(name, value);
  }
  const method = pseudo.get(':method') ?? '';
  const authority = pseudo.get(':authority');
  const scheme = pseudo.get(':scheme');
  const protocol = pseudo.get(':protocol');
  if (method === 'CONNECT' && protocol === undefined)
    return { kind: 'refused', status: 501, reason: 'CONNECT is not served' };
  if (protocol !== undefined && method !== 'CONNECT') return refuse(':protocol is given without CONNECT');
  if (scheme !== 'http' && scheme !== 'https') return refuse('the scheme is neither http nor https');
  if (authority !== undefined && host !== undefined && authority !== host) return refuse(':authority and Host differ');
  const named = authority ?? host;
  if (named === undefined) return refuse('there is neither :authority nor Host');
  if (hasControl(named)) return refuse(':authority has a control octet');
  const rawHeaders = ['host', named, ...fields];
  if (hasBody && !sized && protocol === undefined) rawHeaders.push('transfer-encoding', 'chunked');
  return { kind: 'head', method, target: pseudo.get(':path') ?? '', protocol, rawHeaders };
}

const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
  }
  return false;
}

function refuse(reason: string): Http2Head {
  return { kind: 'refused', status: 400, reason };
}

/**
 * Flat HTTP/1.1 headers as HTTP/2 fields: lower case, without those of the connection, duplicates as lists. Order among
 * different names is kept.
 */
export function toHttp2Fields(flat: readonly string[]): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = (flat[index] ?? '').toLowerCase();
    if (connectionHeaders.has(name)) continue;
    const value = flat[index + 1] ?? '';
    const known = fields[name];
    if (known === undefined) fields[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else fields[name] = [known, value];
  }
  return fields;
}
