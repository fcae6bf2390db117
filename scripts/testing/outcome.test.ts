import { describe, expect, test } from 'vitest';
import { type FileOutcome, renderBudgets, renderOutcome, sumOutcomes } from './outcome.ts';

const file = (given: Partial<FileOutcome>): FileOutcome => ({
  project: 'unit',
  passed: 0,
  failed: 0,
  skipped: 0,
  fileFailed: false,
  durationMs: 0,
  ...given,
});

describe('sumOutcomes', () => {
  test('adds up all files', () => {
    const files = [file({ passed: 3, skipped: 1 }), file({ passed: 2, failed: 1 })];
    expect(sumOutcomes(files, 0, 0)).toEqual({ passed: 5, failed: 1, skipped: 1 });
  });

  test('a file that leaked has failed, though each of its tests passed', () => {
    expect(sumOutcomes([file({ passed: 3, fileFailed: true })], 0, 0)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  test('an error outside of any test is a failure', () => {
    expect(sumOutcomes([file({ passed: 1 })], 2, 0).failed).toBe(2);
  });

  test('no test at all is a failure', () => {
    expect(sumOutcomes([], 0, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test('files whose server is missing are skipped, not none', () => {
    expect(sumOutcomes([], 0, 4)).toEqual({ passed: 0, failed: 0, skipped: 4 });
  });
});

test('renderOutcome names skipped tests only when there are some', () => {
  expect(renderOutcome({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  expect(renderOutcome({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
});

test('renderBudgets says what is over its budget', () => {
  const files = [
    file({ durationMs: 1_000 }),
    file({ durationMs: 2_000 }),
    file({ project: 'pg', durationMs: 481_000 }),
  ];
  expect(renderBudgets(files)).toEqual(['unit: 2 files, 3 s of 240 s', 'pg: 1 file, 481 s of 480 s – over its budget']);
});
