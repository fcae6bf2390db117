import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderByForeignKeys } from './copy-order.ts';
import { createCopyTextParser, renderCopyLine } from './copy-text.ts';

const value = fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\\N', '\\', '\t\n\r', '', '\\.')));

test('rows survive, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.array(value, { minLength: 1, maxLength: 4 })), fc.array(fc.nat()), (rows, cuts) => {
      const bytes = Buffer.from(rows.map(renderCopyLine).join(''));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      const parser = createCopyTextParser();
      const parsed = places.slice(1).flatMap((end, index) => parser.parse(bytes.subarray(places[index], end)));
      expect(parsed).toEqual(rows);
    }),
  );
});

test('octal, hexadecimal and control escapes are read as the server does', () => {
  expect(createCopyTextParser().parse(Buffer.from('\\b\\f\\v\\101\\x41\\q\t\\N\n'))).toEqual([['\b\f\vAAq', null]]);
});

test('parents come before children, circles keep their order', () => {
  const keys = [
    { child: 'pets', parent: 'owners' },
    { child: 'a', parent: 'b' },
    { child: 'b', parent: 'a' },
    { child: 'owners', parent: 'elsewhere' },
  ];
  expect(orderByForeignKeys(['pets', 'a', 'b', 'owners'], keys)).toEqual(['owners', 'pets', 'b', 'a']);
});
