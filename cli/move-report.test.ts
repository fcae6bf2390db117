import type { GateStatus, OwnershipRecord } from '@overgrow/core';
import { expect, it } from 'vitest';
import { renderMove, renderPlan } from './move-report.ts';

const terminal = { colour: false };
const met: GateStatus = {
  name: 'lag-low',
  needs: 'little lag',
  verdict: { kind: 'pass', reason: '3 ms', figures: {} },
};
const unmet: GateStatus = {
  name: 'service-healthy',
  needs: 'a service that is well',
  verdict: { kind: 'fail', reason: 'no answer', figures: {}, nextStep: 'Start the service.' },
};
const record: OwnershipRecord = {
  context: 'reviews',
  scope: '*',
  owner: 'service',
  epoch: 2,
  phase: 'switched',
  attempt: null,
};

it('numbers the steps of a plan and says how to begin it', () => {
  expect(renderPlan(terminal, 'cutover', { steps: ['Arm.', 'Fence.'], gates: [met] })).toBe(
    [
      '  1  Arm.',
      '  2  Fence.',
      '',
      '  ✓ lag-low: 3 ms',
      '',
      'All gates are met. Nothing was changed: add --execute to begin the cutover.',
    ].join('\n'),
  );
});

it('names each unmet gate with its next step', () => {
  const plan = renderPlan(terminal, 'rollback', { steps: [], gates: [met, unmet] });
  expect(plan).toContain('  ✗ service-healthy: no answer\n      Start the service.');
  expect(plan).toContain('1 of 2 gates are not met: a rollback would be refused. Nothing was changed.');
});

it('tells a switch with its fence and what was held', () => {
  const released = { released: 7, gone: 0, longestHeldMs: 41.6 };
  expect(
    renderMove(terminal, 'cutover', 'reviews', {
      kind: 'switched',
      attempt: 1,
      record,
      fenceMs: 50.2,
      terms: [],
      released,
    }),
  ).toBe('The service owns reviews (epoch 2). The fence took 50 ms, 7 requests were held, the longest for 42 ms.');
});

it('tells where the time of a fence went, when it was seen as a whole', () => {
  const switched = { kind: 'switched', attempt: 1, record, fenceMs: 50.2, released: null } as const;
  const terms = [
    { term: 'barrier', tookMs: 20.4 },
    { term: 'open', tookMs: 29.8 },
  ] as const;
  const lines = renderMove(terminal, 'cutover', 'reviews', { ...switched, terms }).split('\n');
  expect(lines[1]).toBe('Of the fence: barrier 20 ms, open 30 ms.');
  expect(renderMove(terminal, 'cutover', 'reviews', { ...switched, terms: [] })).not.toContain('Of the fence');
});

it('tells an abandoned attempt with its reason and its owner', () => {
  const monolith = { ...record, owner: 'monolith' as const };
  expect(
    renderMove(terminal, 'cutover', 'reviews', {
      kind: 'abandoned',
      attempt: 1,
      record: monolith,
      reason: 'The fence took too long.',
    }),
  ).toBe('The cutover was abandoned: The fence took too long. The monolith still owns reviews, and nothing was lost.');
});

it('tells a refusal by its unmet gates alone, or by its reasons when no gate is to blame', () => {
  const refused = { kind: 'refused', reasons: ['another attempt is under way'] } as const;
  const byGate = renderMove(terminal, 'cutover', 'reviews', { ...refused, gates: [met, unmet] });
  expect(byGate).toContain('service-healthy');
  expect(byGate).not.toContain('lag-low');
  expect(byGate).not.toContain('another attempt');
  expect(renderMove(terminal, 'cutover', 'reviews', { ...refused, gates: [] })).toContain(
    '  another attempt is under way',
  );
});
