import { expect, test } from 'vitest';
import { compareEvents, isSnapshot, parseEvent } from './equal-events.ts';

const event = (after: string, source = '"snapshot":"false","lsn":1') =>
  `{"destination":"t","value":{"after":${after},"source":{"version":"1","connector":"postgresql",${source}},"op":"c","ts_ms":${Math.random()}}}`;

test('times, versions and runs do not count; values, names, their order and large integers do', () => {
  const compare = (a: string, b: string) => compareEvents([parseEvent(a)], [parseEvent(b)]);
  expect(compare(event('{"a":1}'), event('{"a":1}')).equal).toBe(1);
  expect(compare(event('{"a":1}'), event('{"a":2}')).differences).toEqual([
    { index: 0, path: 't.value.after.a', debezium: '1', ours: '2' },
  ]);
  expect(compare(event('{"a":1,"b":2}'), event('{"b":2,"a":1}')).equal).toBe(0);
  expect(compare(event('{"a":9007199254740993}'), event('{"a":9007199254740992}')).equal).toBe(0);
  expect(compare(event('1', '"snapshot":"false","lsn":1'), event('1', '"snapshot":"false","lsn":2')).equal).toBe(0);
  expect(compare(event('1', '"snapshot":"true","lsn":1'), event('1', '"snapshot":"true","lsn":2')).equal).toBe(1);
  expect(compareEvents([parseEvent(event('1'))], []).equal).toBe(0);
});

test('snapshot events are told by their operation, with schemas too', () => {
  expect(isSnapshot(parseEvent('{"value":{"op":"r"}}'))).toBe(true);
  expect(isSnapshot(parseEvent('{"value":{"schema":{},"payload":{"op":"r"}}}'))).toBe(true);
  expect(isSnapshot(parseEvent('{"value":null}'))).toBe(false);
});
