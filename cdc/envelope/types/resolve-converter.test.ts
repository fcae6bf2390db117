import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArray } from '../parse-array.ts';
import type { EventColumn, EventType, TypeModes } from './column-type.ts';
import { encodeInteger } from './encode-integer.ts';
import { inHashMapOrder } from './java-order.ts';
import { parseDefault } from './parse-default.ts';
import { resolveConverter } from './resolve-converter.ts';

const usual: TypeModes = {
  decimal: 'precise',
  time: 'adaptive',
  binary: 'bytes',
  hstore: 'json',
  interval: 'numeric',
  moneyFractionDigits: 2,
  includeUnknown: false,
  placeholder: '__debezium_unavailable_value',
};

const base = (name: string): EventType => ({ oid: 0, name, kind: 'base', labels: [], element: undefined });
const mood: EventType = { ...base('mood'), kind: 'enum', labels: ['glad', 'sad'] };
const column = (type: EventType | string, modifier = -1, more: Partial<EventColumn> = {}): EventColumn => ({
  name: 'c',
  type: typeof type === 'string' ? base(type) : type,
  modifier,
  optional: true,
  defaultExpression: undefined,
  declared: typeof type === 'string' ? type : type.name,
  ...more,
});
const arrayOf = (element: EventType | string, modifier = -1) => {
  const type = typeof element === 'string' ? base(element) : element;
  return column({ ...base(`_${type.name}`), kind: 'array', element: type }, modifier);
};
const decimal = (precision: number, scale: number) => ((precision << 16) | scale) + 4;
const encode = (of: EventColumn, text: string, modes: Partial<TypeModes> = {}) =>
  resolveConverter(of, { ...usual, ...modes }, 'stream')?.encode(text);

