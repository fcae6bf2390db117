import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderTransitions } from './render-transitions.ts';

test('docs/reference/phases.md is what the transition table says: run `npm run generate` when this fails', () => {
  const page = new URL('../../docs/reference/phases.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toBe(renderTransitions());
});
