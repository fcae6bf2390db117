import { execFile } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

/** Runs `scripts/test.ts` as `npm test` does. */
function runTests(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; last: string; output: string }> {
  const script = path.join(import.meta.dirname, 'test.ts');
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env } };
    execFile(process.execPath, ['--conditions=overgrow-source', script, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, last: stdout.trimEnd().split('\n').at(-1) ?? '', output: stdout + stderr });
    });
  });
}

test('ends with the line that counts, alone on its line', async () => {
  const { code, last } = await runTests(['scripts/testing/outcome.test.ts']);
  expect({ code, last }).toEqual({ code: 0, last: '7 passed, 0 failed' });
});

test('no test found is a failure', async () => {
  const { code, last, output } = await runTests(['no/such/place']);
  expect({ code, last }).toEqual({ code: 1, last: '0 passed, 1 failed' });
  expect(output).toContain('no test file found for no/such/place');
});

test('tests that a name leaves out are skipped', async () => {
  const { code, last } = await runTests(['scripts/testing/outcome.test.ts', '-t', 'adds up all files']);
  expect({ code, last }).toEqual({ code: 0, last: '1 passed, 0 failed, 6 skipped' });
});

test('the seed of the environment is the seed of the run', async () => {
  const { output } = await runTests(['scripts/testing/outcome.test.ts'], { OVERGROW_SEED: '42' });
  expect(output).toContain('random tests start from seed 42');
});
