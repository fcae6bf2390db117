/** `String.hashCode` of Java. */
function javaHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

/**
 * Entries in the order in which a `java.util.HashMap` iterates over them: by bucket, in a bucket as they were put in. The
 * table has 16 buckets and doubles at three quarters. Debezium shows an hstore in this order.
 */
export function inHashMapOrder<V>(entries: ReadonlyMap<string, V>): readonly (readonly [string, V])[] {
  let buckets = 16;
  while (entries.size > buckets * 0.75) buckets *= 2;
  const bucketOf = (key: string) => {
    const hash = javaHash(key);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return [...entries].toSorted(([a], [b]) => bucketOf(a) - bucketOf(b));
}

/** `Double.toString` of Java: at least one digit behind the point, an exponent from ten million and below a thousandth. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value) || value === 0)
    return Number.isFinite(value) ? (Object.is(value, -0) ? '-0.0' : '0.0') : String(value);
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
