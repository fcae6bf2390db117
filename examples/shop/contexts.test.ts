import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Place {
  readonly units: readonly string[];
  readonly entities: readonly string[];
  readonly endpoints: readonly string[];
  readonly why: string;
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
const expected = parse(read('contexts.expected.yaml')) as {
  contexts: Record<string, Place & { split?: Record<string, string> }>;
  sharedKernel: Place;
};
const places = [...Object.values(expected.contexts), expected.sharedKernel];
const modules = globSync('**/*.ts', {
  cwd: folder,
  exclude: ['services/**', 'testing/**', 'node_modules/**', 'dist/**'],
})
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => !file.endsWith('.test.ts'));
const sorted = (list: readonly string[]) => [...list].sort((a, b) => a.localeCompare(b));

test('every module stands once', () => {
  expect(sorted(places.flatMap((place) => place.units))).toEqual(sorted(modules));
});

test('every table and view stands once', () => {
  const sql = [...globSync('migrations/*.sql', { cwd: folder }), 'db/migrate.ts'].map(read).join('\n');
  const names = [...sql.matchAll(/^ *'?CREATE (?:TABLE|VIEW)(?: IF NOT EXISTS)? (\w+)/gm)].map(
    (match) => `public.${match[1]}`,
  );
  expect(names.length).toBeGreaterThan(30);
  expect(sorted(places.flatMap((place) => place.entities))).toEqual(sorted(names));
});

test('every endpoint stands once', () => {
  const found = modules.flatMap((file) =>
    [...read(file).matchAll(/^ *(?:app|router|\w+Routes)\.(get|post|put|delete)\('([^']+)'/gm)].map(
      (match) => `${match[1]?.toUpperCase()} ${match[2]}`,
    ),
  );
  expect(found.length).toBeGreaterThan(60);
  expect(sorted(places.flatMap((place) => place.endpoints))).toEqual(sorted(found));
});

test('each place says why, and what is split exists', () => {
  for (const place of places) expect(place.why).toMatch(/\.$/);
  for (const { split = {} } of Object.values(expected.contexts)) {
    for (const [unit, context] of Object.entries(split)) {
      const [file = '', name = ''] = unit.split('#');
      expect(read(file)).toContain(`export async function ${name}(`);
      expect(Object.keys(expected.contexts)).toContain(context);
    }
  }
});

test('every place that the list of tangles names exists', () => {
  const tangles = read('TANGLES.md');
  const named = [...tangles.matchAll(/`([\w/-]+\.(?:ts|sql))(?::(\w+))?`/g)];
  expect(named.length).toBeGreaterThan(20);
  for (const [, file = '', word = ''] of named) expect(read(file), file).toContain(word);
});
