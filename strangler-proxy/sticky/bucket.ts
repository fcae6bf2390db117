/** How many buckets there are: a weight is a number of them, so its resolution is a hundredth of a percent. */
export const bucketCount = 10_000;

const encoder = new TextEncoder();

/**
 * The bucket 0…9999 of a sticky key: `murmur3_x86_32(utf8(salt + ":" + key), seed 0) mod 10000`. A request goes to the service when
 * its bucket is below the weight, so raising the weight only moves users from monolith to service, and every replica agrees
 * without talking. The salt is the context's name: all routes of a context move a user together.
 */
export function bucketOf(salt: string, key: string): number {
  return murmur3(encoder.encode(`${salt}:${key}`), 0) % bucketCount;
}

/** MurmurHash3_x86_32 (Austin Appleby, public domain, `smhasher/src/MurmurHash3.cpp`). Unsigned. */
export function murmur3(bytes: Uint8Array, seed: number): number {
  let hash = seed | 0;
  const blocks = bytes.length & ~3;
  for (let at = 0; at < blocks; at += 4) {
    const block =
      byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
    hash ^= scramble(block);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  if (bytes.length - blocks === 3) tail ^= byte(bytes, blocks + 2) << 16;
  if (bytes.length - blocks >= 2) tail ^= byte(bytes, blocks + 1) << 8;
  if (bytes.length - blocks >= 1) hash ^= scramble(tail ^ byte(bytes, blocks));
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
