const dayUs = 86_400_000_000n;

/** Debezium's values for timestamps without an instant, in microseconds. */
const infinityUs = 9_223_372_036_825_200_000n;
const minusInfinityUs = -9_223_372_036_832_400_000n;

interface Moment {
  /** Days since 1970-01-01, proleptic Gregorian. */
  readonly days: bigint;
  /** Microseconds of the day, may lie outside it after an offset was taken off. */
  readonly us: bigint;
}

/** `2016-11-04` → 17109. Null for infinities, which the type lacks. */
export function encodeDate(text: string): bigint | null {
  return text.endsWith('infinity') ? null : parseMoment(text).days;
}

/** A timestamp without zone, in microseconds since 1970. */
export function encodeTimestampUs(text: string): bigint {
  if (text === 'infinity') return infinityUs;
  if (text === '-infinity') return minusInfinityUs;
  const { days, us } = parseMoment(text);
  return days * dayUs + us;
}

/** `13:51:30.123789` → microseconds of the day; `24:00:00` is its end. */
export function encodeTimeUs(text: string): bigint {
  return parseClock(text);
}

/** ISO 8601 in UTC with six digits; `infinity` and `-infinity` stay. */
export function encodeZonedTimestamp(text: string): string {
  if (text.endsWith('infinity')) return text;
  const { days, us } = parseMoment(text);
  const total = days * dayUs + us;
  const day = floorDiv(total, dayUs);
  const { year, month, date } = civilFromDays(day);
  return `${renderYear(year)}-${pad(month, 2)}-${pad(date, 2)}T${renderClock(total - day * dayUs, true)}Z`;
}

/** `13:51:30.123789+02` → `11:51:30.123789Z`, without trailing zeros. */
export function encodeZonedTime(text: string): string {
  const match = /^([\d:.]+)([+-].*)$/.exec(text);
  const us = parseClock(match?.[1] ?? text) - parseOffset(match?.[2] ?? '');
  return `${renderClock(((us % dayUs) + dayUs) % dayUs, false)}Z`;
}

/** Debezium's MicroDuration: a month has 365.25 / 12 days. Reads IntervalStyle postgres: `1 year 2 mons 3 days 04:05:06.78`. */
export function encodeInterval(text: string): bigint {
  let us = 0n;
  for (const [, amount, unit] of text.matchAll(/([+-]?\d+) (year|mon|day)s?/g)) {
    const count = BigInt(amount ?? '0');
    if (unit === 'year') us += (count * dayUs * 36_525n) / 100n;
    else if (unit === 'mon') us += (count * dayUs * 36_525n) / 1200n;
    else us += count * dayUs;
  }
  const clock = /(-?)(\d+:\d\d:\d\d(?:\.\d+)?)$/.exec(text);
  if (clock === null) return us;
  const time = parseClock(clock[2] ?? '');
  return clock[1] === '-' ? us - time : us + time;
}

/** DateStyle ISO: `4713-12-31 23:59:59.999999+00 BC`. An offset is taken off. */
function parseMoment(text: string): Moment {
  const match = /^(\d+)-(\d\d)-(\d\d)(?: ([\d:.]+)([+-][\d:]+)?)?( BC)?$/.exec(text);
  const [, year = '0', month = '1', date = '1', clock = '0:0:0', offset = '', bc] = match ?? [];
  const isoYear = bc === undefined ? BigInt(year) : 1n - BigInt(year);
  return { days: daysFromCivil(isoYear, BigInt(month), BigInt(date)), us: parseClock(clock) - parseOffset(offset) };
}

function parseClock(text: string): bigint {
  const [hours = '0', minutes = '0', seconds = '0'] = text.split(':');
  const [whole = '0', fraction = ''] = seconds.split('.');
  const minutesUs = (BigInt(hours) * 60n + BigInt(minutes)) * 60_000_000n;
  return minutesUs + BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

const parseOffset = (text: string) =>
  text === '' ? 0n : text.startsWith('-') ? -parseClock(text.slice(1)) : parseClock(text.slice(1));

function renderClock(us: bigint, sixDigits: boolean): string {
  const seconds = us / 1_000_000n;
  const digits = pad(us % 1_000_000n, 6);
  const fraction = sixDigits ? `.${digits}` : digits === '000000' ? '' : `.${digits.replace(/0+$/, '')}`;
  return `${pad(seconds / 3600n, 2)}:${pad((seconds / 60n) % 60n, 2)}:${pad(seconds % 60n, 2)}${fraction}`;
}

const pad = (value: bigint, width: number) => value.toString().padStart(width, '0');

/** ISO 8601 as Java writes it: a sign beyond four digits. */
function renderYear(year: bigint): string {
  if (year < 0n) return `-${pad(-year, 4)}`;
  return year > 9999n ? `+${year}` : pad(year, 4);
}

const floorDiv = (value: bigint, by: bigint) => (value - (((value % by) + by) % by)) / by;

/** Days since 1970 of a proleptic Gregorian date, and back: eras of 400 years that begin in March. */
function daysFromCivil(year: bigint, month: bigint, date: bigint): bigint {
  const shifted = month <= 2n ? year - 1n : year;
  const era = floorDiv(shifted, 400n);
  const yearOfEra = shifted - era * 400n;
  const dayOfYear = (153n * (month + (month > 2n ? -3n : 9n)) + 2n) / 5n + date - 1n;
  return era * 146_097n + yearOfEra * 365n + yearOfEra / 4n - yearOfEra / 100n + dayOfYear - 719_468n;
}

function civilFromDays(days: bigint): { readonly year: bigint; readonly month: bigint; readonly date: bigint } {
  const shifted = days + 719_468n;
  const era = floorDiv(shifted, 146_097n);
  const dayOfEra = shifted - era * 146_097n;
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36_524n - dayOfEra / 146_096n) / 365n;
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const marchMonth = (5n * dayOfYear + 2n) / 153n;
  const month = marchMonth < 10n ? marchMonth + 3n : marchMonth - 9n;
  return {
    year: yearOfEra + era * 400n + (month <= 2n ? 1n : 0n),
    month,
    date: dayOfYear - (153n * marchMonth + 2n) / 5n + 1n,
  };
}
