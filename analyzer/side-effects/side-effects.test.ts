import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../facts/extract-facts.ts';
import type { Facts } from '../facts/facts.ts';
import { parseFacts } from '../facts/parse-facts.ts';

describe('what blocks an extraction', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/lighthouse'));
  });

  test('state of the process, who changes it and who else uses it', () => {
    expect(facts.states).toEqual([
      {
        unit: 'lamps.ts',
        kind: 'variable',
        name: 'lit',
        writers: ['lamps.ts#light'],
        users: ['keeper.ts#dusk'],
        place: 'lamps.ts:8',
      },
      { unit: 'lamps.ts', kind: 'emitter', name: 'signals', users: ['keeper.ts#dusk'], place: 'lamps.ts:6' },
      { unit: 'lamps.ts', kind: 'cache', name: 'weather', writers: ['lamps.ts#light'], place: 'lamps.ts:7' },
      { unit: 'lamps.ts#watch', kind: 'timer', name: 'setInterval', place: 'lamps.ts:20' },
    ]);
  });

  test('settings by unit', () => {
    expect(facts.environment?.map(({ unit, key }) => `${unit} ${key}`)).toEqual([
      'lamps.ts HARBOUR_MAIL',
      'lamps.ts MAIL_HOST',
    ]);
  });

  test('what follows a write, also by a function that the unit calls', () => {
    expect(facts.sideEffects).toEqual([
      { entity: 'public.reports', kind: 'mail', unit: 'lamps.ts#report', place: 'lamps.ts:29' },
    ]);
  });

  test('the document is a valid one', () => {
    expect(parseFacts(JSON.stringify(facts))).toEqual(facts);
  });
});
