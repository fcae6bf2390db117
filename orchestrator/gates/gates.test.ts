import type { GuardReport, LinkStatus, OwnershipRecord, VerifyReport } from '@overgrow/core';
import { describe, expect, test } from 'vitest';
import { evaluateGates, failedGates } from './evaluate-gates.ts';
import type { GateEvidence } from './gate.ts';

const record: OwnershipRecord = {
  context: 'reviews',
  scope: '*',
  owner: 'monolith',
  epoch: 1,
  phase: 'reading',
  attempt: null,
};
const link = (direction: 'forward' | 'reverse', change: Partial<LinkStatus> = {}): LinkStatus => ({
  direction,
  state: { kind: 'streaming' },
  open: direction === 'forward',
  appliedPosition: '0/1',
  lagBytes: 0,
  lagMs: 5,
  changesApplied: 1,
  violations: 0,
  missingRows: 0,
  ...change,
});
const guards: GuardReport = { kind: 'known', faults: [] };
const report = (change: Partial<VerifyReport> = {}): VerifyReport => ({
  kind: 'full',
  clean: true,
  rowsCompared: 10,
  tables: [],
  samples: [],
  startedAtMs: 90_000,
  finishedAtMs: 99_000,
  ...change,
});
const evidence = (change: Partial<GateEvidence> = {}): GateEvidence => ({
  atMs: 100_000,
  kind: 'cutover',
  record,
  by: 'Ada',
  limits: { maxLagMs: 1000, maxVerifyAgeMs: 60_000 },
  links: { forward: link('forward'), reverse: link('reverse'), guards },
  lastVerify: { direction: 'forward', report: report(), violationsBefore: 0 },
  health: { kind: 'healthy', tookMs: 2 },
  traffic: {
    proxies: 1,
    routes: [],
    contexts: [{ context: 'reviews', scope: '*', owner: 'monolith', epoch: 1, fence: 'open', upgraded: 0 }],
  },
  ...change,
});
const failing = (change: Partial<GateEvidence>) => failedGates(evaluateGates(evidence(change)));
const attempt = { number: 4, kind: 'cutover', state: { kind: 'flipped' }, finished: false } as const;
const known = { context: 'reviews', scope: '*', owner: 'monolith', epoch: 1, fence: 'open', upgraded: 0 } as const;