// The values are those that Debezium 3.6.1 gave for the same rows of PostgreSQL (bench/cdc compares them live).
describe('values as Debezium shows them', () => {
  test.each([
    ['bool', column('bool'), 't', 'true'],
    ['int8 beyond 2^53', column('int8'), '9223372036854775807', '9223372036854775807'],
    ['oid', column('oid'), '4000000000', '4000000000'],
    ['float8', column('float8'), '3', '3.0'],
    ['NaN', column('float8'), 'NaN', '"NaN"'],
    ['infinity', column('float4'), '-Infinity', '"-Infinity"'],
    ['decimal(3,2)', column('numeric', decimal(3, 2)), '1.10', '"bg=="'],
    ['decimal(4)', column('numeric', decimal(4, 0)), '10', '"Cg=="'],
    ['decimal', column('numeric'), '10.1111', '{"scale":4,"value":"AYr3"}'],
    ['decimal with zeros behind', column('numeric'), '10.1000', '{"scale":1,"value":"ZQ=="}'],
    ['decimal 100', column('numeric'), '100', '{"scale":0,"value":"ZA=="}'],
    ['numeric(6,4)', column('numeric', decimal(6, 4)), '22.2200', '"A2P4"'],
    ['negative numeric', column('numeric', decimal(6, 2)), '-1234.11', '"/h3t"'],
    ['numeric NaN', column('numeric'), 'NaN', 'null'],
    ['money', column('money'), '-$1,234.11', '"/h3t"'],
    ['bytea', column('bytea'), String.raw`\x010203`, '"AQID"'],
    ['bit(1)', column('bit', 1), '1', 'true'],
    ['varbit(1)', column('varbit', 1), '0', 'false'],
    ['bit(7)', column('bit', 7), '1000000', '"QA=="'],
    ['varbit(24)', column('varbit', 24), '000000110000001000000001', '"AQID"'],
    ['bit(64)', column('bit', 64), `1${'0'.repeat(63)}`, '"AAAAAAAAAIA="'],
    ['bit(2) without a bit', column('bit', 2), '00', '""'],
    ['date', column('date'), '2016-11-04', '17109'],
    ['date before Christ', column('date'), '0044-03-15 BC', '-735160'],
    ['infinite date', column('date'), 'infinity', '-2147472692'],
    ['time', column('time'), '13:51:30', '49890000000'],
    ['time(3)', column('time', 3), '13:51:30.123', '49890123'],
    ['24:00', column('time'), '24:00:00', '86400000000'],
    ['timetz', column('timetz'), '13:51:30.123789+02', '"11:51:30.123789Z"'],
    ['timetz over midnight', column('timetz', 3), '24:00:00-15:59', '"15:59:00Z"'],
    ['timestamp', column('timestamp'), '2016-11-04 13:51:30.123456', '1478267490123456'],
    ['timestamp(3)', column('timestamp', 3), '2016-11-04 13:51:30.123', '1478267490123'],
    ['timestamp before 1970', column('timestamp', 6), '1936-10-25 22:10:12.608', '-1047174587392000'],
    ['large timestamp', column('timestamp'), '21016-11-04 13:51:30.123456', '601060312290123456'],
    ['largest timestamp', column('timestamp'), '294247-01-01 23:59:59.999999', '9223371331199999999'],
    ['smallest timestamp', column('timestamp'), '4713-12-31 23:59:59.999999 BC', '-210831897600000001'],
    ['infinity', column('timestamp'), 'infinity', '9223372036825200000'],
    ['-infinity', column('timestamp', 3), '-infinity', '-9223372036832400'],
    ['timestamptz', column('timestamptz'), '2016-11-04 11:51:30.1+00', '"2016-11-04T11:51:30.100000Z"'],
    ['timestamptz elsewhere', column('timestamptz', 3), '2016-11-04 13:51:30.123+02', '"2016-11-04T11:51:30.123Z"'],
    ['timestamptz(0)', column('timestamptz', 0), '1969-12-31 23:59:59+00', '"1969-12-31T23:59:59Z"'],
    ['far timestamptz', column('timestamptz'), '21016-11-04 06:51:30+00', '"+21016-11-04T06:51:30.000000Z"'],
    ['old timestamptz', column('timestamptz'), '4714-12-31 23:59:59.9+00 BC', '"-4713-12-31T23:59:59.900000Z"'],
    ['timestamptz infinity', column('timestamptz'), '-infinity', '"-infinity"'],
    ['interval', column('interval'), '1 year 2 mons 3 days 04:05:06.78', '37091106780000'],
    ['interval back', column('interval'), '-1 days -00:00:01', '-86401000000'],
    ['jsonb', column('jsonb'), '{"a": 1}', String.raw`"{\"a\": 1}"`],
    ['text', column('text'), 'tab\t "q" é', String.raw`"tab\t \"q\" é"`],
    [
      'hstore',
      column('hstore'),
      '"k 3"=>"b,c", "key1"=>"v\\"l", "key2"=>NULL',
      String.raw`"{\"key1\":\"v\\\"l\",\"key2\":null,\"k 3\":\"b,c\"}"`,
    ],
    ['point', column('point'), '(1,1)', '{"x":1.0,"y":1.0,"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAPA/","srid":null}'],
    ['name in the stream', column('name'), 'n', 'null'],
    ['char array', arrayOf('bpchar', 14), '{"cone      ","ctwo      "}', '["cone      ","ctwo      "]'],
    ['numeric(10,2)[]', arrayOf('numeric', decimal(10, 2)), '{1.20,3.40,NULL}', '["eA==","AVQ=",null]'],
    ['int4[] of two dimensions', arrayOf('int4'), '{{1,NULL},{3,4}}', '[null,null]'],
    ['time[]', arrayOf('time'), '{13:51:30.123456,24:00:00}', '[49890123000,0]'],
    ['timetz[]', arrayOf('timetz'), '{13:51:30.123789+02}', '["11:51:30Z"]'],
    ['enum[]', arrayOf(mood), '{glad,sad}', '["glad","sad"]'],
    ['enum[] with a null', arrayOf(mood), '{glad,NULL}', 'null'],
    ['bit(3)[]', arrayOf('bit', 3), '{101}', 'null'],
  ] as const)('%s', (_, of, text, expected) => {
    expect(encode(of, text)).toBe(expected);
  });

  test.each([
    [column('numeric'), { decimal: 'string' }, '10.10', '"10.10"'],
    [column('numeric'), { decimal: 'string' }, '-Infinity', '"NEGATIVE_INFINITY"'],
    [column('numeric', decimal(5, 2)), { decimal: 'double' }, '1.10', '1.10'],
    [column('bytea'), { binary: 'hex' }, String.raw`\x0102`, '"0102"'],
    [column('bytea'), { binary: 'base64-url-safe' }, String.raw`\xfb`, '"-w=="'],
    [column('timestamp'), { time: 'connect' }, '2016-11-04 13:51:30.123456', '1478267490123'],
    [column('timestamp', 3), { time: 'microseconds' }, '2016-11-04 13:51:30.123', '1478267490123000'],
    [column('timestamp'), { time: 'nanoseconds' }, '2016-11-04 13:51:30.123456', '1478267490123456000'],
    [column('timestamp'), { time: 'nanoseconds' }, '2300-01-01 00:00:00', 'null'],
    [column('timestamp'), { time: 'isostring' }, '2016-11-04 13:51:30.1', '"2016-11-04T13:51:30.1Z"'],
    [column('date'), { time: 'isostring' }, '0044-03-15 BC', '"-0043-03-15Z"'],
    [column('time', 0), { time: 'isostring' }, '24:00:00', '"00:00:00Z"'],
    [column('time', 3), { time: 'adaptive_time_microseconds' }, '00:00:01.5', '1500000'],
    [column('interval'), { interval: 'string' }, '-1 years -2 mons +3 days -04:05:06', '"P-1Y-2M3DT-4H-5M-6S"'],
    [column('hstore'), { hstore: 'map' }, '"a"=>"1"', '{"a":"1"}'],
    [column('tsquery'), { includeUnknown: true }, "'fat' & 'rat'", '"J2ZhdCcgJiAncmF0Jw=="'],
    [column('box'), { includeUnknown: true, binary: 'hex' }, '(3,3),(1,1)', '"28332e302c332e30292c28312e302c312e3029"'],
  ] as const)('%o in the mode %o', (of, modes, text, expected) => {
    expect(encode(of, text, modes)).toBe(expected);
  });

  test('an unchanged large value is a placeholder that its type can hold, where Debezium has one', () => {
    const unavailable = (of: EventColumn, modes: Partial<TypeModes> = {}) =>
      resolveConverter(of, { ...usual, placeholder: 'x', ...modes }, 'stream')?.unavailable;
    expect(unavailable(column('text'))).toBe('"x"');
    expect(unavailable(column('bytea'))).toBe('"eA=="');
    expect(unavailable(column('bytea'), { binary: 'base64' })).toBe('null');
    expect(unavailable(arrayOf('text'))).toBe('["x"]');
    expect(unavailable(arrayOf('int4'))).toBe('[120]');
    expect(unavailable(arrayOf('uuid'))).toBe('["9dd4e461-268c-3034-b5c8-564e155c67a6"]');
    expect(unavailable(arrayOf('float8'))).toBe('null');
  });

  test.each(['tsquery', 'box', 'pg_lsn', '_money'])('%s is left out', (name) => {
    expect(resolveConverter(column(name), usual, 'stream')).toBeUndefined();
  });
});

