/** A JSON text that every reader reads alike, or why there is none. */
export type JsonReading =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'fault'; readonly reason: string };

const fault = (reason: string): JsonReading => ({ kind: 'fault', reason });

/** Refused: what is not UTF-8 or not JSON, and an object with a key twice, of which readers take the first or the last. */
export function readJson(body: Buffer): JsonReading {
  const text = decodeUtf8(body);
  if (text === undefined) return fault('the body is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fault('the body is not JSON');
  }
  return hasRepeatedKey(text) ? fault('a key stands twice') : { kind: 'value', value };
}

/** Undefined: the octets are not UTF-8. */
export function decodeUtf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of a text that is JSON. A string is a key where an object waits for one: after `{`, and after `,` directly inside it. */
function hasRepeatedKey(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  let awaitsKey = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') {
      const start = index;
      for (index++; text[index] !== '"'; index++) if (text[index] === '\\') index++;
      const keys = open.at(-1);
      if (!awaitsKey || keys === undefined) continue;
      const key = JSON.parse(text.slice(start, index + 1)) as string;
      if (keys.has(key)) return true;
      keys.add(key);
      awaitsKey = false;
    } else if (character === '{') {
      open.push(new Set());
      awaitsKey = true;
    } else if (character === '[') {
      open.push(undefined);
      awaitsKey = false;
    } else if (character === '}' || character === ']') {
      open.pop();
      awaitsKey = false;
    } else if (character === ',') awaitsKey = open.at(-1) !== undefined;
  }
  return false;
}
