/**
 * Moves the decimal point of an exact decimal: `('19.90', 2)` → `1990`, `('1990', -2)` → `19.90`. Positive places multiply
 * by ten. Digits stay as they are, so moving there and back gives the same text. @throws RangeError on other text.
 */
export function shiftDecimal(text: string, places: number): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) throw new RangeError('shiftDecimal: expected a decimal number');
  const [, sign = '', whole = '', fraction = ''] = match;
  const scale = Math.max(fraction.length - places, 0);
  const digits = whole + fraction + '0'.repeat(Math.max(places - fraction.length, 0));
  const padded = digits.padStart(scale + 1, '0');
  const head = padded.slice(0, padded.length - scale).replace(/^0+(?=\d)/, '');
  const tail = padded.slice(padded.length - scale);
  const moved = tail === '' ? head : `${head}.${tail}`;
  return /^[0.]*$/.test(moved) ? moved : sign + moved;
}
