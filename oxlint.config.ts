import { defineConfig } from 'oxlint';
import { effectRules, layerRules } from './scripts/architecture.ts';

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'promise', 'node'],
  categories: { correctness: 'error' },
  ignorePatterns: ['**/dist/**', '**/fixtures/**', '**/node_modules/**'],
  rules: {
    // A reader who meets `any` can rely on nothing after it: use `unknown` and narrow.
    'typescript/no-explicit-any': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-floating-promises': 'error',
    // One name per thing, the same in every file: default exports are renamed by each importer.
    'import/no-default-export': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    // Three screens. What doesn't fit is two things.
    'max-lines': ['error', { max: 400 }],
    'no-console': 'error',
    eqeqeq: 'error',
  },
  overrides: [
    ...layerRules,
    ...effectRules,
    { files: ['*.config.ts', '**/*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    { files: ['cli/**', 'scripts/**', 'bench/**', 'examples/**', 'test/**'], rules: { 'no-console': 'off' } },
    {
      files: ['**/*.test.ts'],
      rules: { 'max-lines': ['error', { max: 600 }], 'typescript/no-non-null-assertion': 'off' },
    },
  ],
});
