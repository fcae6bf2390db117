import { createHash } from 'node:crypto';
import { quoteJson } from './json-text.ts';
import type { EventColumn, ValueConverter } from './types/column-type.ts';

/** What one property such as `column.mask.with.12.chars` asks of the columns that its patterns name. */
export type ColumnRule = { readonly matches: NamePattern } & (
  | { readonly kind: 'mask'; readonly characters: number }
  | { readonly kind: 'truncate'; readonly characters: number }
  | { readonly kind: 'hash'; readonly algorithm: string; readonly salt: string; readonly version: 1 | 2 }
);

export type NamePattern = (name: string) => boolean;

/** A comma-separated list of regular expressions, each for the whole name, whatever its case; `\,` is a comma. */
export function parsePatterns(list: string): NamePattern {
  const patterns = list
    .split(/(?<!\\),/)
    .map((pattern) => pattern.trim().replaceAll('\\,', ','))
    .filter((pattern) => pattern !== '')
    .map((pattern) => new RegExp(`^(?:${pattern})$`, 'i'));
  return (name) => patterns.some((pattern) => pattern.test(name));
}

/** Types whose values are characters for Debezium: only they are masked, others keep their value. */
const characterTypes = new Set(['bpchar', 'char', 'varchar', 'text', 'name']);
const isCharacters = ({ type }: EventColumn) => type.kind === 'enum' || characterTypes.has(type.name);

/** The length that a truncation is compared with: of `varchar(n)` n, of types without one the largest there is. */
const lengthOf = ({ modifier, type }: EventColumn) =>
  modifier > 4 && ['varchar', 'bpchar'].includes(type.name) ? modifier - 4 : 2_147_483_647;

/** A column's converter under a rule. The schema tells consumers that the value is not the original one. */
export function applyRule(column: EventColumn, converter: ValueConverter, rule: ColumnRule): ValueConverter {
  switch (rule.kind) {
    case 'mask': {
      const schema = withParameter(converter, 'masked', 'true');
      if (!isCharacters(column)) return { ...converter, schema };
      const mask = JSON.stringify('*'.repeat(rule.characters));
      return { schema, encode: () => mask, fallback: mask, unavailable: mask, ofNull: mask };
    }
    case 'hash': {
      const schema = withParameter(converter, 'masked', 'true');
      if (!isCharacters(column)) return { ...converter, schema };
      const hash = (json: string) => quoteJson(hashText(JSON.parse(json) as string, rule).slice(0, lengthOf(column)));
      const encode = (text: string) => hash(converter.encode(text));
      return { schema, encode, fallback: hash(converter.fallback), unavailable: hash(converter.unavailable) };
    }
    case 'truncate': {
      if (lengthOf(column) <= rule.characters) return converter;
      const cut = (json: string) => truncateJson(json, rule.characters, converter.schema.type === 'bytes');
      const schema = withParameter(converter, 'truncateLength', String(rule.characters));
      const { encode, fallback, unavailable } = converter;
      return { schema, encode: (text) => cut(encode(text)), fallback: cut(fallback), unavailable: cut(unavailable) };
    }
  }
}

const withParameter = ({ schema }: ValueConverter, name: string, value: string) => ({
  ...schema,
  parameters: { ...schema.parameters, [name]: value },
});

/** Bytes stand as base64 in the JSON text, so they are cut as bytes. Numbers and structures stay. */
function truncateJson(json: string, characters: number, bytes: boolean): string {
  if (!json.startsWith('"') || json.length - 2 <= characters) return json;
  const text = JSON.parse(json) as string;
  if (!bytes) return text.length <= characters ? json : JSON.stringify(text.slice(0, characters));
  return JSON.stringify(Buffer.from(text, 'base64').subarray(0, characters).toString('base64'));
}

/** Salt and value digested, in hexadecimal. Version 1 digests the value as Java serialises a string. */
function hashText(text: string, rule: Extract<ColumnRule, { kind: 'hash' }>): string {
  const digest = createHash(rule.algorithm.replace('-', '').toLowerCase()).update(rule.salt);
  return digest.update(rule.version === 2 ? Buffer.from(text) : javaSerialized(text)).digest('hex');
}

/** Java Object Serialization of a String (Java Object Serialization Specification, 6.4.2), modified UTF-8. */
function javaSerialized(text: string): Buffer {
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 1 && unit <= 0x7f) bytes.push(unit);
    else if (unit <= 0x7ff) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  const long = bytes.length > 0xffff;
  const head = Buffer.alloc(long ? 13 : 7);
  head.writeUInt32BE(0xaced0005, 0);
  head.writeUInt8(long ? 0x7c : 0x74, 4);
  if (long) head.writeBigUInt64BE(BigInt(bytes.length), 5);
  else head.writeUInt16BE(bytes.length, 5);
  return Buffer.concat([head, Buffer.from(bytes)]);
}
