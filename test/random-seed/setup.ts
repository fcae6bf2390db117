import fc from 'fast-check';

/**
 * All random tests of a run start from one seed: `npm test` prints it, and `OVERGROW_SEED=<seed> npm test -- <file>`
 * repeats what it saw. Without it, each property draws a seed of its own and prints it when it fails.
 */
const seed = Number(process.env['OVERGROW_SEED'] ?? Number.NaN);
const isLong = process.env['OVERGROW_LONG'] === '1';

fc.configureGlobal({
  ...(Number.isSafeInteger(seed) ? { seed } : {}),
  // `npm run test:long` looks further: ten times the cases.
  ...(isLong ? { numRuns: 1_000 } : {}),
});
