import { named } from '../connect-schema.ts';
import { quoteJson } from '../json-text.ts';
import type { TypeModes, ValueConverter } from './column-type.ts';
import { inHashMapOrder } from './java-order.ts';

/** hstore: text that is JSON, or a map, by `hstore.handling.mode`. */
export function convertHstore(modes: TypeModes): ValueConverter {
  const unavailable = render(new Map([[modes.placeholder, modes.placeholder]]));
  if (modes.hstore === 'json') {
    return {
      schema: named('string', 'io.debezium.data.Json'),
      encode: (text) => JSON.stringify(render(parseHstore(text))),
      fallback: '"{}"',
      unavailable: JSON.stringify(unavailable),
    };
  }
  return {
    schema: { type: 'map', keys: { type: 'string' }, values: { type: 'string', optional: true } },
    encode: (text) => render(parseHstore(text)),
    fallback: '{}',
    unavailable,
  };
}

const render = (entries: ReadonlyMap<string, string | null>) =>
  `{${inHashMapOrder(entries)
    .map(([key, value]) => `${quoteJson(key)}:${value === null ? 'null' : quoteJson(value)}`)
    .join(',')}}`;

/** `"key"=>"value", "other"=>NULL`, with backslash escapes inside the quotes. */
export function parseHstore(text: string): Map<string, string | null> {
  const entries = new Map<string, string | null>();
  for (const [, key = '', value] of text.matchAll(/"((?:[^"\\]|\\[^])*)"=>(?:"((?:[^"\\]|\\[^])*)"|NULL)/g)) {
    entries.set(unescape(key), value === undefined ? null : unescape(value));
  }
  return entries;
}

const unescape = (text: string) => (text.includes('\\') ? text.replaceAll(/\\([^])/g, '$1') : text);
