/** IntervalStyle postgres: `1 year 2 mons 3 days -04:05:06.78`. The sign of the clock is that of each of its parts. */
interface Interval {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

const daysPerMonth = 365.25 / 12;

/** Debezium's MicroDuration, in whose arithmetic of doubles a month has 365.25 / 12 days. */
export function encodeInterval(text: string): string {
  const { years, months, days, hours, minutes, seconds } = parseInterval(text);
  const allDays = (years * 12 + months) * daysPerMonth + days;
  const us = Math.trunc((((allDays * 24 + hours) * 60 + minutes) * 60 + seconds) * 1e6);
  return Number.isSafeInteger(us) ? String(us + 0) : String(BigInt.asIntN(64, BigInt(us)));
}

/** `P1Y2M3DT4H5M6.78S`: every part, also those that are zero. */
export function renderIsoInterval(text: string): string {
  const { years, months, days, hours, minutes, seconds } = parseInterval(text);
  return `P${years}Y${months}M${days}DT${hours}H${minutes}M${plainNumber(seconds)}S`;
}

/** A second's fraction has six digits at most, so that JavaScript shows 0.000001 as 0.000001 and smaller ones not at all. */
const plainNumber = (value: number) => String(Object.is(value, -0) ? 0 : value);

function parseInterval(text: string): Interval {
  const counts: Record<string, number> = {};
  for (const [, amount, unit] of text.matchAll(/([+-]?\d+) (year|mon|day)s?/g)) counts[unit ?? ''] = Number(amount);
  const clock = /(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text);
  const sign = clock?.[1] === '-' ? -1 : 1;
  const part = (index: number) => sign * Number(clock?.[index] ?? 0) + 0;
  return {
    years: counts['year'] ?? 0,
    months: counts['mon'] ?? 0,
    days: counts['day'] ?? 0,
    hours: part(2),
    minutes: part(3),
    seconds: part(4),
  };
}
