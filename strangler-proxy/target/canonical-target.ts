/**
 * The one form of a request target that is matched *and* forwarded. Two readers of one path are how filters are passed
 * by (`/x/../admin`, `/x/%2e%2e/admin`, `//host/x`), so what has more than one reading is refused, not repaired.
 */
export type CanonicalTarget =
  | { readonly kind: 'target'; /** Path and query as forwarded. */ readonly full: string; readonly path: string }
  | { readonly kind: 'refused'; readonly reason: string };

const slash = 0x2f;
const question = 0x3f;
const percent = 0x25;
const dot = 0x2e;
const semicolon = 0x3b;

/** 1: allowed in a path as it stands. RFC 3986 §3.3 `pchar`, plus `/` and the bracket and brace forms browsers send raw. */
const pathCharacters = characterTable(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/[]{}|^",
);
/** 1: needs no percent-encoding anywhere (RFC 3986 §2.3). */
const unreserved = characterTable('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~');

function characterTable(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let index = 0; index < characters.length; index++) table[characters.charCodeAt(index)] = 1;
  return table;
}

/**
 * Reads the target of a request line. Refused: absolute-form, authority-form and asterisk-form (RFC 9112 §3.2.2–3.2.4: the proxy is the origin to
 * its clients), empty segments, dot segments (plain, encoded, or before a `;`), an encoded `/`, `\` or NUL, a broken percent
 * sequence in the path, a fragment, and octets outside visible ASCII. Encoded unreserved characters are decoded
 * (RFC 3986 §6.2.2.2), so `/%70roducts` and `/products` are one path. The query is forwarded byte for byte.
 */
export function parseTarget(raw: string): CanonicalTarget {
  if (raw.charCodeAt(0) !== slash) return refused('the target is not in origin-form');
  let end = raw.length;
  let plain = true;
  for (let index = 0; index < raw.length; index++) {
    const code = raw.charCodeAt(index);
    if (code === question) {
      end = index;
      break;
    }
    if (code === percent) plain = false;
    else if (code > 255 || pathCharacters[code] === 0)
      return refused('the path has a character that must be percent-encoded');
  }
  for (let index = end; index < raw.length; index++) {
    const code = raw.charCodeAt(index);
    if (code <= 0x20 || code >= 0x7f || code === 0x23)
      return refused('the query has an octet that must be percent-encoded');
  }
  if (!plain) {
    const decoded = decodeUnreserved(raw.slice(0, end));
    if (decoded.kind === 'refused') return decoded;
    const fault = segmentFault(decoded.path, decoded.path.length);
    if (fault !== undefined) return refused(fault);
    return { kind: 'target', full: decoded.path + raw.slice(end), path: decoded.path };
  }
  const fault = segmentFault(raw, end);
  if (fault !== undefined) return refused(fault);
  return { kind: 'target', full: raw, path: end === raw.length ? raw : raw.slice(0, end) };
}

/** Why a path has more than one reading, or undefined. One pass, no allocation. */
function segmentFault(path: string, end: number): string | undefined {
  let start = 1;
  for (let index = 1; index <= end; index++) {
    if (index < end && path.charCodeAt(index) !== slash) continue;
    const length = index - start;
    if (length === 0 && index < end) return 'the path has an empty segment';
    if (length > 0 && path.charCodeAt(start) === dot && isDotSegment(path, start, index))
      return 'the path has a dot segment';
    start = index + 1;
  }
  return undefined;
}

/** `.`, `..`, and both followed by `;` parameters, which Java servers cut off before they resolve dots. */
function isDotSegment(path: string, start: number, end: number): boolean {
  let dots = 0;
  while (start + dots < end && path.charCodeAt(start + dots) === dot) dots++;
  if (dots > 2) return false;
  return start + dots === end || path.charCodeAt(start + dots) === semicolon;
}

function decodeUnreserved(path: string): { kind: 'path'; path: string } | { kind: 'refused'; reason: string } {
  let out = '';
  let copied = 0;
  for (let index = path.indexOf('%'); index !== -1; index = path.indexOf('%', index + 3)) {
    const code = hexPair(path, index + 1);
    if (code === -1) return refused('the path has a broken percent sequence');
    if (code === slash || code === 0x5c) return refused('the path has an encoded slash or backslash');
    if (code < 0x20 || code === 0x7f) return refused('the path has an encoded control character');
    if (unreserved[code] === 0) continue;
    out += path.slice(copied, index) + String.fromCharCode(code);
    copied = index + 3;
  }
  return { kind: 'path', path: copied === 0 ? path : out + path.slice(copied) };
}

function hexPair(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high === -1 || low === -1 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x41 + 10;
  if (code >= 0x61 && code <= 0x66) return code - 0x61 + 10;
  return -1;
}

function refused(reason: string): { kind: 'refused'; reason: string } {
  return { kind: 'refused', reason };
}
