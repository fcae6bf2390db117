/** How one test file ended, as far as the summary needs it. */
export interface FileOutcome {
  /** The vitest project: `unit`, `pg` … */
  readonly project: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The file itself failed: it could not be read, a hook failed, or the leak guard found something. */
  readonly fileFailed: boolean;
  readonly durationMs: number;
}

/** What a run amounts to. */
export interface RunOutcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Adds up a run. A file that failed as a whole counts as one failure more, as does each error outside of any test; a run
 * that found no test has failed, since a mistyped path must not look like success.
 */
export function sumOutcomes(files: readonly FileOutcome[], errorsOutside: number, notRun: number): RunOutcome {
  const sum = (pick: (file: FileOutcome) => number) => files.reduce((total, file) => total + pick(file), 0);
  const failed = sum((file) => file.failed + (file.fileFailed ? 1 : 0)) + errorsOutside;
  const passed = sum((file) => file.passed);
  const skipped = sum((file) => file.skipped) + notRun;
  const foundNone = passed + failed + skipped === 0;
  return { passed, failed: foundNone ? 1 : failed, skipped };
}

/** The last line of a run: `12 passed, 0 failed` or `12 passed, 0 failed, 3 skipped`. */
export function renderOutcome({ passed, failed, skipped }: RunOutcome): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Seconds that the files of a project may take together on two cores; `npm test` has a quarter of an hour. */
export const budgetsSeconds: Readonly<Record<string, number>> = {
  unit: 240,
  pg: 480,
  e2e: 720,
  mysql: 120,
  kafka: 120,
  browser: 120,
};

/**
 * One line per project: files, seconds spent in them, and a word when that is over its budget. Two files run at the same
 * time, so the seconds are more than the clock's. A full budget is no failure: how fast a machine is proves nothing.
 */
export function renderBudgets(files: readonly FileOutcome[]): readonly string[] {
  const projects = [...new Set(files.map((file) => file.project))];
  return projects.map((project) => {
    const own = files.filter((file) => file.project === project);
    const seconds = Math.round(own.reduce((total, file) => total + file.durationMs, 0) / 1_000);
    const budget = budgetsSeconds[project];
    const over = budget !== undefined && seconds > budget ? ' – over its budget' : '';
    return `${project}: ${own.length} ${own.length === 1 ? 'file' : 'files'}, ${seconds} s${budget === undefined ? '' : ` of ${budget} s`}${over}`;
  });
}
