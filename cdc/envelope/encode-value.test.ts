import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnType } from '../catalog/table-description.ts';
import { encodeValue } from './encode-value.ts';
import { renderJson } from './json.ts';
import { parseArray } from './parse-array.ts';

const type = (base: string, modifier = -1, over: Partial<ColumnType> = {}): ColumnType => ({
  declared: base,
  oid: 0,
  cast: base,
  base,
  baseOid: 0,
  modifier,
  kind: 'base',
  element: null,
  ...over,
});
const arrayOf = (base: string, modifier = -1) =>
  type(`_${base}`, modifier, { kind: 'array', element: { base, kind: 'base' } });
const decimal = (precision: number, scale: number) => ((precision << 16) | scale) + 4;

describe('values as Debezium writes them', () => {
  test.each([
    ['bool', type('bool'), 't', 'true'],
    ['int8 beyond 2^53', type('int8'), '9223372036854775807', '9223372036854775807'],
    ['oid', type('oid'), '4000000000', '4000000000'],
    ['float8', type('float8'), '3.30', '3.3'],
    ['NaN', type('float8'), 'NaN', '"NaN"'],
    ['infinity', type('float4'), '-Infinity', '"-Infinity"'],
    ['decimal(3,2)', type('numeric', decimal(3, 2)), '1.10', '"bg=="'],
    ['decimal(4)', type('numeric', decimal(4, 0)), '10', '"Cg=="'],
    ['decimal', type('numeric'), '10.1111', '{"scale":4,"value":"AYr3"}'],
    ['decimal(3,2) 3.30', type('numeric', decimal(3, 2)), '3.30', '"AUo="'],
    ['numeric(6,4)', type('numeric', decimal(6, 4)), '22.2200', '"A2P4"'],
    ['numeric', type('numeric'), '22.2222', '{"scale":4,"value":"A2QO"}'],
    ['negative numeric', type('numeric', decimal(6, 2)), '-1234.11', '"/h3t"'],
    ['bytea', type('bytea'), '\\x010203', '"AQID"'],
    ['bit(1)', type('bit', 1), '1', 'true'],
    ['bit(2)', type('bit', 2), '11', '"Aw=="'],
    ['bit(7)', type('bit', 7), '1000000', '"QA=="'],
    ['varbit(24)', type('varbit', 24), '000000110000001000000001', '"AQID"'],
    ['bit(64)', type('bit', 64), `1${'0'.repeat(63)}`, '"AAAAAAAAAIA="'],
    ['bit(2) without a bit', type('bit', 2), '00', '""'],
    ['date', type('date'), '2016-11-04', '17109'],
    ['time', type('time'), '13:51:30', '49890000000'],
    ['time(3)', type('time', 3), '13:51:30.123', '49890123'],
    ['24:00', type('time'), '24:00:00', '86400000000'],
    ['timetz', type('timetz'), '13:51:30.123789+02', '"11:51:30.123789Z"'],
    ['timetz(3)', type('timetz', 3), '13:51:30.123+02', '"11:51:30.123Z"'],
    ['timestamp', type('timestamp'), '2016-11-04 13:51:30.123456', '1478267490123456'],
    ['timestamp(3)', type('timestamp', 3), '2016-11-04 13:51:30.123', '1478267490123'],
    ['timestamp before 1970', type('timestamp', 6), '1936-10-25 22:10:12.608', '-1047174587392000'],
    ['large timestamp', type('timestamp'), '21016-11-04 13:51:30.123456', '601060312290123456'],
    ['largest timestamp', type('timestamp'), '294247-01-01 23:59:59.999999', '9223371331199999999'],
    ['smallest timestamp', type('timestamp'), '4713-12-31 23:59:59.999999 BC', '-210831897600000001'],
    ['infinity', type('timestamp'), 'infinity', '9223372036825200000'],
    ['-infinity', type('timestamp'), '-infinity', '-9223372036832400000'],
    ['timestamptz', type('timestamptz'), '2016-11-04 11:51:30.123456+00', '"2016-11-04T11:51:30.123456Z"'],
    ['timestamptz elsewhere', type('timestamptz'), '2016-11-04 13:51:30.123456+02', '"2016-11-04T11:51:30.123456Z"'],
    ['far timestamptz', type('timestamptz'), '21016-11-04 06:51:30+00', '"+21016-11-04T06:51:30.000000Z"'],
    ['old timestamptz', type('timestamptz'), '4714-12-31 23:59:59.999999+00 BC', '"-4713-12-31T23:59:59.999999Z"'],
    ['timestamptz infinity', type('timestamptz'), '-infinity', '"-infinity"'],
    ['interval', type('interval'), '1 year 2 mons 3 days 04:05:06.78', '37091106780000'],
    ['interval back', type('interval'), '-1 days -00:00:01', '-86401000000'],
    ['jsonb', type('jsonb'), '{"a": 1}', '"{\\"a\\": 1}"'],
    ['char array', arrayOf('bpchar', 14), '{"cone      ","ctwo      "}', '["cone      ","ctwo      "]'],
    ['numeric(10,2)[]', arrayOf('numeric', decimal(10, 2)), '{1.20,3.40,5.60}', '["eA==","AVQ=","AjA="]'],
    ['int4[] of two dimensions', arrayOf('int4'), '{{1,NULL},{3,4}}', '[[1,null],[3,4]]'],
    ['interval[]', arrayOf('interval'), '{"1 day"}', 'null'],
  ] as const)('%s', (_, column, text, expected) => {
    const value = encodeValue(column, text);
    expect(value === undefined ? 'left out' : renderJson(value)).toBe(expected);
  });

  test('an unchanged large value is a placeholder that its type can hold', () => {
    expect(encodeValue(type('text'), undefined)).toBe('__debezium_unavailable_value');
    expect(encodeValue(type('bytea'), undefined)).toBe(Buffer.from('__debezium_unavailable_value').toString('base64'));
    expect(encodeValue(arrayOf('text'), undefined)).toEqual(['__debezium_unavailable_value']);
  });

  test('a type that Debezium does not know is left out', () => {
    expect(encodeValue(type('tsquery'), "'fat'")).toBeUndefined();
  });
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

test('any JSON with exact integers', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.bigInt(), (value, integer) => {
      expect(renderJson({ value: value as string, integer })).toBe(
        JSON.stringify({ value, integer: 0 }).replace(/0\}$/, `${integer}}`),
      );
    }),
  );
});
