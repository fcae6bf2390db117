import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTransactionAssembler } from './assemble-transactions.ts';
import { decodePgoutput } from './decode-pgoutput.ts';
import { parseLsn, renderLsn } from './log-position.ts';
import type { PgoutputMessage, Tuple } from './pgoutput-message.ts';
import { encodeStandbyStatus } from './standby-status.ts';

/** The other direction of the format, written from the documentation, so that a test can say any message. */
const int = (bytes: 1 | 2 | 4, value: number) => {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 1) buffer.writeUInt8(value);
  else if (bytes === 2) buffer.writeInt16BE(value);
  else buffer.writeUInt32BE(value);
  return buffer;
};
const long = (value: bigint) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer;
};
const time = (sinceEpochUs: bigint) => long(BigInt.asUintN(64, sinceEpochUs - 946_684_800_000_000n));
const text = (value: string) => Buffer.from(`${value}\0`);
const mark = (value: string) => Buffer.from(value, 'latin1');
const tuple = (values: Tuple) =>
  Buffer.concat([
    int(2, values.length),
    ...values.map((value) => {
      if (value === null) return mark('n');
      if (value === undefined) return mark('u');
      const bytes = Buffer.from(value);
      return Buffer.concat([mark('t'), int(4, bytes.length), bytes]);
    }),
  ]);

function encode(message: PgoutputMessage): Buffer {
  const head = 'xid' in message && message.kind !== 'begin' ? int(4, message.xid ?? 0) : Buffer.alloc(0);
  switch (message.kind) {
    case 'begin':
      return Buffer.concat([mark('B'), long(message.finalLsn), time(message.commitTimeUs), int(4, message.xid)]);
    case 'commit':
      return Buffer.concat([mark('C\0'), long(message.commitLsn), long(message.endLsn), time(message.commitTimeUs)]);
    case 'origin':
      return Buffer.concat([mark('O'), long(message.originLsn), text(message.name)]);
    case 'relation':
      return Buffer.concat([
        mark('R'),
        int(4, message.oid),
        text(message.schema),
        text(message.name),
        mark({ default: 'd', nothing: 'n', full: 'f', index: 'i' }[message.replicaIdentity]),
        int(2, message.columns.length),
        ...message.columns.flatMap((column) => [
          int(1, column.key ? 1 : 0),
          text(column.name),
          int(4, column.typeOid),
          int(4, column.modifier),
        ]),
      ]);
    case 'insert':
      return Buffer.concat([mark('I'), head, int(4, message.relation), mark('N'), tuple(message.row)]);
    case 'update':
      return Buffer.concat([
        mark('U'),
        head,
        int(4, message.relation),
        ...(message.old === undefined ? [] : [mark(message.old.kind === 'key' ? 'K' : 'O'), tuple(message.old.values)]),
        mark('N'),
        tuple(message.row),
      ]);
    case 'delete':
      return Buffer.concat([
        mark('D'),
        head,
        int(4, message.relation),
        mark(message.old.kind === 'key' ? 'K' : 'O'),
        tuple(message.old.values),
      ]);
    case 'truncate':
      return Buffer.concat([
        mark('T'),
        head,
        int(4, message.relations.length),
        int(1, (message.cascade ? 1 : 0) + (message.restartIdentity ? 2 : 0)),
        ...message.relations.map((relation) => int(4, relation)),
      ]);
    case 'message':
      return Buffer.concat([
        mark('M'),
        head,
        int(1, message.transactional ? 1 : 0),
        long(message.lsn),
        text(message.prefix),
        int(4, message.content.length),
        message.content,
      ]);
    case 'type':
      return Buffer.concat([mark('Y'), int(4, message.oid), text(message.schema), text(message.name)]);
    case 'stream-start':
      return Buffer.concat([mark('S'), int(4, message.xid), int(1, message.first ? 1 : 0)]);
    case 'stream-stop':
      return mark('E');
    case 'stream-commit':
      return Buffer.concat([
        mark('c'),
        int(4, message.xid),
        mark('\0'),
        long(message.commitLsn),
        long(message.endLsn),
        time(message.commitTimeUs),
      ]);
    case 'stream-abort':
      return Buffer.concat([mark('A'), int(4, message.xid), int(4, message.subxid)]);
  }
}

