import type { JsonValue } from './json.ts';

/** `numeric(p,s)`: precision and scale from `atttypmod`; undefined without a modifier. The scale has 11 bits and a sign. */
export function decimalScale(modifier: number): number | undefined {
  if (modifier < 4) return undefined;
  const scale = (modifier - 4) & 0x7ff;
  return scale > 1023 ? scale - 2048 : scale;
}

/** Connect's Decimal: base64 of the two's complement of the unscaled value. Null for NaN and infinities, which it lacks. */
export function encodeDecimal(text: string, scale: number): string | null {
  const unscaled = unscale(text);
  if (unscaled === undefined) return null;
  return encodeInteger(
    scale >= unscaled.scale
      ? unscaled.value * 10n ** BigInt(scale - unscaled.scale)
      : unscaled.value / 10n ** BigInt(unscaled.scale - scale),
  );
}

/** Debezium's VariableScaleDecimal, for `numeric` without a scale. */
export function encodeVariableDecimal(text: string): JsonValue {
  const unscaled = unscale(text);
  return unscaled === undefined ? null : { scale: unscaled.scale, value: encodeInteger(unscaled.value) };
}

function unscale(text: string): { readonly value: bigint; readonly scale: number } | undefined {
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const fraction = match[2] ?? '';
  return { value: BigInt(`${match[1]}${fraction}`), scale: fraction.length };
}

/** Java's BigInteger.toByteArray: big-endian two's complement in the fewest bytes, at least one. */
function encodeInteger(value: bigint): string {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes += 1;
  const hex = BigInt.asUintN(bytes * 8, value)
    .toString(16)
    .padStart(bytes * 2, '0');
  return Buffer.from(hex, 'hex').toString('base64');
}
