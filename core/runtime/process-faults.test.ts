import { describe, expect, test } from 'vitest';
import { noFaults } from './fault-points.ts';
import { faultsFromEnvironment } from './process-faults.ts';

const killsAfter = (setting: string, points: readonly string[]): number => {
  let reached = 0;
  let killedAt = 0;
  const faults = faultsFromEnvironment({ OVERGROW_FAULT_POINT: setting }, () => (killedAt = reached));
  for (const point of points) {
    reached += 1;
    faults.reach(point);
  }
  return killedAt;
};

describe('faults from the environment', () => {
  test('kill at the named point, the first time', () => {
    expect(killsAfter('cutover.flip', ['cutover.fence', 'cutover.flip', 'cutover.flip'])).toBe(2);
  });

  test('kill at the n-th time, once', () => {
    expect(killsAfter('cdc.apply#3', ['cdc.apply', 'cdc.apply', 'other', 'cdc.apply', 'cdc.apply'])).toBe(4);
  });

  test.each(['', 'cdc.apply#0', 'cdc.apply#x', '#1', 'two words'])('%j names no point', (setting) => {
    expect(faultsFromEnvironment({ OVERGROW_FAULT_POINT: setting }, () => {})).toBe(noFaults);
  });

  test('without the variable nothing can happen', () => {
    expect(faultsFromEnvironment({}, () => {})).toBe(noFaults);
  });
});
