import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('queues', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/post-office'));
  });
  const events = () =>
    (facts.dependencies ?? []).filter(({ kind }) => kind === 'event').map(({ from, to }) => `${from} → ${to}`);

  test('each worker is an endpoint, by queue and job', () => {
    expect((facts.endpoints ?? []).map(({ id, units }) => `${id}: ${units?.[0] ?? ''}`)).toEqual([
      'job agenda/sweep floor: src/night.ts',
      'job letters: src/letters.ts#deliver',
      'job parcels/ship: src/parcels.ts#ParcelProcessor.ship',
      'job parcels/weigh: src/parcels.ts#ParcelProcessor.weigh',
      'job pg-boss/count-money: src/night.ts',
      'job returns: src/parcels.ts#ReturnsProcessor.process',
      'job sorting: src/start.ts#sortMail',
      'job stamps/print: src/stamps.js#printStamp',
    ]);
  });

  test('who adds a job reaches who does it, and only that one', () => {
    expect(events()).toEqual([
      'src/counter.ts#acceptLetter → src/letters.ts#deliver',
      'src/parcels.ts#Counter.accept → src/parcels.ts#ReturnsProcessor.process',
      'src/parcels.ts#ParcelCounter.ship → src/parcels.ts#ParcelProcessor.ship',
      'src/stamps.js#order → src/stamps.js#printStamp',
    ]);
  });
});
