import type { ColumnType } from '../catalog/table-description.ts';
import { decimalScale, encodeDecimal, encodeVariableDecimal } from './encode-decimal.ts';
import {
  encodeDate,
  encodeInterval,
  encodeTimestampUs,
  encodeTimeUs,
  encodeZonedTime,
  encodeZonedTimestamp,
} from './encode-time.ts';
import type { JsonValue } from './json.ts';
import { parseArray, type ArrayElement } from './parse-array.ts';

/** Debezium's `unavailable.value.placeholder`. */
export const unavailableValue = '__debezium_unavailable_value';

/** Text in, JSON out, for one column; knows its type. */
type Encoder = (text: string) => JsonValue;

/** Types whose text is the value. Ranges and multiranges too, by their kind. */
const textTypes = new Set(
  `bpchar char varchar text name citext json jsonb xml uuid inet cidr macaddr macaddr8 ltree tsvector
   int4range int8range numrange tsrange tstzrange daterange isbn isbn13 issn issn13 ismn ismn13 ean13 upc`.split(/\s+/),
);
const integerTypes = new Set(['int2', 'int4', 'int8', 'oid']);
/** Arrays that Debezium does not implement: their value is null. */
const nullArrays = new Set(['money', 'interval', 'varbit', 'xml', 'point', 'name']);

/**
 * PostgreSQL's text of a column as Debezium's JSON value: connector defaults (`decimal.handling.mode=precise`,
 * `time.precision.mode=adaptive`, `binary.handling.mode=bytes`, `interval.handling.mode=numeric`).
 * @returns undefined for types that Debezium leaves out of the row.
 */
export function encodeValue(type: ColumnType, text: string | null | undefined): JsonValue | undefined {
  const encoder = type.kind === 'array' ? arrayEncoder(type) : scalarEncoder(type.base, type.kind, type.modifier);
  if (encoder === undefined) return undefined;
  if (text === undefined) return encodeUnavailable(type);
  return text === null ? null : encoder(text);
}

function scalarEncoder(base: string, kind: string, modifier: number): Encoder | undefined {
  if (kind === 'enum' || textTypes.has(base)) return (text) => text;
  if (integerTypes.has(base)) return (text) => BigInt(text);
  switch (base) {
    case 'bool':
      return (text) => text === 't';
    case 'float4':
    case 'float8':
      return (text) => Number(text);
    case 'numeric': {
      const scale = decimalScale(modifier);
      return scale === undefined ? encodeVariableDecimal : (text) => encodeDecimal(text, scale);
    }
    case 'bytea':
      return (text) => Buffer.from(text.slice(2), 'hex').toString('base64');
    case 'bit':
      return modifier === 1 ? (text) => text === '1' : encodeBits;
    case 'varbit':
      return encodeBits;
    case 'date':
      return encodeDate;
    case 'time':
      return modifier >= 0 && modifier <= 3 ? (text) => encodeTimeUs(text) / 1000n : encodeTimeUs;
    case 'timetz':
      return encodeZonedTime;
    case 'timestamp':
      return modifier >= 0 && modifier <= 3 ? (text) => encodeTimestampUs(text) / 1000n : encodeTimestampUs;
    case 'timestamptz':
      return encodeZonedTimestamp;
    case 'interval':
      return encodeInterval;
    default:
      return undefined;
  }
}

function arrayEncoder(type: ColumnType): Encoder | undefined {
  const { element } = type;
  if (element === null) return undefined;
  if (nullArrays.has(element.base)) return () => null;
  const encoder = scalarEncoder(element.base, element.kind, type.modifier);
  if (encoder === undefined) return undefined;
  const encodeElement = (value: ArrayElement): JsonValue => {
    if (value === null) return null;
    return typeof value === 'string' ? encoder(value) : value.map(encodeElement);
  };
  return (text) => parseArray(text).map(encodeElement);
}

/** Little-endian bytes as Java's BitSet gives them: high bytes without a bit are left out. */
function encodeBits(text: string): string {
  const bytes: number[] = [];
  for (let rest = BigInt(`0b${text === '' ? '0' : text}`); rest > 0n; rest >>= 8n) bytes.push(Number(rest & 0xffn));
  return Buffer.from(bytes).toString('base64');
}

/** An unchanged large value: the placeholder in a form that the column's type can hold. */
function encodeUnavailable(type: ColumnType): JsonValue {
  if (type.kind === 'array') {
    return integerTypes.has(type.element?.base ?? '') ? [...Buffer.from(unavailableValue)] : [unavailableValue];
  }
  return type.base === 'bytea' ? Buffer.from(unavailableValue).toString('base64') : unavailableValue;
}
