import { OvergrowError } from '@overgrow/core';

/**
 * Reads a replication message from front to back. Every read checks the bounds, so that a message cut short or with a
 * wrong length is an error and never a wrong value. Numbers are big-endian, text is UTF-8.
 */
export interface ByteReader {
  readonly left: number;
  uint8(): number;
  int16(): number;
  int32(): number;
  uint32(): number;
  int64(): bigint;
  uint64(): bigint;
  /** Text up to a zero byte. */
  cstring(): string;
  text(length: number): string;
  /** A copy: the connection reuses its buffer. */
  bytes(length: number): Buffer;
}

export function createByteReader(buffer: Buffer): ByteReader {
  let offset = 0;
  const take = (length: number): number => {
    const start = offset;
    if (length < 0 || start + length > buffer.length) {
      throw new OvergrowError(
        'CDC_DECODE_FAILED',
        `A replication message of ${buffer.length} bytes ends where ${length} more were expected at byte ${start}.`,
      );
    }
    offset = start + length;
    return start;
  };
  return {
    get left() {
      return buffer.length - offset;
    },
    uint8: () => buffer.readUInt8(take(1)),
    int16: () => buffer.readInt16BE(take(2)),
    int32: () => buffer.readInt32BE(take(4)),
    uint32: () => buffer.readUInt32BE(take(4)),
    int64: () => buffer.readBigInt64BE(take(8)),
    uint64: () => buffer.readBigUInt64BE(take(8)),
    cstring: () => {
      const end = buffer.indexOf(0, offset);
      const length = (end < 0 ? buffer.length + 1 : end) - offset;
      const text = buffer.toString('utf8', take(length), offset);
      take(1);
      return text;
    },
    text: (length) => {
      const start = take(length);
      return buffer.toString('utf8', start, offset);
    },
    bytes: (length) => {
      const start = take(length);
      return Buffer.from(buffer.subarray(start, offset));
    },
  };
}
