import { defineConfig } from 'vitest/config';

/** The suffix of a test file says what it needs; each is a project, so that `npm test -- --project pg` runs one kind. */
const kinds = {
  // A hang, not a measure: a busy machine may take its time.
  unit: { suffix: 'test.ts', timeout: 30_000 },
  pg: { suffix: 'pg.test.ts', timeout: 60_000 },
  mysql: { suffix: 'mysql.test.ts', timeout: 60_000 },
  kafka: { suffix: 'kafka.test.ts', timeout: 60_000 },
  browser: { suffix: 'browser.test.ts', timeout: 60_000 },
  e2e: { suffix: 'e2e.test.ts', timeout: 300_000 },
} as const;

const others = Object.values(kinds)
  .map((kind) => kind.suffix)
  .filter((suffix) => suffix !== 'test.ts');

export default defineConfig({
  ssr: { resolve: { conditions: ['overgrow-source'], externalConditions: ['overgrow-source'] } },
  resolve: { conditions: ['overgrow-source'] },
  test: {
    projects: Object.entries(kinds).map(([name, { suffix, timeout }]) => ({
      extends: true,
      test: {
        name,
        include: [`**/*.${suffix}`],
        exclude: [
          '**/node_modules/**',
          '**/dist/**',
          '**/fixtures/**',
          ...(name === 'unit' ? others.map((other) => `**/*.${other}`) : []),
        ],
        testTimeout: timeout,
        hookTimeout: Math.max(timeout, 60_000),
        setupFiles: ['./test/random-seed/setup.ts', './test/leak-guard/setup.ts'],
        ...(name === 'pg' ? { globalSetup: ['./test/servers/postgres-global-setup.ts'] } : {}),
      },
    })),
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default'],
  },
});
