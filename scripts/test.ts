import { randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVitest, parseCLI, type Reporter, type TestModule, type Vitest } from 'vitest/node';
import { openLongRun } from './testing/long-run-files.ts';
import { needs } from './testing/needs-files.ts';
import { type FileOutcome, renderBudgets, renderOutcome, sumOutcomes } from './testing/outcome.ts';

/*
 * `npm test [-- paths and vitest options]`: runs the tests of all kinds that this machine can run, and ends with one line
 * `N passed, N failed`. What a kind needs and is not here is a skip with its reason; with CI=true it is a failure.
 */

const root = path.resolve(import.meta.dirname, '..');
const isCI = process.env['CI'] === 'true';

async function main(given: readonly string[]): Promise<number> {
  const isLong = given.includes('--long');
  const { filter, options } = parseCLI(['vitest', 'run', ...given.filter((argument) => argument !== '--long')]);

  const seed = (process.env['OVERGROW_SEED'] ??= String(randomInt(2 ** 31)));
  if (isLong) process.env['OVERGROW_LONG'] = '1';
  const longRun = isLong && filter.length === 0 ? openLongRun(new Date()) : undefined;
  console.log(`random tests start from seed ${seed}; OVERGROW_SEED=${seed} repeats them`);

  const wanted = [options.project ?? Object.keys(needs)].flat();
  const missing = wanted.flatMap((project) => {
    const need = needs[project]?.() ?? { kind: 'met' };
    return need.kind === 'missing' ? [{ project, reason: need.reason }] : [];
  });
  const names = new Set(missing.map(({ project }) => project));

  const progress: Reporter = {
    onTestModuleEnd: (module) => {
      if (module.state() === 'passed') longRun?.markPassed(path.relative(root, module.moduleId));
    },
  };
  const reporters = [options.reporters ?? 'default', progress].flat() as NonNullable<typeof options.reporters>;
  const vitest = await createVitest({ ...options, reporters, root, run: true, watch: false, project: wanted });
  const interrupt = () => void vitest.cancelCurrentRun('keyboard-input');
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const all = await vitest.globTestSpecifications(filter);
    const found = all.filter(({ moduleId }) => longRun?.done.has(path.relative(root, moduleId)) !== true);
    if (found.length < all.length) console.log(`${all.length - found.length} test files passed before; going on`);
    const runnable = found.filter(({ project }) => !names.has(project.name));
    const notRun = found.length - runnable.length;
    for (const { project, reason } of missing) {
      const count = found.filter((specification) => specification.project.name === project).length;
      if (count > 0) console.log(`${isCI ? 'cannot run' : 'skipped'}: ${count} ${project} test files, since ${reason}`);
    }
    await vitest.standalone();
    if (runnable.length > 0) await vitest.runTestSpecifications(runnable, true);
    else if (all.length === 0) console.log(`no test file found${filter.length > 0 ? ` for ${filter.join(', ')}` : ''}`);
    const exit = summarise(vitest, isCI ? { errors: notRun, skipped: 0 } : { errors: 0, skipped: notRun });
    if (exit === 0 && !interrupted)
      longRun?.finish([lastLine, `random tests from seed ${seed}, ten times the usual cases`]);
    return exit;
  } finally {
    await vitest.close();
  }
}

function summarise(vitest: Vitest, notRun: { readonly errors: number; readonly skipped: number }): number {
  const files = vitest.state.getTestModules().map(outcomeOf);
  const errors = vitest.state.getUnhandledErrors().length + notRun.errors;
  const outcome = sumOutcomes(files, errors, notRun.skipped);
  for (const line of renderBudgets(files)) console.log(line);
  lastLine = renderOutcome(outcome);
  return outcome.failed > 0 ? 1 : 0;
}

function outcomeOf(module: TestModule): FileOutcome {
  const tests = [...module.children.allTests()].map((test) => test.result().state);
  const count = (state: string) => tests.filter((other) => other === state).length;
  const failed = count('failed');
  return {
    project: module.project.name,
    passed: count('passed'),
    failed,
    // A test that never got its turn (an interrupted run, a failed beforeAll) has shown nothing.
    skipped: count('skipped') + count('pending'),
    fileFailed: module.state() === 'failed' && (failed === 0 || module.errors().length > 0),
    durationMs: module.diagnostic().duration,
  };
}

let lastLine = '0 passed, 1 failed';
let interrupted = false;
process.once('SIGINT', () => (interrupted = true));

// A folder for the whole run, so that a killed worker leaves nothing either. Others may pass: PostgreSQL is another user.
const folder = mkdtempSync(path.join(tmpdir(), 'overgrow-tests-'));
chmodSync(folder, 0o711);
for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = folder;

// Also when somebody else ends this process: vitest does so after an interrupt.
process.once('exit', () => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  if (interrupted) process.exitCode = 130;
  console.log(lastLine);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
