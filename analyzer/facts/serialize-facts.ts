import type { Facts } from './facts.ts';
import { sortFacts } from './sort-facts.ts';

/** Facts as JSON, one record a line, sorted: equal facts give equal bytes, and a diff shows what changed. */
export function serializeFacts(facts: Facts): string {
  const parts = Object.entries(sortFacts(facts)).map(([key, value]) => {
    if (!Array.isArray(value)) return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    const lines = value.map((item) => `\n    ${JSON.stringify(item)}`).join(',');
    return `${JSON.stringify(key)}: [${lines}${lines === '' ? '' : '\n  '}]`;
  });
  return `{\n  ${parts.join(',\n  ')}\n}\n`;
}
