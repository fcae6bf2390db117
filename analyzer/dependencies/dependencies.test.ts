import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../facts/extract-facts.ts';
import type { Facts } from '../facts/facts.ts';

describe('dependencies of a repository with barrels, aliases, CommonJS and a workspace', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/barrels-and-aliases'));
  });
  const edges = (from: string, kind: string) =>
    (facts.dependencies ?? []).filter((edge) => edge.from === from && edge.kind === kind).map((edge) => edge.to);

  test('imports lead through barrels and aliases to the defining module', () => {
    expect(edges('src/shop.ts', 'import')).toEqual(['src/dough/dough.ts', 'src/late.ts', 'src/ovens/oven.ts']);
  });

  test('types are told apart', () => {
    expect(edges('src/shop.ts', 'type')).toEqual(['src/ovens/oven.ts']);
  });

  test('require is an import, destructured or not', () => {
    expect(edges('src/till.cjs', 'import')).toEqual(['src/coins.cjs']);
    expect(edges('src/till.cjs#total', 'call')).toEqual(['src/coins.cjs#count', 'src/coins.cjs#weigh']);
  });

  test('a workspace package resolves to its source though nothing is installed or built', () => {
    expect(edges('src/mill.ts', 'import')).toEqual(['packages/flour/src/index.ts']);
  });

  test('calls go through instances and injected fields', () => {
    expect(edges('src/shop.ts#open', 'call')).toEqual(
      expect.arrayContaining(['src/ovens/oven.ts#Oven.bake', 'src/dough/dough.ts#knead', 'src/late.ts#sweep']),
    );
    expect(edges('src/ovens/oven.ts#Oven.bake', 'call')).toEqual(['src/ovens/oven.ts#Timer.wait']);
  });

  test('what leads nowhere is reported with its place; packages and Node are not', () => {
    expect((facts.unresolved ?? []).map(({ place, text }) => `${place} ${text ?? ''}`)).toEqual([
      'src/shop.ts:13 import(…)',
      'src/shop.ts:4 ./nowhere.ts',
      'src/shop.ts:5 not-a-dependency',
    ]);
  });
});