test.each([
  ['int4', '7', '7'],
  ['int8', `'9223372036854775807'::bigint`, '9223372036854775807'],
  ['int4', `nextval('s'::regclass)`, '0'],
  ['int4', '(1 + 1)', undefined],
  ['text', `'it''s'::text`, 'it'],
  ['text', 'NULL::text', undefined],
  ['bool', 'true', 't'],
  ['timestamp', 'now()', '1970-01-01 00:00:00'],
  ['date', 'CURRENT_DATE', '1970-01-01'],
  ['numeric', '(-3.5)', undefined],
  ['money', '5', undefined],
])('the default of %s that is %s', (name, defaultExpression, expected) => {
  expect(parseDefault(column(name, -1, { defaultExpression }))).toBe(expected);
});

test('any integer is Java’s two’s complement in the fewest bytes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (value) => {
      const bytes = Buffer.from(JSON.parse(encodeInteger(String(value))) as string, 'base64');
      expect(BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))).toBe(value);
      const shorter = bytes.length - 1;
      expect(shorter === 0 || BigInt.asIntN(shorter * 8, value) !== value).toBe(true);
    }),
  );
});

test('entries stand as a HashMap of Java iterates', () => {
  const keys = ['key1', 'key2', 'k 3', 'Aa', 'BB', ''];
  const shown = inHashMapOrder(new Map(keys.map((key) => [key, 0]))).map(([key]) => key);
  expect(shown).toEqual(['key1', 'Aa', 'BB', '', 'key2', 'k 3']);
});

test('any text survives an array', () => {
  const quoted = (value: string) => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  fc.assert(
    fc.property(fc.array(fc.option(fc.string())), (values) => {
      const text = `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`;
      expect(parseArray(text)).toEqual(values);
    }),
  );
});