const oid = fc.nat(0x7fff_ffff);
const lsn = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
const when = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 16n });
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((value) => !value.includes('\0'));
const value = fc.option(fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }), { nil: null });
const row = fc.array(value, { maxLength: 6 });
const old = fc.record({ kind: fc.constantFrom('key' as const, 'full' as const), values: row });
const messages = fc.oneof(
  fc.record({ kind: fc.constant('begin' as const), finalLsn: lsn, commitTimeUs: when, xid: oid }),
  fc.record({ kind: fc.constant('commit' as const), commitLsn: lsn, endLsn: lsn, commitTimeUs: when }),
  fc.record({ kind: fc.constant('origin' as const), originLsn: lsn, name }),
  fc.record({
    kind: fc.constant('relation' as const),
    oid,
    schema: name,
    name,
    replicaIdentity: fc.constantFrom('default' as const, 'nothing' as const, 'full' as const, 'index' as const),
    columns: fc.array(fc.record({ name, key: fc.boolean(), typeOid: oid, modifier: fc.nat(1000) }), { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('type' as const), oid, schema: name, name }),
  fc.record({ kind: fc.constant('insert' as const), relation: oid, row }),
  fc.record(
    { kind: fc.constant('update' as const), relation: oid, row, old },
    { requiredKeys: ['kind', 'relation', 'row'] },
  ),
  fc.record({ kind: fc.constant('delete' as const), relation: oid, old }),
  fc.record({
    kind: fc.constant('truncate' as const),
    relations: fc.array(oid, { maxLength: 4 }),
    cascade: fc.boolean(),
    restartIdentity: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('message' as const),
    transactional: fc.boolean(),
    lsn,
    prefix: name,
    content: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  }),
  fc.record({ kind: fc.constant('stream-start' as const), xid: oid, first: fc.boolean() }),
  fc.record({ kind: fc.constant('stream-stop' as const) }),
  fc.record({ kind: fc.constant('stream-commit' as const), xid: oid, commitLsn: lsn, endLsn: lsn, commitTimeUs: when }),
  fc.record({ kind: fc.constant('stream-abort' as const), xid: oid, subxid: oid }),
);

describe('pgoutput', () => {
  test('every message is read as it was written', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodePgoutput(encode(message))).toEqual(message);
      }),
    );
  });

  test('changes in a streamed block carry their transaction', () => {
    const message: PgoutputMessage = { kind: 'insert', relation: 7, row: ['a'], xid: 99 };
    expect(decodePgoutput(encode(message), true)).toEqual(message);
  });

  test('a message cut short at any byte is a clear error', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, cut) => {
        const whole = encode(message);
        const length = cut % whole.length;
        expect(() => decodePgoutput(whole.subarray(0, length))).toThrow(
          expect.objectContaining({ code: 'CDC_DECODE_FAILED' }),
        );
      }),
    );
  });

  test('any bytes are a message or a clear error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, inStream) => {
        try {
          decodePgoutput(Buffer.from(bytes), inStream);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CDC_DECODE_FAILED' });
        }
      }),
    );
  });
});

describe('transactions', () => {
  const relation: PgoutputMessage = {
    kind: 'relation',
    oid: 5,
    schema: 'public',
    name: 'notes',
    replicaIdentity: 'full',
    columns: [
      { name: 'id', key: true, typeOid: 23, modifier: -1 },
      { name: 'text', key: true, typeOid: 25, modifier: -1 },
    ],
  };
  const begin: PgoutputMessage = { kind: 'begin', finalLsn: 20n, commitTimeUs: 1n, xid: 3 };
  const commit: PgoutputMessage = { kind: 'commit', commitLsn: 20n, endLsn: 25n, commitTimeUs: 1n };

  test('an unchanged large value is filled from a whole old row, and absent without one', () => {
    const assembler = createTransactionAssembler();
    const accept = (message: PgoutputMessage) => assembler.accept(message, 9n);
    for (const message of [relation, begin]) expect(accept(message)).toBeUndefined();
    accept({ kind: 'update', relation: 5, old: { kind: 'full', values: ['1', 'long'] }, row: ['1', undefined] });
    accept({ kind: 'update', relation: 5, row: ['1', undefined] });
    accept({ kind: 'delete', relation: 5, old: { kind: 'full', values: ['1', null] } });
    expect(assembler.inTransaction).toBe(true);
    expect(accept(commit)).toMatchObject({
      endLsn: 25n,
      changes: [
        { kind: 'update', row: { id: '1', text: 'long' } },
        { kind: 'update', row: { id: '1' }, old: undefined },
        { kind: 'delete', old: { kind: 'full', row: { id: '1', text: null } } },
      ],
    });
    expect(assembler.inTransaction).toBe(false);
  });

  test('a message of no transaction is given at once', () => {
    const message = {
      kind: 'message',
      transactional: false,
      lsn: 11n,
      prefix: 'p',
      content: Buffer.from('x'),
    } as const;
    expect(createTransactionAssembler().accept(message, 11n)).toMatchObject({ kind: 'message', endLsn: 11n });
  });

  test.each([
    ['a change outside', [relation, { kind: 'insert', relation: 5, row: ['1', 'a'] }]],
    ['a relation never described', [begin, { kind: 'insert', relation: 5, row: ['1'] }]],
    ['a row of another width', [relation, begin, { kind: 'insert', relation: 5, row: ['1'] }]],
    ['two beginnings', [begin, begin]],
  ] as const)('%s is refused', (_, sent) => {
    const assembler = createTransactionAssembler();
    expect(() => sent.forEach((message) => assembler.accept(message, 1n))).toThrow(
      expect.objectContaining({ code: 'CDC_DECODE_FAILED' }),
    );
  });
});

test('positions are read and written as PostgreSQL does', () => {
  expect(parseLsn('16/B374D848')).toBe(0x16_b374_d848n);
  fc.assert(
    fc.property(lsn, (position) => {
      expect(parseLsn(renderLsn(position))).toBe(position);
    }),
  );
  expect(() => parseLsn('16-1')).toThrow(expect.objectContaining({ code: 'CDC_DECODE_FAILED' }));
});

test('a status promises one position three times', () => {
  const status = encodeStandbyStatus(5n, 946_684_800_001);
  expect(status.toString('hex')).toBe(`72${'0000000000000005'.repeat(3)}00000000000003e800`);
});
