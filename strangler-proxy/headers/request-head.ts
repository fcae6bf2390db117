import { connectionTokens, isHopByHop } from './hop-by-hop.ts';

/**
 * A request head, read once. Passes, in this order: refuse what has two readings, note the framing, drop what belongs to
 * the hop or to the proxy, keep the rest in order, case and number.
 */
export type RequestHead =
  | { readonly kind: 'refused'; readonly status: 400 | 417 | 501; readonly reason: string }
  | {
      readonly kind: 'head';
      /** Names and values to forward, flat. Without hop-by-hop, `overgrow-*`, forwarding and underscored names. */
      readonly headers: string[];
      readonly host: string;
      /** Undefined: none given. */
      readonly contentLength: number | undefined;
      readonly chunked: boolean;
      readonly expectsContinue: boolean;
      /** The client announced trailers and sends a chunked body. */
      readonly trailers: boolean;
      readonly acceptsTrailers: boolean;
      readonly requestId: string | undefined;
      readonly forwardedFor: string | undefined;
      readonly forwardedProto: string | undefined;
      readonly forwardedHost: string | undefined;
      readonly via: string | undefined;
      /** What `Via` says of the hop to here: `1.1`, `1.0` or `2.0`. */
      readonly httpVersion: string;
      /** Octets of names and values: what a held request costs. */
      readonly bytes: number;
    };

export interface RawHead {
  readonly method: string;
  /** `1.1`, `1.0` or `2.0`. */
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
}

const noHeaders: ReadonlySet<string> = new Set();

/**
 * Reads and filters. node's parser has already refused bare CR, NUL, obs-fold, a space before the colon, a second or
 * malformed Content-Length and Content-Length with Transfer-Encoding; what it lets pass and another server reads
 * differently is refused here: two Hosts, any coding but `chunked`, Transfer-Encoding from HTTP/1.0 (RFC 9112 §6.1).
 */
export function readRequestHead(request: RawHead): RequestHead {
  const raw = request.rawHeaders;
  const headers: string[] = [];
  let host: string | undefined;
  let contentLength: number | undefined;
  let chunked = false;
  let expectsContinue = false;
  let announcesTrailer = false;
  let acceptsTrailers = false;
  let requestId: string | undefined;
  let forwardedFor: string | undefined;
  let forwardedProto: string | undefined;
  let forwardedHost: string | undefined;
  let via: string | undefined;
  let named: ReadonlySet<string> = noHeaders;
  let bytes = 0;

  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    bytes += name.length + value.length;
    switch (name.length) {
      case 2:
        if (name.toLowerCase() !== 'te') break;
        acceptsTrailers ||= /(?:^|,)\s*trailers\s*(?:$|[,;])/i.test(value);
        continue;
      case 3:
        if (name.toLowerCase() !== 'via') break;
        via = via === undefined ? value : `${via}, ${value}`;
        continue;
      case 4:
        if (name.toLowerCase() !== 'host') break;
        if (host !== undefined) return refuse('there are two Host headers');
        if (!isHost(value)) return refuse('the Host header is not a host');
        host = value;
        headers.push(name, value);
        continue;
      case 6:
        if (name.toLowerCase() !== 'expect') break;
        if (value.toLowerCase() !== '100-continue')
          return { kind: 'refused', status: 417, reason: 'the expectation is not 100-continue' };
        expectsContinue = request.httpVersion !== '1.0';
        continue;
      case 7:
        if (name.toLowerCase() === 'trailer') {
          announcesTrailer = true;
          continue;
        }
        if (name.toLowerCase() === 'upgrade') continue;
        break;
      case 9:
        // RFC 7239. Trusted or not, one family of forwarding headers is spoken to backends: X-Forwarded-*.
        if (name.toLowerCase() === 'forwarded') continue;
        break;
      case 10:
        if (name.toLowerCase() !== 'connection') break;
        named = connectionTokens(value, named);
        continue;
      case 12:
        if (name.toLowerCase() !== 'x-request-id') break;
        if (requestId === undefined && /^[\w.:~+/=-]{1,128}$/.test(value)) requestId = value;
        continue;
      case 14:
        if (name.toLowerCase() !== 'content-length') break;
        if (contentLength !== undefined) return refuse('there are two Content-Length headers');
        if (!/^\d{1,15}$/.test(value)) return refuse('Content-Length is not a number');
        contentLength = Number(value);
        headers.push(name, value);
        continue;
      case 15:
        if (name.toLowerCase() !== 'x-forwarded-for') break;
        forwardedFor = forwardedFor === undefined ? value : `${forwardedFor}, ${value}`;
        continue;
      case 16:
        if (name.toLowerCase() !== 'x-forwarded-host') break;
        forwardedHost ??= value;
        continue;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') {
          if (chunked) return refuse('there are two Transfer-Encoding headers');
          if (value.toLowerCase() !== 'chunked')
            return { kind: 'refused', status: 501, reason: 'the only transfer coding known here is chunked' };
          if (request.httpVersion === '1.0') return refuse('Transfer-Encoding needs version 1.1');
          chunked = true;
          continue;
        }
        if (name.toLowerCase() !== 'x-forwarded-proto') break;
        forwardedProto ??= value;
        continue;
      default:
        break;
    }
    if (isHopByHop(name) || belongsToProxy(name)) continue;
    headers.push(name, value);
  }

  if (host === undefined) return refuse('there is no Host header');
  if (chunked && contentLength !== undefined) return refuse('there are both Content-Length and Transfer-Encoding');
  if (named.has('content-length') || named.has('host') || named.has('transfer-encoding'))
    return refuse('Connection names a header that frames the message');
  return {
    kind: 'head',
    headers: named.size === 0 ? headers : withoutNamed(headers, named),
    host,
    contentLength,
    chunked,
    expectsContinue: expectsContinue && (chunked || (contentLength ?? 0) > 0),
    trailers: announcesTrailer && chunked,
    acceptsTrailers,
    requestId,
    forwardedFor,
    forwardedProto,
    forwardedHost,
    via,
    httpVersion: request.httpVersion,
    bytes,
  };
}

/**
 * Names that only the proxy may say. Underscored names are dropped as well: CGI-like servers read `overgrow_owners` as
 * `overgrow-owners` (NGINX drops them by default for this reason).
 */
function belongsToProxy(name: string): boolean {
  if (name.includes('_')) return true;
  const first = name.charCodeAt(0) | 0x20;
  if (first === 0x6f) return name.length > 9 && name.slice(0, 9).toLowerCase() === 'overgrow-';
  if (first !== 0x78) return false;
  const lower = name.toLowerCase();
  return (
    lower === 'x-real-ip' || lower.startsWith('x-forwarded-') || lower === 'x-original-url' || lower === 'x-rewrite-url'
  );
}

/** RFC 3986 host and optional port: no user, no path, no space. */
function isHost(value: string): boolean {
  return /^(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(value);
}

function withoutNamed(headers: readonly string[], named: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!named.has(name.toLowerCase())) kept.push(name, headers[index + 1] ?? '');
  }
  return kept;
}

function refuse(reason: string): RequestHead {
  return { kind: 'refused', status: 400, reason };
}

/** The first value of that name. `lowerName` in lower case. */
export function headerOf(flat: readonly string[], lowerName: string): string | undefined {
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] ?? '';
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return flat[index + 1];
  }
  return undefined;
}
