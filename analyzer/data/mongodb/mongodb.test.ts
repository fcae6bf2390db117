import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('what the MongoDB driver reads and writes', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/harbour'));
  });

  test('a data access that is handed the name of its collection writes where it is called', () => {
    expect((facts.accesses ?? []).map(({ unit, mode, entity }) => `${unit} ${mode} ${entity}`)).toEqual([
      'log.ts#tide read tides',
      'log.ts#tide write tides',
      'moor.cjs#arrive read berth',
      'moor.cjs#arrive write ship',
    ]);
  });

  test('a name that nobody is known to hand over is reported', () => {
    expect((facts.unresolved ?? []).map(({ place, what }) => `${place} ${what}`)).toContain('log.ts:5 call');
  });
});
