/** Follows the frames of one direction (RFC 6455 §5.2) without reading them, to know where one may be put between two. */
export class FrameBoundary {
  readonly #head: number[] = [];
  #payload = 0;

  /** No frame is under way. */
  get isBetween(): boolean {
    return this.#payload === 0 && this.#head.length === 0;
  }

  push(chunk: Uint8Array): void {
    let index = 0;
    while (index < chunk.length) {
      if (this.#payload > 0) {
        const skipped = Math.min(this.#payload, chunk.length - index);
        this.#payload -= skipped;
        index += skipped;
        continue;
      }
      this.#head.push(chunk[index++] ?? 0);
      const payload = payloadLength(this.#head);
      if (payload === undefined) continue;
      this.#payload = payload;
      this.#head.length = 0;
    }
  }
}

/** Undefined: the head is not whole yet. */
function payloadLength(head: readonly number[]): number | undefined {
  const second = head[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskBytes = (second & 0x80) === 0 ? 0 : 4;
  if (head.length < 2 + lengthBytes + maskBytes) return undefined;
  if (lengthBytes === 0) return short;
  return head.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Close 1012, "service restart": the client should connect again (IANA WebSocket close codes). */
export function closeFrame(masked: boolean): Buffer {
  // Masked with zeros: a mask protects against caches, and there is none to the backend.
  return Buffer.from(masked ? [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xf4] : [0x88, 0x02, 0x03, 0xf4]);
}
