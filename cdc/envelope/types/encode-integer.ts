/** Java's `BigInteger.toByteArray` of a decimal integer, in base64, quoted: big-endian two's complement, fewest bytes. */
export function encodeInteger(decimal: string): string {
  if (decimal.length > 15) return encodeLarge(BigInt(decimal));
  let value = Number(decimal);
  let bytes = 1;
  for (let limit = 128; value >= limit || value < -limit; limit *= 256) bytes += 1;
  if (value < 0) value += 256 ** bytes;
  const buffer = Buffer.allocUnsafe(bytes);
  for (let index = bytes - 1; index >= 0; index -= 1) {
    buffer[index] = value % 256;
    value = Math.floor(value / 256);
  }
  return `"${buffer.toString('base64')}"`;
}

function encodeLarge(value: bigint): string {
  const magnitude = value < 0n ? -value - 1n : value;
  const bytes = Math.floor(bitLength(magnitude) / 8) + 1;
  const hex = BigInt.asUintN(bytes * 8, value)
    .toString(16)
    .padStart(bytes * 2, '0');
  return `"${Buffer.from(hex, 'hex').toString('base64')}"`;
}

function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex.charAt(0), 16)));
}
