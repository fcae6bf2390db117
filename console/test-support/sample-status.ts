import type { ContextStatus, GateStatus, LinkStatus, SystemStatus } from '@overgrow/core';

const atMs = Date.UTC(2026, 2, 9, 14, 3, 9);
const link = (direction: 'forward' | 'reverse', change: Partial<LinkStatus> = {}): LinkStatus => ({
  direction,
  state: { kind: 'streaming' },
  open: direction === 'forward',
  appliedPosition: '16/B374D848',
  lagBytes: 0,
  lagMs: 0,
  changesApplied: 0,
  violations: 0,
  missingRows: 0,
  ...change,
});
const met = (name: string, needs: string, reason: string): GateStatus => ({
  name,
  needs,
  verdict: { kind: 'pass', reason, figures: {} },
});

const reviews: ContextStatus = {
  context: 'reviews',
  scope: '*',
  phase: 'switched',
  owner: 'service',
  epoch: 2,
  attempt: { number: 1, kind: 'cutover', state: { kind: 'flipped' }, finished: true },
  step: null,
  links: {
    forward: link('forward', { open: false, changesApplied: 48_211 }),
    reverse: link('reverse', { open: true, changesApplied: 1_932, lagBytes: 2_048, lagMs: 12 }),
    guards: { kind: 'known', faults: [] },
  },
  lastVerify: {
    direction: 'reverse',
    report: {
      kind: 'full',
      clean: true,
      rowsCompared: 48_307,
      tables: [],
      samples: [],
      startedAtMs: atMs - 63_000,
      finishedAtMs: atMs - 61_000,
    },
  },
  next: 'rollback',
  gates: [
    met('phase-right', 'A rollback starts from switched.', 'the context is switched'),
    met('lag-low', 'The link is closer than maxLag.', '12 ms behind'),
  ],
  problem: null,
};

const catalog: ContextStatus = {
  context: 'catalog',
  scope: '*',
  phase: 'reading',
  owner: 'monolith',
  epoch: 1,
  attempt: {
    number: 2,
    kind: 'cutover',
    state: { kind: 'abandoned', reason: 'The fence took longer than maxFence, 2000 ms.' },
    finished: true,
  },
  step: 'verifying',
  links: {
    forward: link('forward', { changesApplied: 310_224, lagMs: 2_400, lagBytes: 1_830_000 }),
    reverse: link('reverse', { violations: 3 }),
    guards: { kind: 'known', faults: [{ side: 'service', table: 'public.products', kind: 'open' }] },
  },
  lastVerify: {
    direction: 'forward',
    report: {
      kind: 'full',
      clean: false,
      rowsCompared: 120_118,
      tables: [{ table: 'products', source: 120_118, target: 120_118, differing: 2 }],
      samples: [{ table: 'products', key: '40117', kind: 'differs' }],
      startedAtMs: atMs - 9_000,
      finishedAtMs: atMs - 4_000,
    },
  },
  next: 'cutover',
  gates: [
    met('phase-right', 'A cutover starts from reading.', 'the context is reading'),
    {
      name: 'verification-fresh',
      needs: 'All rows were compared and equal.',
      verdict: {
        kind: 'fail',
        reason: '2 of 120118 rows differ',
        figures: {},
        nextStep: 'Look at the rows that `overgrow status --json` names, mend them, and wait for the next pass.',
      },
    },
    met('service-healthy', 'The service answers.', 'healthy, in 3 ms'),
  ],
  problem: {
    code: 'CUTOVER_DIFFERENT',
    message: '2 of 120118 rows of catalog differ between monolith and service.',
    hint: 'The status names the first keys. The next pass runs by itself.',
  },
};

const orders: ContextStatus = {
  context: 'orders',
  scope: '*',
  phase: 'replicating',
  owner: 'monolith',
  epoch: 1,
  attempt: null,
  step: null,
  links: {
    forward: link('forward', { state: { kind: 'copying', rowsCopied: 1_204_000, tablesDone: 2, tables: 5 } }),
    reverse: link('reverse'),
    guards: { kind: 'known', faults: [] },
  },
  lastVerify: null,
  next: 'cutover',
  gates: [met('service-healthy', 'The service answers.', 'healthy, in 3 ms')],
  problem: null,
};

/** A status in which every kind of thing occurs once, for tests of the page and for looking at it. */
export const sampleStatus: SystemStatus = {
  atMs,
  holder: 'overgrow-4711',
  lease: { kind: 'held', epoch: 3 },
  contexts: [reviews, catalog, orders],
  routes: [
    {
      name: 'reviews',
      context: 'reviews',
      weight: 5_000,
      ratePerSecond: 84.2,
      p50Ms: 2.4,
      p99Ms: 11.8,
      errors: 0,
      held: 0,
    },
    {
      name: 'catalog-read',
      context: 'catalog',
      weight: 1_250,
      ratePerSecond: 312,
      p50Ms: 3.1,
      p99Ms: 24,
      errors: 7,
      held: 0,
    },
    { name: 'orders', context: 'orders', weight: 0, ratePerSecond: 0, p50Ms: null, p99Ms: null, errors: 0, held: 14 },
  ],
  journal: [
    { sequence: 1, atMs: atMs - 90_000, context: 'reviews', event: 'armed', data: { attempt: 1, tookMs: 4 } },
    {
      sequence: 2,
      atMs: atMs - 89_900,
      context: 'reviews',
      event: 'fence-acknowledged',
      data: { attempt: 1, tookMs: 18, waitedFor: 6, heldNow: 2 },
    },
    {
      sequence: 3,
      atMs: atMs - 89_850,
      context: 'reviews',
      event: 'barrier-written',
      data: { attempt: 1, tookMs: 9, position: '16/B374D848', tries: 1 },
    },
    {
      sequence: 4,
      atMs: atMs - 89_800,
      context: 'reviews',
      event: 'flipped',
      data: { phase: 'switched', owner: 'service', epoch: 2, attempt: 1 },
    },
    {
      sequence: 5,
      atMs: atMs - 89_700,
      context: 'reviews',
      event: 'released',
      data: { attempt: 1, released: 9, gone: 0, longestHeldMs: 61 },
    },
    {
      sequence: 6,
      atMs: atMs - 4_000,
      context: 'catalog',
      event: 'differences-found',
      data: { rowsCompared: 120_118, differing: 2 },
    },
  ],
};
