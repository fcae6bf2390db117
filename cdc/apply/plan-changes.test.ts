import { describe, expect, test } from 'vitest';
import type { TableDescription } from '../catalog/table-description.ts';
import type { RelationMessage } from '../source/pgoutput-message.ts';
import type { SourceChange } from '../source/source-transaction.ts';
import { batchOperations } from './batch-operations.ts';
import { planChange } from './plan-changes.ts';
import type { ReceivingTable } from './receiving-table.ts';
import { renderStatement } from './render-statement.ts';

const type = (base: string) => ({
  declared: base,
  oid: 0,
  cast: `pg_catalog.${base}`,
  base,
  baseOid: 0,
  modifier: -1,
  kind: 'base' as const,
  element: null,
});
const column = (name: string, base: string) => ({
  name,
  type: type(base),
  notNull: false,
  hasDefault: false,
  generated: 'no' as const,
  identity: 'no' as const,
  toastable: false,
});
const to: TableDescription = {
  name: { schema: 'public', name: 'items' },
  oid: 9,
  kind: 'table',
  columns: [column('id', 'int4'), column('name', 'varchar'), column('state', 'text')],
  primaryKey: ['id'],
  secondaryUnique: false,
  replicaIdentity: 'default',
  identityColumns: ['id'],
  partitions: [],
  owner: 'app',
};
const plain: ReceivingTable = {
  from: { schema: 'public', name: 'items' },
  to,
  columns: ['id', 'name', 'state'],
  reads: ['id', 'name', 'state'],
  insertOnly: ['state'],
  filtered: false,
  map: (row) => row,
  mapKey: (row) => ({ id: row['id'] ?? null }),
};
const filtered: ReceivingTable = {
  ...plain,
  insertOnly: [],
  filtered: true,
  map: (row) => (row['state'] === 'live' ? row : undefined),
};
const relation: RelationMessage = {
  kind: 'relation',
  oid: 1,
  schema: 'public',
  name: 'items',
  replicaIdentity: 'default',
  columns: [],
};
const at = { lsn: 1n, relation };
const row = (id: string, name: string, state = 'live') => ({ id, name, state });
const plan = (change: SourceChange, table: ReceivingTable) => planChange(change, new Map([['public.items', table]]));

describe('what a change asks of the receiver', () => {
  test('an update leaves the unchanged key and declared constants alone', () => {
    expect(plan({ ...at, kind: 'update', old: undefined, row: row('1', 'new') }, plain)).toMatchObject([
      { kind: 'update', key: { id: '1' }, values: { name: 'new' } },
    ]);
  });

  test('a key change finds the row by its old key', () => {
    const change = { ...at, kind: 'update', old: { kind: 'key', row: { id: '1' } }, row: row('2', 'n') } as const;
    expect(plan(change, plain)).toMatchObject([{ kind: 'update', key: { id: '1' }, values: { id: '2', name: 'n' } }]);
  });

  test.each([
    ['in to in', 'live', 'live', ['update']],
    ['in to out', 'live', 'draft', ['delete']],
    ['out to in', 'draft', 'live', ['insert']],
    ['out to out', 'draft', 'draft', []],
  ])('under a filter with the whole old row, %s', (_, before, after, kinds) => {
    const old = { kind: 'full', row: row('1', 'a', before) } as const;
    const operations = plan({ ...at, kind: 'update', old, row: row('1', 'b', after) }, filtered);
    expect(operations.map((operation) => operation.kind)).toEqual(kinds);
  });

  test('under a filter without it, the row may or may not be there', () => {
    const update = (state: string) =>
      plan({ ...at, kind: 'update', old: undefined, row: row('1', 'b', state) }, filtered);
    expect(update('live')).toMatchObject([{ kind: 'upsert' }]);
    expect(update('draft')).toMatchObject([{ kind: 'delete', mayMiss: true }]);
    const incomplete = { ...at, kind: 'update', old: undefined, row: { id: '1', state: 'live' } } as const;
    expect(() => plan(incomplete, filtered)).toThrow(expect.objectContaining({ code: 'CDC_ROW_INCOMPLETE' }));
  });

  test('tables of others ask for nothing', () => {
    const truncate = { kind: 'truncate', lsn: 1n, cascade: false, restartIdentity: false } as const;
    expect(plan({ ...truncate, relations: [{ ...relation, name: 'other' }] }, plain)).toEqual([]);
    expect(plan({ ...truncate, relations: [relation] }, plain)).toMatchObject([{ kind: 'truncate' }]);
  });
});

describe('batches', () => {
  const insert = (id: string) => ({ kind: 'insert', table: plain, values: { id, name: 'n' } }) as const;
  const update = (id: string, values: Record<string, string>, table = plain) =>
    ({ kind: 'update', table, key: { id }, values }) as const;
  const sizes = (...operations: Parameters<typeof batchOperations>[0][]) =>
    [...batchOperations(operations.flatMap((some) => [...some]))].map((batch) =>
      batch.kind === 'truncate' ? 0 : batch.rows.length,
    );

  test('neighbours of one shape stand together, and order is kept', () => {
    expect(
      sizes([insert('1'), insert('2'), update('1', { name: 'a' }), update('2', { name: 'b' }), insert('3')]),
    ).toEqual([2, 2, 1]);
    expect(sizes([update('1', { name: 'a' }), update('2', { state: 'b' })])).toEqual([1, 1]);
  });

  test('a row is written once in a batch', () => {
    expect(sizes([update('1', { name: 'a' }), update('2', { name: 'b' }), update('1', { name: 'c' })])).toEqual([2, 1]);
  });

  test('key changes, and tables with further unique keys, are written one by one', () => {
    expect(sizes([update('1', { id: '3' }), update('2', { id: '1' }), update('3', { id: '2' })])).toEqual([1, 1, 1]);
    const unique: ReceivingTable = { ...plain, to: { ...to, secondaryUnique: true } };
    expect(sizes([update('1', { name: 'a' }, unique), update('2', { name: 'b' }, unique)])).toEqual([1, 1]);
  });

  test('a statement casts text to the type without its modifier', () => {
    const [batch] = batchOperations([update('1', { name: 'a"b' })]);
    expect(batch && renderStatement(batch)).toEqual({
      text: 'UPDATE "public"."items" AS t SET "name" = r.c0::pg_catalog.varchar FROM unnest($1::text[], $2::text[]) AS r(c0, c1) WHERE t."id" = r.c1::pg_catalog.int4',
      values: [['a"b'], ['1']],
    });
    const [upsert] = batchOperations([{ kind: 'upsert', table: filtered, values: row('1', 'a') }]);
    expect(upsert && renderStatement(upsert).text).toContain(
      'ON CONFLICT ("id") DO UPDATE SET "name" = EXCLUDED."name", "state" = EXCLUDED."state"',
    );
  });
});
