import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReplicationSpec } from '@overgrow/core';
import type { Catalog, ColumnDescription, TableDescription } from '../catalog/table-description.ts';
import { parseTableName } from '../catalog/table-name.ts';
import { compileMapping } from './compile-mapping.ts';

function column(name: string, over: Partial<ColumnDescription> = {}): ColumnDescription {
  return {
    name,
    type: {
      declared: 'integer',
      oid: 23,
      cast: 'pg_catalog.int4',
      base: 'int4',
      baseOid: 23,
      modifier: -1,
      kind: 'base',
      element: null,
    },
    notNull: false,
    hasDefault: false,
    generated: 'no',
    identity: 'no',
    toastable: false,
    ...over,
  };
}

function table(name: string, columns: readonly ColumnDescription[], over: Partial<TableDescription> = {}) {
  const primaryKey = over.primaryKey ?? ['id'];
  return {
    name: parseTableName(name),
    oid: 1,
    kind: 'table',
    columns,
    primaryKey,
    secondaryUnique: false,
    replicaIdentity: 'default',
    identityColumns: primaryKey,
    partitions: [],
    owner: 'shop',
    ...over,
  } satisfies TableDescription;
}

const catalog = (...tables: TableDescription[]): Catalog =>
  new Map(tables.map((one) => [`${one.name.schema}.${one.name.name}`, one]));

const spec = (tables: ReplicationSpec['tables']): ReplicationSpec => ({
  context: 'catalog',
  tables,
  triggers: {},
  foreignKeys: {},
});

const id = column('id', { notNull: true });

