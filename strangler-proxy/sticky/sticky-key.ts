/** What keeps a user on one side while weights move. */
export type Sticky =
  | { readonly kind: 'account' }
  | { readonly kind: 'address' }
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'header'; /** Lower case. */ readonly name: string };

/** The proxy's own first-party cookie. Its value is a random key, not a bucket, so that each context has buckets of its own. */
export const bucketCookie = 'overgrow-bucket';

/**
 * The sticky key that a request carries, or undefined when it carries none. `rawHeaders` is node's flat array of names
 * and values. The address is the client's as far as the trust list lets it be known.
 */
export function readStickyKey(sticky: Sticky, rawHeaders: readonly string[], address: string): string | undefined {
  switch (sticky.kind) {
    case 'address':
      return address;
    case 'header':
      return headerValue(rawHeaders, sticky.name);
    case 'account':
      return accountKey(cookieValue(rawHeaders, bucketCookie));
    case 'cookie':
      return cookieValue(rawHeaders, sticky.name);
  }
}

/** A key that the proxy made: 16 to 64 lower-case hexadecimal digits. Anything else counts as absent and is replaced. */
function accountKey(value: string | undefined): string | undefined {
  return value !== undefined && /^[0-9a-f]{16,64}$/.test(value) ? value : undefined;
}

function headerValue(rawHeaders: readonly string[], lowerName: string): string | undefined {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return rawHeaders[index + 1] || undefined;
  }
  return undefined;
}

/** The first cookie of that name (RFC 6265 §5.4 sends the most specific first). Empty counts as absent. */
export function cookieValue(rawHeaders: readonly string[], name: string): string | undefined {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? '';
    if (header.length !== 6 || header.toLowerCase() !== 'cookie') continue;
    const text = rawHeaders[index + 1] ?? '';
    let start = 0;
    while (start < text.length) {
      let end = text.indexOf(';', start);
      if (end === -1) end = text.length;
      while (text.charCodeAt(start) === 0x20) start++;
      if (text.startsWith(name, start) && text.charCodeAt(start + name.length) === 0x3d) {
        const value = text.slice(start + name.length + 1, end).trim();
        if (value !== '') return value;
      }
      start = end + 1;
    }
  }
  return undefined;
}

/** `Set-Cookie` for a user that has no key yet. One year; not readable by scripts; `Secure` where the client came by https. */
export function renderBucketCookie(key: string, secure: boolean): string {
  return `${bucketCookie}=${key}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
