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
  return new BufferReader(buffer);
}

/** One for each message of the log, so it is an object without closures. */
class BufferReader implements ByteReader {
  readonly #buffer: Buffer;
  #offset = 0;
  /** The whole message, a character a byte: values in ASCII are parts of it, which saves a decoding for each. */
  #latin: string | undefined;
  /** Where the next byte lies that is not ASCII, once it was looked for. */
  #high = -1;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get left(): number {
    return this.#buffer.length - this.#offset;
  }

  #take(length: number): number {
    const start = this.#offset;
    if (length < 0 || start + length > this.#buffer.length) {
      throw new OvergrowError(
        'CDC_DECODE_FAILED',
        `A replication message of ${this.#buffer.length} bytes ends where ${length} more were expected at byte ${start}.`,
      );
    }
    this.#offset = start + length;
    return start;
  }

  uint8(): number {
    return this.#buffer[this.#take(1)] ?? 0;
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#take(4));
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  int64(): bigint {
    return this.#buffer.readBigInt64BE(this.#take(8));
  }

  uint64(): bigint {
    return this.#buffer.readBigUInt64BE(this.#take(8));
  }

  cstring(): string {
    const end = this.#buffer.indexOf(0, this.#offset);
    const length = (end < 0 ? this.#buffer.length + 1 : end) - this.#offset;
    const text = this.text(length);
    this.#take(1);
    return text;
  }

  text(length: number): string {
    const start = this.#take(length);
    const end = this.#offset;
    this.#latin ??= this.#buffer.toString('latin1');
    if (this.#high < start) this.#high = findHigh(this.#latin, start);
    return this.#high >= end ? this.#latin.slice(start, end) : this.#buffer.toString('utf8', start, end);
  }

  bytes(length: number): Buffer {
    const start = this.#take(length);
    return Buffer.from(this.#buffer.subarray(start, this.#offset));
  }
}

const high = /[\u0080-\u00ff]/g;

function findHigh(latin: string, from: number): number {
  high.lastIndex = from;
  return high.test(latin) ? high.lastIndex - 1 : Number.POSITIVE_INFINITY;
}
