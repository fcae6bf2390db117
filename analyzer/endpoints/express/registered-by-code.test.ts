import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('Express routes that code registers for others', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/registered-by-code'));
  });
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);
  const ids = () => (facts.endpoints ?? []).map(({ id }) => id);

  test('tables, folders, helpers, base classes, resources, and nothing else', () => {
    expect(ids()).toEqual([
      'DELETE /data/Cranes/:id',
      'DELETE /data/Ships/:id',
      'DELETE /port/pilots/:id',
      'GET /data/Cranes',
      'GET /data/Ships',
      'GET /legacy',
      'GET /port/berths',
      'GET /port/cranes/lift/:id',
      'GET /port/pilots',
      'GET /port/tides/next',
      'POST /port/tides',
    ]);
  });

  test('the handler is what was handed on, not the wrapper', () => {
    expect(endpoint('GET /port/tides/next')?.units).toEqual(['lists/measure.js#nextTide']);
    expect(endpoint('GET /port/cranes/lift/:id')?.units).toEqual(['harbours/cranes.js#lift']);
    expect(endpoint('DELETE /port/pilots/:id')?.units?.[0]).toBe('controllers/pilots.js#PilotController.dismiss');
    expect(endpoint('GET /data/Ships')?.units).toEqual(['models.js#Ship']);
  });

  test('guards that a base class puts in front', () => {
    expect(endpoint('DELETE /port/pilots/:id')?.guards).toEqual(['requireRole']);
  });

  test('the place is where the path is written: the call, or the row of a table', () => {
    expect(endpoint('POST /port/tides')?.place).toBe('lists/tides.js:5');
    expect(endpoint('GET /port/pilots')?.place).toBe('controllers/pilots.js:6');
    expect(endpoint('DELETE /port/pilots/:id')?.place).toBe('controllers/pilots.js:7');
  });

  test('nothing stays open', () => {
    expect(facts.unresolved ?? []).toEqual([]);
  });
});
