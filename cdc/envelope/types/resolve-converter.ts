import { named, type ConnectSchema } from '../connect-schema.ts';
import { floatJson, quoteJson } from '../json-text.ts';
import type { EventColumn, EventType, Phase, TypeModes, ValueConverter } from './column-type.ts';
import { brokenBitArray, convertArray } from './convert-array.ts';
import { convertBinary, convertBits, convertUnknown } from './convert-bytes.ts';
import { convertDecimal, encodeScaled } from './convert-decimal.ts';
import { convertHstore } from './convert-hstore.ts';
import { convertPoint, plainMoney, renderGeometric } from './convert-point.ts';
import {
  convertDate,
  convertInterval,
  convertTime,
  convertTimestamp,
  convertZonedTime,
  convertZonedTimestamp,
} from './convert-time.ts';

/**
 * How a column's values are shown: Debezium 3.6's `PostgresValueConverter`, type by type.
 * @returns undefined for types that it leaves out of the row.
 */
export function resolveConverter(column: EventColumn, modes: TypeModes, phase: Phase): ValueConverter | undefined {
  const { type, modifier } = column;
  const known = scalarConverter(type, modifier, modes, phase) ?? arrayConverter(type, modifier, modes, phase);
  if (known !== undefined) return known;
  if (!modes.includeUnknown || unfinishedArrays.has(type.name)) return undefined;
  if (type.element !== undefined) {
    return convertArray(type.element, convertUnknown(modes, renderUnknown(type.element)), modes);
  }
  return convertUnknown(modes, renderUnknown(type));
}

/** Types whose text is the value, with the name that Connect knows them by. */
const textTypes: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(
    `bpchar char varchar text citext inet cidr macaddr macaddr8 int4range int8range numrange tsrange tstzrange daterange
     isbn`
      .split(/\s+/)
      .map((name) => [name, undefined]),
  ),
  json: 'io.debezium.data.Json',
  jsonb: 'io.debezium.data.Json',
  xml: 'io.debezium.data.Xml',
  uuid: 'io.debezium.data.Uuid',
  ltree: 'io.debezium.data.Ltree',
  tsvector: 'io.debezium.data.Tsvector',
};

const integerTypes: Readonly<Record<string, ConnectSchema['type']>> = {
  int2: 'int16',
  int4: 'int32',
  int8: 'int64',
  oid: 'int64',
};

const geometricTypes = new Set(['box', 'lseg', 'path', 'polygon', 'circle', 'line']);
const renderUnknown = (type: EventType) => (geometricTypes.has(type.name) ? renderGeometric : (text: string) => text);

/** Arrays without a converter upstream, even where unknown types are asked for. */
const unfinishedArrays = new Set(['_money', '_name', '_interval', '_varbit', '_xml', '_point', '_refcursor']);

function scalarConverter(
  type: EventType,
  modifier: number,
  modes: TypeModes,
  phase: Phase,
): ValueConverter | undefined {
  const { placeholder } = modes;
  if (type.kind === 'enum') {
    const parameters = { allowed: type.labels.join(',') };
    return textual(named('string', 'io.debezium.data.Enum', { parameters }), placeholder);
  }
  if (type.kind !== 'base') return undefined;
  if (Object.hasOwn(textTypes, type.name)) {
    const name = textTypes[type.name];
    return textual(name === undefined ? { type: 'string' } : named('string', name), placeholder);
  }
  const integer = integerTypes[type.name];
  if (integer !== undefined) return verbatim(integer, '0', (text) => text);
  switch (type.name) {
    case 'bool':
      return verbatim('boolean', 'false', (text) => (text === 't' ? 'true' : 'false'));
    case 'float4':
      return verbatim('float', '0.0', floatJson);
    case 'float8':
      return verbatim('double', '0.0', floatJson);
    case 'numeric':
      return convertDecimal(modifier, modes);
    case 'money':
      return convertMoney(modes);
    case 'bytea':
      return convertBinary(modes);
    case 'bit':
    case 'varbit':
      return convertBits(modifier < 0 ? (type.name === 'bit' ? 1 : 2_147_483_647) : modifier, placeholder);
    case 'date':
      return convertDate(modes);
    case 'time':
      return convertTime(modifier < 0 ? 6 : modifier, modes);
    case 'timetz':
      return convertZonedTime(placeholder);
    case 'timestamp':
      return convertTimestamp(modifier < 0 ? 6 : modifier, modes);
    case 'timestamptz':
      return convertZonedTimestamp(modifier < 0 ? 6 : modifier, placeholder);
    case 'interval':
      return convertInterval(modes);
    case 'point':
      return convertPoint;
    case 'hstore':
      return convertHstore(modes);
    case 'name':
      // Upstream's decoder does not know `name` and drops the value; its snapshot has it.
      if (phase === 'snapshot' || modes.includeUnknown) return textual({ type: 'string' }, placeholder);
      return { ...textual({ type: 'string' }, placeholder), encode: () => 'null' };
    default:
      return undefined;
  }
}

function arrayConverter(type: EventType, modifier: number, modes: TypeModes, phase: Phase): ValueConverter | undefined {
  const { element } = type;
  if (element === undefined || unfinishedArrays.has(type.name)) return undefined;
  if (element.name === 'bit') return brokenBitArray(convertBits(modifier < 0 ? 1 : modifier, modes.placeholder).schema);
  const converter = scalarConverter(element, modifier, modes, phase);
  return converter && convertArray(element, converter, modes);
}

function convertMoney(modes: TypeModes): ValueConverter {
  const scale = modes.moneyFractionDigits;
  const zero = scale === 0 ? '0' : `0.${'0'.repeat(scale)}`;
  if (modes.decimal === 'double') return verbatim('double', '0.0', (text) => floatJson(plainMoney(text)));
  if (modes.decimal === 'string') return verbatim('string', `"${zero}"`, (text) => `"${plainMoney(text)}"`);
  return {
    schema: named('bytes', 'org.apache.kafka.connect.data.Decimal', { parameters: { scale: String(scale) } }),
    encode: (text) => encodeScaled(plainMoney(text), scale),
    fallback: '"AA=="',
    unavailable: 'null',
  };
}

const textual = (schema: ConnectSchema, placeholder: string): ValueConverter => ({
  schema,
  encode: quoteJson,
  fallback: '""',
  unavailable: JSON.stringify(placeholder),
});

const verbatim = (type: ConnectSchema['type'], fallback: string, encode: (text: string) => string): ValueConverter => ({
  schema: { type },
  encode,
  fallback,
  unavailable: 'null',
});
