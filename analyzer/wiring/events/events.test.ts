import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('events inside of the process', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/newsroom'));
  });
  const from = (unit: string) =>
    (facts.dependencies ?? []).filter((edge) => edge.kind === 'event' && edge.from === unit).map(({ to }) => to);

  test('an emitter that modules share leads to its own listeners, not to those of another', () => {
    expect(from('src/printing.ts#print')).toEqual(['src/listeners.ts#fold']);
    expect(from('src/bus.ts#Press.start')).toEqual(['src/listeners.ts#clean']);
  });

  test('commands, queries and events lead to the handler of their class', () => {
    expect(from('src/stories.ts#Desk.write')).toEqual(['src/stories.ts#WriteStoryHandler.execute']);
    expect(from('src/stories.ts#Desk.find')).toEqual(['src/stories.ts#FindStoryHandler.execute']);
    expect(from('src/stories.ts#WriteStoryHandler.execute')).toEqual(['src/stories.ts#StoryWrittenHandler.handle']);
  });

  test('EventEmitter2 leads to @OnEvent of the name, wildcards included', () => {
    expect(from('src/stories.ts#Desk.announce')).toEqual([
      'src/stories.ts#Readers.notice',
      'src/stories.ts#Readers.read',
    ]);
  });
});
