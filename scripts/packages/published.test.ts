import { expect, test } from 'vitest';
import { isAsset, toPublishedManifest } from './published.ts';

test('the published package.json points to nothing that is not shipped', () => {
  const manifest = {
    name: '@overgrow/core',
    version: '1.0.0',
    type: 'module',
    exports: { '.': { 'overgrow-source': './index.ts', types: './dist/index.d.ts', default: './dist/index.js' } },
    dependencies: { zod: '1.0.0' },
    devDependencies: { vitest: '1.0.0' },
  };
  expect(toPublishedManifest(manifest)).toEqual({
    name: '@overgrow/core',
    version: '1.0.0',
    type: 'module',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    dependencies: { zod: '1.0.0' },
  });
});

test.each<[string, boolean]>([
  ['page/state.html', true],
  ['schema/overgrow.schema.json', true],
  ['package.json', false],
  ['tsconfig.build.json', false],
  ['source/fixtures/one/package.json', false],
  ['source/fixtures/one/app.js', false],
  ['README.md', false],
  ['index.ts', false],
])('isAsset(%s) is %s', (file, expected) => {
  expect(isAsset(file)).toBe(expected);
});
