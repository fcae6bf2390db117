import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('what MikroORM reads and writes', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/theatre'));
  });
  const accesses = (unit: string) =>
    (facts.accesses ?? [])
      .filter((access) => access.unit === `plays.ts#Plays.${unit}`)
      .map(({ mode, entity }) => `${mode} ${entity}`)
      .sort();

  test('tables and the pivot between two', () => {
    expect((facts.entities ?? []).map(({ id, references }) => [id, references])).toEqual([
      ['people.actor', undefined],
      ['public.houses', undefined],
      ['public.stage_play', ['public.houses']],
      ['public.stage_play_cast', ['people.actor', 'public.stage_play']],
    ]);
  });

  test('repositories with what they populate', () => {
    expect(accesses('list')).toEqual([
      'read people.actor',
      'read public.houses',
      'read public.stage_play',
      'read public.stage_play_cast',
    ]);
  });

  test('a field that is set before the flush is a write', () => {
    expect(accesses('rename')).toEqual(['read people.actor', 'write people.actor']);
  });

  test('collections write their pivot', () => {
    expect(accesses('cast')).toEqual(['read public.stage_play', 'write public.stage_play_cast']);
  });

  test('the manager of a transaction', () => {
    expect(accesses('open')).toEqual(['write public.houses']);
  });

  test('hooks', () => {
    expect((facts.sideEffects ?? []).map(({ entity, unit }) => [entity, unit])).toEqual([
      ['public.stage_play', 'entities.ts#StagePlay.announce'],
    ]);
  });
});
