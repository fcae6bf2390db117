import { noFaults, type FaultPoints } from './fault-points.ts';

/**
 * The fault points of a process that a crash test started. `OVERGROW_FAULT_POINT=name` ends the process when `name` is
 * reached the first time, `name#3` the third time. `kill` is expected to end it without any cleaning up:
 * `() => process.kill(process.pid, 'SIGKILL')`. Anything else is `noFaults`.
 */
export function faultsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  kill: () => void,
): FaultPoints {
  const match = /^([a-z][a-z0-9.:_-]*)(?:#([1-9]\d*))?$/i.exec(env['OVERGROW_FAULT_POINT'] ?? '');
  if (match === null) return noFaults;
  const [, name, times = '1'] = match;
  let left = Number(times);
  return {
    reach: (point) => {
      if (point !== name) return;
      left -= 1;
      if (left === 0) kill();
    },
  };
}
