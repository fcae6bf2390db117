import { createHash } from 'node:crypto';
import { optional, type ConnectSchema } from '../connect-schema.ts';
import { parseArray } from '../parse-array.ts';
import type { EventType, TypeModes, ValueConverter } from './column-type.ts';
import { unavailableBytes } from './convert-bytes.ts';

/**
 * An array of one dimension; of more, Debezium's driver gives arrays that its element converters do not take, so each row is
 * null. Elements of types that Debezium does not list are required: an array with a null is null as a whole.
 */
export function convertArray(element: EventType, converter: ValueConverter, modes: TypeModes): ValueConverter {
  const required = element.kind === 'enum' || !listedElements.has(element.name);
  const encode = elementEncoder(element, converter);
  return {
    schema: { type: 'array', items: required ? converter.schema : optional(converter.schema) },
    encode: (text) => {
      const elements: string[] = [];
      for (const value of parseArray(text)) {
        const json = typeof value === 'string' ? encode(value) : 'null';
        if (json === 'null' && required) return 'null';
        elements.push(json);
      }
      return `[${elements.join(',')}]`;
    },
    fallback: '[]',
    unavailable: unavailableArray(element, modes),
  };
}

const listedElements = new Set(
  `bool int2 int4 int8 oid float4 float8 numeric char varchar text bpchar citext bytea uuid json jsonb hstore ltree date time
   timetz timestamp timestamptz inet cidr macaddr macaddr8 int4range int8range numrange daterange tsrange tstzrange`.split(
    /\s+/,
  ),
);

/** The driver reads times of arrays into types of Java that hold less: milliseconds, and seconds beside a zone. */
function elementEncoder(element: EventType, { encode }: ValueConverter): (text: string) => string {
  if (element.name === 'time') {
    return (text) => encode(text.startsWith('24') ? '00:00:00' : text.replace(/(\.\d{3})\d+/, '$1'));
  }
  if (element.name === 'timetz') return (text) => encode(text.replace(/\.\d+/, ''));
  return encode;
}

const textNames = new Set(['text', 'varchar', 'bpchar', 'json', 'jsonb']);

/** The placeholder in a form that the element type holds; null where Debezium has none. */
function unavailableArray(element: EventType, modes: TypeModes): string {
  const { placeholder, time } = modes;
  const numbers = () => JSON.stringify([...Buffer.from(placeholder)]);
  if (textNames.has(element.name)) return JSON.stringify([placeholder]);
  if (element.name === 'int4' || element.name === 'int8') return numbers();
  if (element.name === 'date') return time === 'isostring' || time === 'connect' ? 'null' : numbers();
  if (element.name === 'uuid') return `["${nameUuid(placeholder)}"]`;
  if (element.name === 'bytea' && modes.binary === 'bytes') return `[${unavailableBytes(modes)}]`;
  return 'null';
}

/** Java's `UUID.nameUUIDFromBytes`: version 3 without a namespace. */
function nameUuid(name: string): string {
  const hash = createHash('md5').update(name).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x30, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/** `bit[]`: Debezium declares it as the bits of one value and then cannot fill it, so it is always null. */
export const brokenBitArray = (schema: ConnectSchema): ValueConverter => ({
  schema,
  encode: () => 'null',
  fallback: 'null',
  unavailable: 'null',
});
