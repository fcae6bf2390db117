import type { HeaderFilter } from '../config/proxy-config.ts';

/** Headers (flat) after a filter. Order, case and number of the others stay. */
export function filterHeaders(headers: readonly string[], filter: HeaderFilter): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!filter.remove.has(name.toLowerCase())) kept.push(name, headers[index + 1] ?? '');
  }
  for (const [name, value] of filter.set) kept.push(name, value);
  for (const [name, value] of filter.add) kept.push(name, value);
  return kept;
}
