import { connectionTokens, isHopByHop } from './hop-by-hop.ts';

/** A response head as it goes to the client. */
export type ResponseHead =
  | { readonly kind: 'invalid'; readonly reason: string }
  | {
      readonly kind: 'head';
      readonly headers: string[];
      /** Body octets of the client's answer, where they are known. */
      readonly length: number | undefined;
      /** The backend speaks the after-answer protocol: the message goes on after `length` octets. */
      readonly after: boolean;
    };

const none: ReadonlySet<string> = new Set();

/**
 * Reads and filters a final response head. `raw` is flat, as received. Refused: a status outside 200…599, two different
 * lengths, a length with Transfer-Encoding, a coding other than chunked: an answer that two readers end at different places must not
 * reach a client whose connection is used again (RFC 9112 §6.3).
 * `overgrow-answer-length: N` (docs/reference/after-protocol.md) is believed with chunked only, and never forwarded.
 */
export function readResponseHead(status: number, raw: readonly string[], method: string): ResponseHead {
  if (!(status >= 200 && status <= 599)) return { kind: 'invalid', reason: 'the status is not one of 200 to 599' };
  const headers: string[] = [];
  let length: number | undefined;
  let answerLength: number | undefined;
  let chunked = false;
  let named: ReadonlySet<string> = none;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = withoutEdgeSpace(raw[index + 1] ?? '');
    switch (name.length) {
      case 10:
        if (name.toLowerCase() !== 'connection') break;
        named = connectionTokens(value, named);
        continue;
      case 14: {
        if (name.toLowerCase() !== 'content-length') break;
        if (!/^\d{1,15}$/.test(value)) return { kind: 'invalid', reason: 'Content-Length is not a number' };
        if (length !== undefined) return { kind: 'invalid', reason: 'there are two Content-Length headers' };
        length = Number(value);
        if (status !== 204) headers.push(name, value);
        continue;
      }
      case 17:
        if (name.toLowerCase() !== 'transfer-encoding') break;
        if (chunked || value.toLowerCase() !== 'chunked')
          return { kind: 'invalid', reason: 'the transfer coding is not chunked' };
        chunked = true;
        continue;
      case 22:
        if (name.toLowerCase() !== 'overgrow-answer-length') break;
        answerLength = /^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : undefined;
        continue;
      default:
        break;
    }
    if (isHopByHop(name)) continue;
    headers.push(name, value);
  }
  if (chunked && length !== undefined)
    return { kind: 'invalid', reason: 'there are both Content-Length and Transfer-Encoding' };
  const kept = named.size === 0 ? headers : withoutNamed(headers, named);
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  if (answerLength !== undefined && chunked && !bodiless) {
    kept.push('content-length', String(answerLength));
    return { kind: 'head', headers: kept, length: answerLength, after: true };
  }
  return { kind: 'head', headers: kept, length: bodiless ? 0 : length, after: false };
}

/** White space around a value is no part of it (RFC 9110 §5.5). undici keeps what stands behind. */
function withoutEdgeSpace(value: string): string {
  const last = value.charCodeAt(value.length - 1);
  return last === 0x20 || last === 0x09 ? value.replace(/[ \t]+$/, '') : value;
}

function withoutNamed(headers: readonly string[], named: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'content-length' || !named.has(lower)) kept.push(name, headers[index + 1] ?? '');
  }
  return kept;
}

/** Trailers that may reach a client: not what frames, routes or authenticates (RFC 9110 §6.5.1). Flat. */
export function readTrailers(raw: readonly string[]): [string, string][] {
  const kept: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    if (isHopByHop(name) || forbiddenTrailers.has(lower) || lower.startsWith('overgrow-') || name.includes('_'))
      continue;
    kept.push([name, raw[index + 1] ?? '']);
  }
  return kept;
}

const forbiddenTrailers = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'max-forwards',
  'set-cookie',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/** What of a backend's answer to an upgrade may reach the client. Flat. */
export function readUpgradeAnswer(raw: readonly string[]): string[] {
  let named: ReadonlySet<string> = none;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === 'connection') named = connectionTokens(raw[index + 1] ?? '', named);
  }
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    if (isHopByHop(name) || named.has(lower) || lower.startsWith('overgrow-')) continue;
    if (lower === 'content-length' || lower === 'sec-websocket-accept') continue;
    headers.push(name, raw[index + 1] ?? '');
  }
  return headers;
}