function compileOne(
  declared: ReplicationSpec['tables'][string],
  source: readonly ColumnDescription[],
  target: readonly ColumnDescription[],
) {
  const result = compileMapping(
    spec({ 'public.products': declared }),
    catalog(table('public.products', source)),
    catalog(table('public.items', target)),
  );
  if (result.kind === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.maps[0]!;
}

describe('a mapping by name', () => {
  const map = compileOne('items', [id, column('name'), column('internal')], [id, column('name'), column('added')]);

  test('carries the columns that both tables have', () => {
    expect(map.forward({ id: '1', name: 'tea', internal: 'x' })).toEqual({ id: '1', name: 'tea' });
    expect(map.reverse({ id: '1', name: null, added: '2' })).toEqual({ id: '1', name: null });
  });

  test('leaves out what the log left out', () => {
    expect(map.forward({ id: '1' })).toEqual({ id: '1' });
  });
});

describe('a reshaping mapping', () => {
  const map = compileOne(
    {
      to: 'items',
      columns: {
        id: 'id',
        title: 'name',
        price_cents: {
          expression: 'shiftDecimal(row.price, 2)',
          inverse: { price: 'shiftDecimal(row.price_cents, -2)' },
        },
        currency: { constant: 'EUR' },
      },
      where: 'row.state != "draft"',
      constants: { state: 'live' },
    },
    [id, column('name'), column('price'), column('state', { notNull: true })],
    [id, column('title'), column('price_cents'), column('currency', { notNull: true })],
  );

  test('renames, computes, filters and adds constants', () => {
    expect(map.forward({ id: '1', name: 'tea', price: '19.90', state: 'live' })).toEqual({
      id: '1',
      title: 'tea',
      price_cents: '1990',
      currency: 'EUR',
    });
    expect(map.forward({ id: '1', name: 'tea', price: '19.90', state: 'draft' })).toBeUndefined();
    expect(map.reverse({ id: '1', title: 'tea', price_cents: '5', currency: 'EUR' })).toEqual({
      id: '1',
      name: 'tea',
      price: '0.05',
      state: 'live',
    });
  });

  test('maps keys without the rest of the row', () => {
    expect(map.forwardKey({ id: '7' })).toEqual({ id: '7' });
    expect(map.reverseKey({ id: '7' })).toEqual({ id: '7' });
  });

  test('an update that did not carry what the filter reads halts', () => {
    expect(() => map.forward({ id: '1', name: 'x' })).toThrow(expect.objectContaining({ code: 'CDC_ROW_INCOMPLETE' }));
  });

  test('there and back gives the same row', () => {
    const money = fc
      .tuple(fc.integer(), fc.nat(99))
      .map(([whole, cents]) => `${whole}.${String(cents).padStart(2, '0')}`);
    fc.assert(
      fc.property(fc.nat(), fc.option(fc.string()), fc.option(money), (key, name, price) => {
        const row = { id: String(key), name, price, state: 'live' };
        expect(map.reverse(map.forward(row)!)).toEqual(row);
      }),
    );
  });
});

test('an expression that fails names its place and not the value', () => {
  const map = compileOne(
    {
      to: 'items',
      columns: { id: 'id', count: { expression: 'int(row.count) + 1', inverse: { count: 'int(row.count) - 1' } } },
    },
    [id, column('count')],
    [id, column('count')],
  );
  expect(map.forward({ id: '1', count: '41' })).toEqual({ id: '1', count: '42' });
  expect(() => map.forward({ id: '1', count: 'secret' })).toThrow(
    expect.objectContaining({ code: 'CDC_MAPPING_FAILED', message: expect.not.stringContaining('secret') as string }),
  );
});

test('every fault is reported at once, at its place', () => {
  const result = compileMapping(
    spec({
      'public.products': {
        to: 'items',
        columns: {
          id: 'id',
          wrong: 'name',
          title: 'nmae',
          broken: { expression: 'row.price +' },
          total: { expression: 'row.price' },
          made: 'name',
        },
        where: 'row.absent == "1"',
        constants: { missing: 1 },
      },
      'public.none': 'items',
      'public.logs': 'log_lines',
    }),
    catalog(
      table('public.products', [id, column('name', { toastable: true }), column('price', { notNull: true })]),
      table('public.logs', [column('line')], { primaryKey: [], identityColumns: [] }),
    ),
    catalog(
      table('public.items', [
        id,
        column('title'),
        column('total'),
        column('broken'),
        column('must', { notNull: true }),
        column('made', { generated: 'stored', hasDefault: true }),
      ]),
      table('public.log_lines', [id, column('line')]),
    ),
  );
  expect(result.kind).toBe('faults');
  const faults = result.kind === 'faults' ? result.faults : [];
  expect(faults.map((fault) => `${fault.kind} ${fault.path}`).toSorted()).toEqual([
    'bad-expression tables["public.products"].columns.broken.expression',
    'generated-column tables["public.products"].columns.made',
    'key-not-mapped tables["public.logs"]',
    'missing-key tables["public.logs"]',
    'no-value tables["public.products"]',
    'not-invertible tables["public.products"]',
    'unknown-column tables["public.products"].columns.title',
    'unknown-column tables["public.products"].columns.wrong',
    'unknown-column tables["public.products"].constants.missing',
    'unknown-column tables["public.products"].where',
    'unknown-table tables["public.none"]',
  ]);
});

test('a value made of several columns, or a filter, needs the whole old row when one of them is large', () => {
  const large = column('note', { toastable: true });
  const declared = {
    to: 'items',
    columns: { id: 'id', label: { expression: 'row.note + row.name' } },
    where: 'row.name != ""',
  };
  const source = [id, column('name'), large];
  const target = catalog(table('public.items', [id, column('label')]));
  const faulty = compileMapping(spec({ 'public.p': declared }), catalog(table('public.p', source)), target);
  expect(faulty.kind === 'faults' && faulty.faults.map((fault) => fault.kind)).toEqual([
    'needs-full-identity',
    'needs-full-identity',
  ]);
  const full = table('public.p', source, { replicaIdentity: 'full', identityColumns: ['id', 'name', 'note'] });
  expect(compileMapping(spec({ 'public.p': declared }), catalog(full), target).kind).toBe('maps');
});
