import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../facts/extract-facts.ts';
import type { Facts } from '../facts/facts.ts';

describe('calls through members of classes, objects and prototypes', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/members'));
  });
  const calls = (from: string) =>
    (facts.dependencies ?? []).filter((edge) => edge.from === from && edge.kind === 'call').map((edge) => edge.to);

  test('inherited, private, static, of a getter, of super, of another name for this', () => {
    expect(calls('oven.ts#Oven.bake')).toEqual([
      'oven.ts#Oven.turn',
      'stove.ts#Fuel.burn',
      'stove.ts#Stove.heat',
      'stove.ts#Stove.light',
    ]);
    expect(calls('stove.ts#Stove.heat')).toEqual(['stove.ts#Fuel.burn']);
    expect(calls('kitchen.ts#statics')).toContain('stove.ts#Stove.light');
  });

  test('making an instance runs its constructor and that of its parent', () => {
    expect(calls('kitchen.ts#start')).toEqual(['oven.ts#Oven', 'oven.ts#Oven.constructor', 'pantry.js#Pantry']);
    expect(calls('oven.ts#Oven.constructor')).toEqual(['stove.ts#Stove', 'stove.ts#Stove.constructor']);
    expect(calls('stove.ts#Stove.constructor')).toEqual(['stove.ts#prepare']);
  });

  test('exported instances, and variables that are filled later', () => {
    expect(calls('kitchen.ts#instance')).toEqual(expect.arrayContaining(['oven.ts#Oven.bake', 'stove.ts#Stove.heat']));
  });

  test('declared types, where the code does not show what is given back', () => {
    expect(calls('kitchen.ts#declared')).toEqual(
      expect.arrayContaining(['oven.ts#open', 'oven.ts#Oven.bake', 'stove.ts#Stove.heat']),
    );
  });

  test('members of objects: exported, nested, local, among each other', () => {
    expect(calls('kitchen.ts#objects')).toEqual(['kitchen.ts#wash', 'menu.ts#bread', 'menu.ts#soup']);
    expect(calls('menu.ts#soup')).toEqual(['menu.ts#tomato']);
    expect(calls('door.js#unlock')).toEqual(['door.js#turn']);
  });

  test('prototypes: own, inherited, assigned together, static', () => {
    expect(calls('kitchen.ts#prototypes')).toEqual(
      expect.arrayContaining(['cellar.js#cool', 'pantry.js#count', 'pantry.js#fetch', 'pantry.js#stock']),
    );
    expect(calls('pantry.js#fetch')).toEqual(expect.arrayContaining(['door.js#unlock', 'pantry.js#count']));
  });
});
