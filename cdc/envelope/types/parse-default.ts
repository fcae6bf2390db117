import type { EventColumn } from './column-type.ts';

/** What Debezium shows for a default that a function computes, by type; types that are not here have no default in schemas. */
const generated: Readonly<Record<string, string>> = {
  bit: '00',
  varbit: '0',
  bool: 'f',
  bpchar: '',
  varchar: '',
  text: '',
  numeric: '0.0',
  float4: '0.0',
  float8: '0.0',
  int2: '0',
  int4: '0',
  int8: '0',
  json: '{}',
  jsonb: '{}',
  xml: '',
  uuid: '00000000-0000-0000-0000-000000000000',
  date: '1970-01-01',
  time: '00:00:00',
  timestamp: '1970-01-01 00:00:00',
  timestamptz: '1970-01-01 00:00:00+00',
  interval: '00:00:00',
};

const functionCall = /^[(]?[A-Za-z0-9_.]+\((?:.+(?:, ?.+)*)?\)/;
const currentTimes = new Set(['current_timestamp', 'current_time', 'current_date', 'localtime', 'localtimestamp']);
const untrimmed = new Set(['bpchar', 'varchar', 'text', 'json', 'jsonb', 'xml']);

/**
 * A default expression as the text of a value, as far as Debezium's `PostgresDefaultValueConverter` understands it: a
 * literal up to its first inner quote, or a stand-in for what a function computes. Other expressions have no value.
 */
export function parseDefault({ type, defaultExpression, declared }: EventColumn): string | undefined {
  // A domain has a name of its own, under which Debezium finds no way to read a default.
  if (defaultExpression === undefined || declared !== type.name) return undefined;
  if (type.kind === 'enum') return /^'([^]*)'::[^:]*$/.exec(defaultExpression)?.[1];
  if (type.kind !== 'base') return undefined;
  const standIn = generated[type.name];
  if (standIn === undefined) return undefined;
  const expression = untrimmed.has(type.name) ? defaultExpression : defaultExpression.trim();
  if (functionCall.test(expression) || currentTimes.has(expression.toLowerCase())) return standIn;
  const literal = /'(.*?)'/.exec(expression);
  if (literal === null && expression.startsWith('NULL::')) return undefined;
  const text = literal === null ? expression : (literal[1] ?? '');
  if (type.name === 'bool') return /^true$/i.test(text) ? 't' : 'f';
  return isValueOf(type.name, text) ? text : undefined;
}

const number = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const shapes: Readonly<Record<string, RegExp>> = {
  bit: /^[01]*$/,
  varbit: /^[01]*$/,
  numeric: number,
  float4: /^-?(?:NaN|Infinity|\d+\.?\d*(?:[eE][+-]?\d+)?)$/,
  float8: /^-?(?:NaN|Infinity|\d+\.?\d*(?:[eE][+-]?\d+)?)$/,
  int2: /^-?\d+$/,
  int4: /^-?\d+$/,
  int8: /^-?\d+$/,
  uuid: /^[0-9a-f-]{36}$/,
  date: /^\d+-\d\d-\d\d/,
  time: /^\d\d:\d\d/,
  timestamp: /^\d+-\d\d-\d\d/,
  timestamptz: /^\d+-\d\d-\d\d/,
};

/** Debezium tries to read the text and goes without a default when that fails. */
const isValueOf = (typeName: string, text: string) => shapes[typeName]?.test(text) ?? true;
