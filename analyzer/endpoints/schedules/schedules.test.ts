import path from 'node:path';
import { expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';

test('what runs by the clock, with its expression and handler', async () => {
  const { endpoints } = await extractFacts(path.join(import.meta.dirname, 'fixtures/lighthouse'));
  expect((endpoints ?? []).map(({ id }) => id)).toEqual([
    'cron */5 * * * * turn',
    'cron 0 0 * * * light',
    'cron 0 12 * * 0 light',
    'cron 0 18 * * * light',
    'cron 0 6 * * * turn',
    'cron @daily turn',
  ]);
});