describe('gates', () => {
  test('all pass when all is well', () => expect(failing({})).toEqual([]));

  type Case = readonly [string, Partial<GateEvidence>, string, RegExp];
  const cases: readonly Case[] = [
    ['nobody is named', { by: ' ' }, 'operator-named', /nobody/],
    [
      'the phase is another',
      { record: { ...record, phase: 'verifying' } },
      'phase-right',
      /verifying, and a cutover starts from reading/,
    ],
    ['an attempt is unfinished', { record: { ...record, attempt } }, 'no-attempt-running', /attempt 4 is flipped/],
    [
      'a link is halted',
      {
        links: {
          forward: link('forward', {
            state: { kind: 'halted', error: { code: 'CDC_SLOT_LOST', message: 'slot gone' } },
          }),
          reverse: link('reverse'),
          guards,
        },
      },
      'links-streaming',
      /forward link is halted: slot gone/,
    ],
    [
      'a link still copies',
      {
        links: {
          forward: link('forward', { state: { kind: 'copying', rowsCopied: 1, tablesDone: 0, tables: 2 } }),
          reverse: link('reverse'),
          guards,
        },
      },
      'links-streaming',
      /copying/,
    ],
    ...(['reconnecting', 'waiting'] as const).map((kind): Case => [
      `a link is ${kind}`,
      {
        links: {
          forward: link('forward'),
          reverse: link('reverse', { state: { kind, error: { code: 'CDC_CONNECTION_LOST', message: 'no answer' } } }),
          guards,
        },
      },
      'links-streaming',
      new RegExp(`reverse link is ${kind}: no answer`),
    ]),
    [
      'a guard is open that should be closed',
      {
        links: {
          forward: link('forward'),
          reverse: link('reverse'),
          guards: { kind: 'known', faults: [{ side: 'service', table: 'public.reviews', kind: 'open' }] },
        },
      },
      'guards-as-recorded',
      /public\.reviews in the service's database is open/,
    ],
    [
      'the guards cannot be read',
      {
        links: { forward: link('forward'), reverse: link('reverse'), guards: { kind: 'unknown', reason: 'no answer' } },
      },
      'guards-as-recorded',
      /no answer/,
    ],
    [
      'the wrong link is open',
      { links: { forward: link('forward'), reverse: link('reverse', { open: true }), guards } },
      'links-streaming',
      /reverse link is open/,
    ],
    [
      'the link is behind',
      { links: { forward: link('forward', { lagMs: 1001 }), reverse: link('reverse'), guards } },
      'lag-low',
      /1001 ms behind/,
    ],
    ['no pass was made', { lastVerify: null }, 'verification-fresh', /not verified yet/],
    [
      'the pass is of the other direction',
      { lastVerify: { direction: 'reverse', report: report(), violationsBefore: 0 } },
      'verification-fresh',
      /forward direction was not verified/,
    ],
    [
      'the pass is old',
      { lastVerify: { direction: 'forward', report: report({ finishedAtMs: 39_999 }), violationsBefore: 0 } },
      'verification-fresh',
      /60001 ms old/,
    ],
    [
      'the pass found differences',
      {
        lastVerify: {
          direction: 'forward',
          report: report({ clean: false, tables: [{ table: 'reviews', source: 5, target: 5, differing: 2 }] }),
          violationsBefore: 0,
        },
      },
      'verification-fresh',
      /2 of 10 rows differ/,
    ],
    [
      'someone wrote on the other side since',
      {
        links: { forward: link('forward'), reverse: link('reverse', { violations: 3 }), guards },
        lastVerify: { direction: 'forward', report: report(), violationsBefore: 1 },
      },
      'no-violations',
      /2 foreign writes/,
    ],
    ['the service is down', { health: { kind: 'unwell', reason: 'ECONNREFUSED' } }, 'service-healthy', /ECONNREFUSED/],
    ['no proxy runs', { traffic: { proxies: 0, routes: [], contexts: [] } }, 'proxies-current', /no proxy/],
    [
      'a proxy is behind',
      { record: { ...record, epoch: 3 } },
      'proxies-current',
      /epoch 1 with owner monolith, and the record says 3/,
    ],
    [
      'a WebSocket is open',
      { traffic: { proxies: 1, routes: [], contexts: [{ ...known, upgraded: 2 }] } },
      'no-upgraded-connections',
      /2 are open/,
    ],
  ];
  test.each(cases)('%s', (_name, change, gate, reason) => {
    const failed = failing(change);
    expect(failed.map(({ name }) => name)).toEqual([gate]);
    expect(failed[0]?.reason).toMatch(reason);
    expect(failed[0]?.nextStep).toMatch(/\.$/);
  });

  test('a guard that is open and only waits to be dropped is no alarm', () => {
    const leftover = { side: 'monolith', table: 'public.reviews', kind: 'leftover' } as const;
    const faults = { kind: 'known', faults: [leftover] } as const;
    expect(failing({ links: { forward: link('forward'), reverse: link('reverse'), guards: faults } })).toEqual([]);
  });

  test('what cannot be asked fails, it never passes', () => {
    const reason = 'it cannot be asked';
    const failed = failing({ links: { kind: 'unavailable', reason }, traffic: { kind: 'unavailable', reason } });
    expect(failed.map(({ name }) => name)).toEqual([
      'links-streaming',
      'lag-low',
      'no-violations',
      'guards-as-recorded',
      'proxies-current',
      'no-upgraded-connections',
    ]);
  });

  test('a rollback looks at the other direction, and does not need the service', () => {
    const failed = failing({
      kind: 'rollback',
      record: { ...record, owner: 'service', epoch: 2, phase: 'switched' },
      links: {
        forward: link('forward', { open: false, lagMs: 9999 }),
        reverse: link('reverse', { open: true }),
        guards,
      },
      lastVerify: { direction: 'reverse', report: report(), violationsBefore: 0 },
      health: { kind: 'unwell', reason: 'ECONNREFUSED' },
      traffic: { proxies: 1, routes: [], contexts: [{ ...known, owner: 'service', epoch: 2 }] },
    });
    expect(failed).toEqual([]);
  });
});
