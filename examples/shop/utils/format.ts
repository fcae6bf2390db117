/** 123456 → "1,234.56 €". */
export function formatCents(cents: number): string {
  const sign = cents < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(cents) / 100);
  const rest = String(Math.abs(cents) % 100).padStart(2, '0');
  return `${sign}${String(whole).replace(/\B(?=(\d{3})+$)/g, ',')}.${rest} €`;
}

export function formatDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

export function formatMoment(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ');
}

export function slugify(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** ★★★★☆ */
export function formatStars(average: number | null): string {
  if (average === null) return '';
  const full = Math.round(average);
  return '★'.repeat(full) + '☆'.repeat(5 - full);
}

/** Commas, quotes and line ends quoted; a leading =, +, - or @ is disarmed, because people open this in a spreadsheet. */
export function csvField(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
