/** A moment without zone: days since 1970-01-01, proleptic Gregorian, and microseconds of that day. */
export interface Moment {
  readonly days: number;
  /** May lie outside the day after an offset was taken off. */
  readonly us: number;
}

const dayUs = 86_400_000_000;

/** What Debezium shows of infinite dates and timestamps: the ends of what its driver's types hold. */
const infiniteDate: Readonly<Record<string, number>> = { infinity: -2_147_472_692, '-infinity': -2_147_472_691 };
const infiniteMoment: Readonly<Record<string, Moment>> = {
  infinity: { days: 106_751_991, us: 14_425_200_000 },
  '-infinity': { days: -106_751_992, us: 71_967_600_000 },
};

/** `2016-11-04` → 17109. */
export function encodeDate(text: string): number {
  return infiniteDate[text] ?? parseMoment(text).days;
}

/** A timestamp without zone, and with one as UTC. */
export function parseTimestamp(text: string): Moment {
  return infiniteMoment[text] ?? parseMoment(text);
}

/** Microseconds since 1970 as decimal text; beyond 2^53 exact. */
export function microsText({ days, us }: Moment): string {
  return days > -100_000 && days < 100_000 ? String(days * dayUs + us) : String(microsOf({ days, us }));
}

export function microsOf({ days, us }: Moment): bigint {
  return BigInt(days) * 86_400_000_000n + BigInt(us);
}

export function millisText({ days, us }: Moment): string {
  const ms = Math.floor(us / 1000);
  return days > -1e8 && days < 1e8 ? String(days * 86_400_000 + ms) : String(BigInt(days) * 86_400_000n + BigInt(ms));
}

/** `13:51:30.123789` → microseconds of the day; `24:00:00` is its end. */
export function encodeTimeUs(text: string): number {
  return parseClock(text, 0, text.length);
}

/** ISO 8601 in UTC with `digits` of a second; `infinity` and `-infinity` stay. */
export function encodeZonedTimestamp(text: string, digits: number): string {
  if (text.endsWith('infinity')) return text;
  const { days, us } = parseMoment(text);
  const shift = Math.floor(us / dayUs);
  return `${renderDays(days + shift)}T${renderClock(us - shift * dayUs, digits)}Z`;
}

/** `13:51:30.123789+02` → `11:51:30.123789Z`, without trailing zeros. */
export function encodeZonedTime(text: string): string {
  const sign = Math.max(text.indexOf('+'), text.indexOf('-'));
  const us = parseClock(text, 0, sign < 0 ? text.length : sign) - (sign < 0 ? 0 : parseOffset(text, sign));
  return `${renderClock(((us % dayUs) + dayUs) % dayUs, undefined)}Z`;
}

/** The forms of `time.precision.mode=isostring`. */
export function renderIsoDate(text: string): string {
  return `${renderDays(encodeDate(text))}Z`;
}

export function renderIsoTime(text: string): string {
  return `${renderClock(encodeTimeUs(text) % dayUs, undefined)}Z`;
}

export function renderIsoTimestamp(text: string): string {
  const { days, us } = parseTimestamp(text);
  return `${renderDays(days)}T${renderClock(us, undefined)}Z`;
}

/** DateStyle ISO: `4713-12-31 23:59:59.999999+00 BC`. An offset is taken off. */
export function parseMoment(text: string): Moment {
  const first = text.indexOf('-');
  const space = text.indexOf(' ');
  const beforeChrist = text.endsWith(' BC');
  const written = digitsAt(text, 0, first);
  const year = beforeChrist ? 1 - written : written;
  const days = daysFromCivil(year, digitsAt(text, first + 1, first + 3), digitsAt(text, first + 4, first + 6));
  const end = beforeChrist ? text.length - 3 : text.length;
  if (space < 0 || space >= end) return { days, us: 0 };
  let zone = text.indexOf('+', space);
  if (zone < 0) zone = text.indexOf('-', space);
  if (zone < 0) return { days, us: parseClock(text, space + 1, end) };
  return { days, us: parseClock(text, space + 1, zone) - parseOffset(text.slice(0, end), zone) };
}

function digitsAt(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index += 1) value = value * 10 + text.charCodeAt(index) - 48;
  return value;
}

/** `hh:mm:ss.ffffff` between two places of a text; seconds and their fraction may be missing. */
function parseClock(text: string, from: number, to: number): number {
  const hours = digitsAt(text, from, from + 2);
  const minutes = to > from + 2 ? digitsAt(text, from + 3, from + 5) : 0;
  const seconds = to > from + 5 ? digitsAt(text, from + 6, from + 8) : 0;
  let us = 0;
  if (to > from + 9) us = digitsAt(text, from + 9, to) * 10 ** (6 - (to - from - 9));
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + us;
}

function parseOffset(text: string, sign: number): number {
  const size = parseClock(text, sign + 1, text.length);
  return text.charCodeAt(sign) === 45 ? -size : size;
}

/** With `digits` of a second; undefined: as many as are not zero. */
function renderClock(us: number, digits: number | undefined): string {
  const seconds = Math.floor(us / 1_000_000);
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  const fraction = us % 1_000_000;
  if (digits === undefined) return fraction === 0 ? clock : `${clock}.${pad(fraction, 6).replace(/0+$/, '')}`;
  return digits === 0 ? clock : `${clock}.${pad(fraction, 6).slice(0, digits)}`;
}

/** ISO 8601 as Java writes it: a sign beyond four digits. */
function renderDays(days: number): string {
  const { year, month, date } = civilFromDays(days);
  const shown = year < 0 ? `-${pad(-year, 4)}` : year > 9999 ? `+${year}` : pad(year, 4);
  return `${shown}-${pad(month, 2)}-${pad(date, 2)}`;
}

const pad = (value: number, width: number) => String(value).padStart(width, '0');

/** Days since 1970 of a proleptic Gregorian date, and back: eras of 400 years that begin in March. */
function daysFromCivil(year: number, month: number, date: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): { readonly year: number; readonly month: number; readonly date: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    date: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}
