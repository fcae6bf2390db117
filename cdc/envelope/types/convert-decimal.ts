import { named, struct } from '../connect-schema.ts';
import { floatJson, quoteJson } from '../json-text.ts';
import type { TypeModes, ValueConverter } from './column-type.ts';
import { encodeInteger } from './encode-integer.ts';

const variableSchema = struct(
  { scale: { type: 'int32' }, value: { type: 'bytes' } },
  { name: 'io.debezium.data.VariableScaleDecimal', version: 1, doc: 'Variable scaled decimal' },
);

/** Precision and scale of `numeric(p,s)`. Debezium reads a negative scale as a positive one of eleven bits, as it is stored. */
export function decimalShape(modifier: number): { readonly precision: number; readonly scale: number } | undefined {
  if (modifier < 4) return undefined;
  return { precision: ((modifier - 4) >>> 16) & 0xffff, scale: (modifier - 4) & 0xffff };
}

/** `numeric` in the three modes of `decimal.handling.mode`. NaN and infinities have no place in `precise`: null. */
export function convertDecimal(modifier: number, modes: TypeModes): ValueConverter {
  const shape = decimalShape(modifier);
  if (modes.decimal === 'double') {
    const encode = (text: string) => floatJson(Number.isFinite(Number(text)) ? text : String(Number(text)));
    return { schema: { type: 'double' }, encode, fallback: '0.0', unavailable: 'null' };
  }
  if (modes.decimal === 'string') {
    const scale = shape?.scale;
    const unavailable = JSON.stringify(modes.placeholder);
    const encode = (text: string) => quoteJson(specialNames[text] ?? withScale(text, scale));
    return { schema: { type: 'string' }, encode, fallback: quoteJson(withScale('0', scale)), unavailable };
  }
  if (shape === undefined) {
    const fallback = '{"scale":0,"value":"AA=="}';
    return { schema: variableSchema, encode: encodeVariable, fallback, unavailable: 'null' };
  }
  const { precision, scale } = shape;
  return {
    schema: named('bytes', 'org.apache.kafka.connect.data.Decimal', {
      parameters: { scale: String(scale), 'connect.decimal.precision': String(precision) },
    }),
    encode: (text) => encodeScaled(text, scale),
    fallback: '"AA=="',
    unavailable: 'null',
  };
}

const specialNames: Readonly<Record<string, string>> = {
  NaN: 'NAN',
  Infinity: 'POSITIVE_INFINITY',
  '-Infinity': 'NEGATIVE_INFINITY',
};

function withScale(text: string, scale: number | undefined): string {
  if (scale === undefined) return text;
  const point = text.indexOf('.');
  const digits = point < 0 ? 0 : text.length - point - 1;
  if (digits >= scale) return text;
  return `${text}${point < 0 ? '.' : ''}${'0'.repeat(scale - digits)}`;
}

/** Connect's Decimal: the unscaled value at the column's scale, which PostgreSQL prints in full unless it is negative. */
export function encodeScaled(text: string, scale: number): string {
  const last = text.charCodeAt(text.length - 1);
  if (last < 48 || last > 57) return 'null';
  const point = text.indexOf('.');
  const digits = point < 0 ? 0 : text.length - point - 1;
  const unscaled = point < 0 ? text : text.slice(0, point) + text.slice(point + 1);
  if (digits === scale) return encodeInteger(unscaled);
  return encodeInteger(digits < scale ? unscaled + '0'.repeat(scale - digits) : unscaled.slice(0, scale - digits));
}

/** VariableScaleDecimal of the value without trailing zeros behind the point, as Debezium strips them since 3.0. */
export function encodeVariable(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  if (last < 48 || last > 57) return 'null';
  const point = text.indexOf('.');
  if (point < 0) return `{"scale":0,"value":${encodeInteger(text)}}`;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  const scale = end - point - 1;
  return `{"scale":${scale},"value":${encodeInteger(text.slice(0, point) + text.slice(point + 1, end))}}`;
}
