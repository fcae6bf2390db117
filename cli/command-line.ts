import { errorCodes, isOvergrowError, renderError } from '@overgrow/core';
import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { createTerminal, Interrupted } from './terminal.ts';

/** 0 done, 1 a gate failed, 2 usage or manifest, 3 environment, 130 interrupted. */
function exitCodeOf(error: unknown, interrupted: boolean): number {
  if (error instanceof Interrupted || interrupted) return 130;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isOvergrowError(error)) return errorCodes[error.code].exit;
  return 3;
}

/** Runs the command that this process was started with, and sets its exit code. */
export async function runCommandLine(): Promise<void> {
  const terminal = createTerminal();
  try {
    process.exitCode = await createProgram(terminal)(process.argv.slice(2));
  } catch (error) {
    process.exitCode = exitCodeOf(error, terminal.signal.aborted);
    const told = error instanceof CommanderError || error instanceof Interrupted;
    if (!told) terminal.complain(renderError(error));
  }
  // A command that does not end in order has work under way that nobody waits for any more.
  if (terminal.signal.aborted) process.exit();
}
