import { faultsFromEnvironment, type FaultPoints } from '@overgrow/core';

/** Fault points of this process: reached ones end it at once, as a crash would. Outside crash tests there are none. */
export function faultsOf(env: Readonly<Record<string, string | undefined>>): FaultPoints {
  return faultsFromEnvironment(env, () => process.kill(process.pid, 'SIGKILL'));
}
