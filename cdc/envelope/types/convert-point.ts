import { named, struct } from '../connect-schema.ts';
import { floatJson } from '../json-text.ts';
import type { ValueConverter } from './column-type.ts';
import { javaDouble } from './java-order.ts';

const schema = struct(
  {
    x: { type: 'double' },
    y: { type: 'double' },
    wkb: { type: 'bytes', optional: true },
    srid: { type: 'int32', optional: true },
  },
  { name: 'io.debezium.data.geometry.Point', version: 1, doc: 'Geometry (POINT)' },
);

/** `(x,y)` as Debezium's Point, with its well-known binary in little-endian. */
export const convertPoint: ValueConverter = {
  schema,
  encode: (text) => {
    const [x = '0', y = '0'] = text.slice(1, -1).split(',');
    return renderPoint(x, y);
  },
  fallback: renderPoint('0', '0'),
  unavailable: 'null',
};

function renderPoint(x: string, y: string): string {
  const wkb = Buffer.alloc(21);
  wkb.writeUInt8(1, 0);
  wkb.writeUInt32LE(1, 1);
  wkb.writeDoubleLE(Number(x), 5);
  wkb.writeDoubleLE(Number(y), 13);
  return `{"x":${floatJson(x)},"y":${floatJson(y)},"wkb":"${wkb.toString('base64')}","srid":null}`;
}

/** How the Java driver prints the geometric types that Debezium 3.6 does not know: numbers as Java writes doubles. */
export const renderGeometric = (text: string): string =>
  text.replaceAll(/-?\d[\d.]*(?:e[+-]?\d+)?/g, (number) => javaDouble(Number(number)));

/** `money`: currency sign, thousands separators and parentheses taken off. */
export function plainMoney(text: string): string {
  const negative = text.startsWith('-') || text.startsWith('(');
  return `${negative ? '-' : ''}${text.replaceAll(/[^\d.]/g, '')}`;
}

export const uuidSchema = named('string', 'io.debezium.data.Uuid');
