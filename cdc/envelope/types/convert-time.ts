import { named, type ConnectSchema } from '../connect-schema.ts';
import { encodeInterval, renderIsoInterval } from '../encode-interval.ts';
import {
  encodeDate,
  encodeTimeUs,
  encodeZonedTime,
  encodeZonedTimestamp,
  microsOf,
  microsText,
  millisText,
  parseTimestamp,
  renderIsoDate,
  renderIsoTime,
  renderIsoTimestamp,
} from '../encode-time.ts';
import type { TypeModes, ValueConverter } from './column-type.ts';

/** The unit in which a time is counted, and the schema that says so. `iso` is text. */
type Unit = 'ms' | 'us' | 'ns' | 'iso';
interface Form {
  readonly unit: Unit;
  readonly schema: ConnectSchema;
}

const debezium = (type: 'int32' | 'int64' | 'string', name: string) => named(type, `io.debezium.time.${name}`);
const connect = (type: 'int32' | 'int64', name: string) => named(type, `org.apache.kafka.connect.data.${name}`);

/** `date` in the modes of `time.precision.mode`. */
export function convertDate({ time, placeholder }: TypeModes): ValueConverter {
  if (time === 'isostring') {
    return text(debezium('string', 'IsoDate'), renderIsoDate, '1970-01-01Z', placeholder);
  }
  const schema = time === 'connect' ? connect('int32', 'Date') : debezium('int32', 'Date');
  return number(schema, (value) => String(encodeDate(value)));
}

/** `time(p)`; p is 6 where the column says nothing. */
export function convertTime(precision: number, { time, placeholder }: TypeModes): ValueConverter {
  const { unit, schema } = timeForm(precision, time);
  if (unit === 'iso') return text(schema, renderIsoTime, '00:00:00Z', placeholder);
  const scale = unit === 'ms' ? 0.001 : unit === 'ns' ? 1000 : 1;
  return number(schema, (value) => String(Math.floor(encodeTimeUs(value) * scale)));
}

function timeForm(precision: number, mode: TypeModes['time']): Form {
  if (mode === 'isostring') return { unit: 'iso', schema: debezium('string', 'IsoTime') };
  if (mode === 'connect') return { unit: 'ms', schema: connect('int32', 'Time') };
  if (mode === 'nanoseconds') return { unit: 'ns', schema: debezium('int64', 'NanoTime') };
  if (mode === 'adaptive' && precision <= 3) return { unit: 'ms', schema: debezium('int32', 'Time') };
  return { unit: 'us', schema: debezium('int64', 'MicroTime') };
}

/** `timestamp(p)`; p is 6 where the column says nothing. */
export function convertTimestamp(precision: number, { time, placeholder }: TypeModes): ValueConverter {
  const { unit, schema } = timestampForm(precision, time);
  if (unit === 'iso') return text(schema, renderIsoTimestamp, '1970-01-01T00:00:00Z', placeholder);
  if (unit === 'ns') return number(schema, encodeNanos);
  const render = unit === 'ms' ? millisText : microsText;
  return number(schema, (value) => render(parseTimestamp(value)));
}

function timestampForm(precision: number, mode: TypeModes['time']): Form {
  if (mode === 'isostring') return { unit: 'iso', schema: debezium('string', 'IsoTimestamp') };
  if (mode === 'connect') return { unit: 'ms', schema: connect('int64', 'Timestamp') };
  if (mode === 'nanoseconds') return { unit: 'ns', schema: debezium('int64', 'NanoTimestamp') };
  if (mode === 'microseconds' || precision > 3) return { unit: 'us', schema: debezium('int64', 'MicroTimestamp') };
  return { unit: 'ms', schema: debezium('int64', 'Timestamp') };
}

const int64Max = 9_223_372_036_854_775_807n;

/** Nanoseconds end in the year 2262: infinity is the end of the type, what lies beyond it has no value. */
function encodeNanos(value: string): string {
  if (value === 'infinity') return String(int64Max);
  if (value === '-infinity') return String(-int64Max - 1n);
  const ns = microsOf(parseTimestamp(value)) * 1000n;
  return BigInt.asIntN(64, ns) === ns ? String(ns) : 'null';
}

export function convertZonedTime(placeholder: string): ValueConverter {
  return text(debezium('string', 'ZonedTime'), encodeZonedTime, '00:00:00Z', placeholder);
}

/** `timestamptz(p)`: as many digits as the column has, six where it says nothing. */
export function convertZonedTimestamp(precision: number, placeholder: string): ValueConverter {
  const encode = (value: string) => encodeZonedTimestamp(value, precision);
  return text(debezium('string', 'ZonedTimestamp'), encode, '1970-01-01T00:00:00Z', placeholder);
}

/** `interval` by `interval.handling.mode`. */
export function convertInterval({ interval, placeholder }: TypeModes): ValueConverter {
  if (interval === 'numeric') {
    return number(debezium('int64', 'MicroDuration'), encodeInterval);
  }
  return text(debezium('string', 'Interval'), renderIsoInterval, 'P0Y0M0DT0H0M0S', placeholder);
}

const number = (schema: ConnectSchema, encode: (text: string) => string): ValueConverter => ({
  schema,
  encode,
  fallback: '0',
  unavailable: 'null',
});

const text = (
  schema: ConnectSchema,
  render: (text: string) => string,
  fallback: string,
  placeholder: string,
): ValueConverter => ({
  schema,
  encode: (value) => `"${render(value)}"`,
  fallback: `"${fallback}"`,
  unavailable: JSON.stringify(placeholder),
});
