import path from 'node:path';
import { expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';

test('Socket.IO: connections by namespace, and events where the socket is handed on', async () => {
  const { endpoints } = await extractFacts(path.join(import.meta.dirname, 'fixtures/radio'));
  expect((endpoints ?? []).map(({ id, units }) => `${id}: ${units?.[0] ?? ''}`)).toEqual([
    'socket / connection: src/music.ts#registerMusic',
    'socket / play: src/music.ts#play',
    'socket / talk: src/server.ts',
    'socket /studio connection: src/server.ts#record',
    'socket /studio record: src/server.ts#record',
  ]);
});
