import { expect, test } from 'vitest';
import { renderComparison } from './comparison.ts';

test('a comparison is a table with ratios to ours', () => {
  const text = renderComparison({
    title: 'Proxies',
    baseline: 'overgrow',
    rows: [
      { name: 'overgrow', figures: { requestsPerSecond: 20_000, cpuMicrosPerRequest: 50 } },
      { name: 'other', figures: { requestsPerSecond: 10_000 } },
    ],
    notes: ['nginx is not installed'],
  });
  expect(text).toBe(
    `## Proxies

Ratios to overgrow.

|          | requests per second | ratio | cpu micros per request | ratio |
|----------|--------------------:|------:|-----------------------:|------:|
| overgrow |              20,000 | 1.00× |                     50 | 1.00× |
| other    |              10,000 | 0.50× |                      – |       |

- nginx is not installed`,
  );
});
