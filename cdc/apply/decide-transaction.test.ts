import { expect, test } from 'vitest';
import { encodeMarker, type Marker } from '../control/marker.ts';
import type { LogicalMessage, SourceChange, SourceTransaction } from '../source/source-transaction.ts';
import { decideTransaction, refusalOf } from './decide-transaction.ts';

const scope = { context: 'catalog', scope: '*', direction: 'forward', tables: new Set(['public.items']) } as const;
const ref = { context: 'catalog', scope: '*', epoch: 1, attempt: 2, leaseEpoch: 3 };

const message = (marker: Marker, prefix = 'overgrow'): LogicalMessage => ({
  kind: 'message',
  lsn: 1n,
  prefix,
  content: Buffer.from(encodeMarker(marker)),
});
const insert = (name: string): SourceChange => ({
  kind: 'insert',
  lsn: 1n,
  relation: { kind: 'relation', oid: 1, schema: 'public', name, replicaIdentity: 'default', columns: [] },
  row: {},
});
const transaction = (...changes: SourceChange[]): SourceTransaction => ({
  kind: 'transaction',
  xid: 1,
  commitLsn: 1n,
  endLsn: 2n,
  commitTimeUs: 0n,
  origin: undefined,
  changes,
});
const barrier = message({ kind: 'barrier', ...ref, direction: 'forward' });
const opening = message({ kind: 'open', ...ref, direction: 'forward' });
const item = insert('items');

test.each([
  ['an open link applies', true, [item], { open: true, apply: [item] }],
  ['a closed one counts', false, [item], { open: false, apply: [], violations: ['public.items'] }],
  ['tables of others are neither', false, [insert('other')], { apply: [], violations: [] }],
  ['a barrier ends the stretch', true, [item, barrier], { open: false, apply: [item], barrier: { attempt: 2 } }],
  ['an opening begins it', false, [opening, item], { open: true, apply: [item], opened: true }],
  [
    'a marker of the other direction is not ours',
    true,
    [message({ kind: 'barrier', ...ref, direction: 'reverse' })],
    { open: true, barrier: undefined },
  ],
  [
    'nor is one of another context, scope or prefix',
    true,
    [
      message({ kind: 'barrier', ...ref, context: 'x', direction: 'forward' }),
      message({ kind: 'barrier', ...ref, scope: 'x', direction: 'forward' }),
      message({ kind: 'barrier', ...ref, direction: 'forward' }, 'other'),
    ],
    { open: true, barrier: undefined },
  ],
  [
    'an echo is dropped',
    true,
    [message({ kind: 'apply', context: 'catalog', scope: '*', direction: 'reverse' }), item],
    { apply: [], violations: [] },
  ],
  [
    'what the bridge of another context derives is new',
    true,
    [message({ kind: 'apply', context: 'reviews', scope: '*', direction: 'reverse' }), item],
    { apply: [item] },
  ],
] as const)('%s', (_, open, changes, expected) => {
  expect(decideTransaction(transaction(...changes), scope, open)).toMatchObject(expected);
});

test('a refusal of our guard is told from those of others', () => {
  const refused = {
    kind: 'refused',
    scope: '*',
    table: 'public.items',
    operation: 'INSERT',
    role: 'app',
    applicationName: '',
  };
  const of = (context: string) => refusalOf(message({ ...refused, kind: 'refused', context }), scope)?.table;
  expect([of('catalog'), of('other')]).toEqual(['public.items', undefined]);
});
