import { OvergrowError } from '@overgrow/core';
import { createByteReader, type ByteReader } from './byte-reader.ts';
import type { OldTuple, PgoutputMessage, RelationMessage, TupleValue } from './pgoutput-message.ts';

/** Microseconds from 1970 to 2000, where PostgreSQL's clock starts. */
const postgresEpochUs = 946_684_800_000_000n;

/** @returns microseconds since 1970. */
export function decodeTimeUs(reader: ByteReader): bigint {
  return reader.int64() + postgresEpochUs;
}

/**
 * Decodes one message of `pgoutput`. Pure: `inStream` says whether it stands between stream-start and stream-stop
 * (protocol 2 and above), where changes carry their transaction's id in front.
 * @throws CDC_DECODE_FAILED for unknown, truncated or overlong messages.
 */
export function decodePgoutput(payload: Buffer, inStream = false): PgoutputMessage {
  const reader = createByteReader(payload);
  const type = String.fromCharCode(reader.uint8());
  const message = decodeBody(type, reader, inStream);
  if (reader.left > 0) throw malformed(`A "${type}" message has ${reader.left} bytes after its end.`);
  return message;
}

function decodeBody(type: string, reader: ByteReader, inStream: boolean): PgoutputMessage {
  switch (type) {
    case 'B':
      return { kind: 'begin', finalLsn: reader.uint64(), commitTimeUs: decodeTimeUs(reader), xid: reader.uint32() };
    case 'C':
      reader.uint8();
      return { kind: 'commit', ...decodeCommit(reader) };
    case 'O':
      return { kind: 'origin', originLsn: reader.uint64(), name: reader.cstring() };
    case 'S':
      return { kind: 'stream-start', xid: reader.uint32(), first: reader.uint8() === 1 };
    case 'E':
      return { kind: 'stream-stop' };
    case 'c': {
      const xid = reader.uint32();
      reader.uint8();
      return { kind: 'stream-commit', xid, ...decodeCommit(reader) };
    }
    case 'A':
      return decodeStreamAbort(reader);
    default:
      return decodeChange(type, reader, inStream ? { xid: reader.uint32() } : {});
  }
}

function decodeChange(type: string, reader: ByteReader, xid: { readonly xid?: number }): PgoutputMessage {
  switch (type) {
    case 'R':
      return decodeRelation(reader);
    case 'Y':
      return { kind: 'type', oid: reader.uint32(), schema: reader.cstring(), name: reader.cstring() };
    case 'I': {
      const relation = reader.uint32();
      expectMark(reader, 'N');
      return { kind: 'insert', relation, row: decodeTuple(reader), ...xid };
    }
    case 'U':
      return { ...decodeUpdate(reader), ...xid };
    case 'D':
      return { kind: 'delete', relation: reader.uint32(), old: decodeOld(reader, decodeMark(reader)), ...xid };
    case 'T': {
      const count = reader.int32();
      const options = reader.uint8();
      if (count < 0 || count > reader.left / 4) throw malformed(`A truncate message names ${count} relations.`);
      const relations = Array.from({ length: count }, () => reader.uint32());
      return {
        kind: 'truncate',
        relations,
        cascade: (options & 1) !== 0,
        restartIdentity: (options & 2) !== 0,
        ...xid,
      };
    }
    case 'M': {
      const transactional = reader.uint8() === 1;
      const lsn = reader.uint64();
      const prefix = reader.cstring();
      return { kind: 'message', transactional, lsn, prefix, content: reader.bytes(reader.int32()), ...xid };
    }
    default:
      throw malformed(`The message type ${JSON.stringify(type)} of the replication stream is not known.`);
  }
}

const decodeCommit = (reader: ByteReader) => ({
  commitLsn: reader.uint64(),
  endLsn: reader.uint64(),
  commitTimeUs: decodeTimeUs(reader),
});

/** Protocol 4 with parallel streaming adds where and when the transaction was aborted. */
function decodeStreamAbort(reader: ByteReader): PgoutputMessage {
  const message = { kind: 'stream-abort', xid: reader.uint32(), subxid: reader.uint32() } as const;
  if (reader.left > 0) {
    reader.uint64();
    reader.int64();
  }
  return message;
}

const identities: Readonly<Record<string, RelationMessage['replicaIdentity']>> = {
  d: 'default',
  n: 'nothing',
  f: 'full',
  i: 'index',
};

function decodeRelation(reader: ByteReader): RelationMessage {
  const oid = reader.uint32();
  const schema = reader.cstring() || 'pg_catalog';
  const name = reader.cstring();
  const mark = decodeMark(reader);
  const replicaIdentity = identities[mark];
  if (replicaIdentity === undefined) throw malformed(`The replica identity ${JSON.stringify(mark)} is not known.`);
  const columns = Array.from({ length: decodeCount(reader) }, () => ({
    key: (reader.uint8() & 1) !== 0,
    name: reader.cstring(),
    typeOid: reader.uint32(),
    modifier: reader.int32(),
  }));
  return { kind: 'relation', oid, schema, name, replicaIdentity, columns };
}

function decodeUpdate(reader: ByteReader): PgoutputMessage {
  const relation = reader.uint32();
  const mark = decodeMark(reader);
  if (mark === 'N') return { kind: 'update', relation, row: decodeTuple(reader) };
  const old = decodeOld(reader, mark);
  expectMark(reader, 'N');
  return { kind: 'update', relation, old, row: decodeTuple(reader) };
}

function decodeOld(reader: ByteReader, mark: string): OldTuple {
  if (mark !== 'K' && mark !== 'O') throw malformed(`An old row is marked ${JSON.stringify(mark)}.`);
  return { kind: mark === 'K' ? 'key' : 'full', values: decodeTuple(reader) };
}

function decodeTuple(reader: ByteReader): TupleValue[] {
  const values: TupleValue[] = [];
  for (let count = decodeCount(reader); count > 0; count -= 1) values.push(decodeValue(reader));
  return values;
}

const nullMark = 0x6e;
const unchangedMark = 0x75;
const textMark = 0x74;

function decodeValue(reader: ByteReader): TupleValue {
  const mark = reader.uint8();
  if (mark === textMark) return reader.text(reader.int32());
  if (mark === nullMark) return null;
  if (mark === unchangedMark) return undefined;
  throw malformed(`A column value is marked ${JSON.stringify(String.fromCharCode(mark))}; only text is asked for.`);
}

function decodeCount(reader: ByteReader): number {
  const count = reader.int16();
  if (count < 0) throw malformed(`A row of ${count} columns.`);
  return count;
}

const decodeMark = (reader: ByteReader) => String.fromCharCode(reader.uint8());

function expectMark(reader: ByteReader, expected: string): void {
  const mark = decodeMark(reader);
  if (mark !== expected) throw malformed(`A row is marked ${JSON.stringify(mark)} instead of "${expected}".`);
}

const malformed = (message: string) => new OvergrowError('CDC_DECODE_FAILED', message);
