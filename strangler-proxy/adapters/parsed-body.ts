import type { IncomingMessage } from 'node:http';

/**
 * The body that a parser (express.json, urlencoded, raw, text, or their like) has read, in octets again; undefined where the stream is
 * still unread, `lost` where it was read and cannot be written again (multipart). The octets may differ from the client's in white space and order, so a signature over them would not hold.
 */
export function parsedBody(request: IncomingMessage & { readonly body?: unknown }): Buffer | 'lost' | undefined {
  const { body } = request;
  if (!request.readableDidRead) return undefined;
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') return Buffer.from(encodeForm(body));
  const isJson = type === 'application/json' || type?.endsWith('+json') === true;
  return isJson && body !== undefined ? Buffer.from(JSON.stringify(body)) : 'lost';
}

/** Nested values in brackets, as `qs` reads them: `a[b]=1`, `a[]=1`. */
function encodeForm(body: unknown): string {
  const pairs: string[] = [];
  const add = (name: string, value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) add(`${name}[]`, each);
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) add(name === '' ? key : `${name}[${key}]`, each);
    else pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  };
  add('', body);
  return pairs.join('&');
}
