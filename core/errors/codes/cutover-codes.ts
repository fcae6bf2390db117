import type { CodeEntry } from './code-entry.ts';

export const cutoverCodes = {
  CUTOVER_CONTEXT_UNKNOWN: {
    summary: 'The command names a context that the manifest does not declare.',
    remedy: 'Name one of the contexts under `contexts:`, or declare it.',
    exit: 2,
    disposition: 'halt',
  },
  CUTOVER_DEADLINE: {
    summary: 'The fence took longer than `cutover.maxFence`, so that the attempt was abandoned.',
    remedy: 'Look in the journal for the step that took the time, mend its cause or raise maxFence, and try again.',
    exit: 1,
    disposition: 'halt',
  },
  CUTOVER_DIFFERENT: {
    summary: 'The check inside the fence found rows that differ, so that the attempt was abandoned.',
    remedy: 'Run the verification, mend the rows it names, and try again.',
    exit: 1,
    disposition: 'halt',
  },
  CUTOVER_NOT_LEADING: {
    summary: 'This process does not hold the lease of the orchestrator, so that it may not act.',
    remedy: 'Ask the process that holds the lease, or wait until its lease has expired.',
    exit: 3,
    disposition: 'retry',
  },
  CUTOVER_REFUSED: {
    summary: 'A gate was not met, so that nothing was started and nothing changed.',
    remedy: 'Do what the failed gates name as their next step, and try again.',
    exit: 1,
    disposition: 'halt',
  },
  CUTOVER_STOPPED: {
    summary: 'The orchestrator was stopped before the flip, so that the attempt was abandoned.',
    remedy: 'Start overgrow again and repeat the command.',
    exit: 1,
    disposition: 'halt',
  },
} as const satisfies Record<string, CodeEntry>;
