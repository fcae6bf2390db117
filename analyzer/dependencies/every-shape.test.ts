import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../facts/extract-facts.ts';
import type { Facts } from '../facts/facts.ts';

describe('every way in which a module names another', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/every-shape'));
  });
  const edges = (from: string, kind: string) =>
    (facts.dependencies ?? []).filter((edge) => edge.from === from && edge.kind === kind).map((edge) => edge.to);

  test('require: conditional, template, computed, made, of a folder', () => {
    expect(edges('src/requires.js', 'import')).toEqual([
      'src/eight.js',
      'src/five.js',
      'src/four.js',
      'src/nine.js',
      'src/one.js',
      'src/plugins/rye.js',
      'src/plugins/spelt.js',
      'src/seven.js',
      'src/six.js',
      'src/three.js',
      'src/two.js',
    ]);
  });

  test('imports: package imports, aliases of a test runner and of Nx, a workspace that is not built, templates, workers', () => {
    expect(edges('src/imports.ts', 'import')).toEqual([
      'libs/crust/src/lib/crust.ts',
      'packages/yeast/lib/index.ts',
      'src/five.js',
      'src/ledger/book.ts',
      'src/locales/de.ts',
      'src/locales/en.ts',
      'src/six.js',
      'src/three.js',
      'src/two.js',
    ]);
    expect(edges('src/flours.ts', 'import')).toEqual(['src/plugins/rye.js', 'src/plugins/spelt.js']);
  });

  test('types are told apart, inside an import too', () => {
    expect(edges('src/imports.ts', 'type')).toEqual(['libs/crust/src/lib/crust.ts', 'src/four.js', 'src/one.js']);
  });

  test('an edge through a barrel names the barrel', () => {
    const edge = facts.dependencies?.find(
      ({ from, to, kind }) => from === 'src/imports.ts' && to === 'libs/crust/src/lib/crust.ts' && kind === 'import',
    );
    expect(edge?.through).toEqual(['libs/crust/src/index.ts']);
  });

  test('the scripts of a component are a module, with lines of the file', () => {
    expect(edges('apps/web/src/Counter.vue', 'import')).toEqual([
      'apps/web/src/Bread.vue',
      'apps/web/src/format.ts',
      'apps/web/src/price.ts',
      'apps/web/src/shelf/row.ts',
    ]);
    expect(facts.dependencies?.find(({ to }) => to === 'apps/web/src/format.ts')?.place).toBe(
      'apps/web/src/Counter.vue:12',
    );
    expect(edges('apps/web/src/Bread.vue', 'import')).toEqual(['apps/web/src/bread.ts']);
  });

  test('only what nobody can know is left', () => {
    expect((facts.unresolved ?? []).map(({ place, text }) => `${place} ${text ?? ''}`)).toEqual([
      'src/requires.js:14 require(…)',
    ]);
  });
});
