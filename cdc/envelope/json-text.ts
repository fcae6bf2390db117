const plain = /^[ !#-[\]-~]*$/;

/** Text as a JSON string. Most values need no escape, which is seen faster than escapes are looked for. */
export function quoteJson(text: string): string {
  return text.length < 200 && plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

/**
 * PostgreSQL's shortest exact text of a float as JSON: always with a point or exponent, so that it stays a float for readers
 * that tell the two apart. NaN and infinities are strings, as in Kafka's JsonConverter.
 */
export function floatJson(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  if (last < 48 || last > 57) return `"${text}"`;
  return text.includes('.') || text.includes('e') ? text : `${text}.0`;
}
