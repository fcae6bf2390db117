import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readFacts, writeFacts } from './facts-files.ts';
import type { Facts } from './facts.ts';
import { checkFacts, parseFacts } from './parse-facts.ts';
import { serializeFacts } from './serialize-facts.ts';

const shop: Facts = {
  version: 1,
  source: 'by hand',
  units: [
    { id: 'orders.ts', kind: 'module', lines: 80 },
    { id: 'cart.ts', kind: 'module' },
    { id: 'orders.ts#place', kind: 'function', parent: 'orders.ts' },
  ],
  entities: [{ id: 'public.orders', references: ['public.carts'] }, { id: 'public.carts' }],
  dependencies: [{ from: 'orders.ts', to: 'cart.ts', kind: 'import' }],
  accesses: [
    { unit: 'orders.ts#place', entity: 'public.orders', mode: 'write', transaction: 't' },
    { unit: 'cart.ts', entity: 'public.carts', mode: 'read' },
  ],
  endpoints: [{ id: 'POST /orders', units: ['orders.ts#place'], sequences: [[['read', 'public.carts', 1]]] }],
};

describe('facts as text', () => {
  test('every fault at once, each with its JSON path', () => {
    const checked = checkFacts({
      version: 2,
      units: [{ id: 'a.ts', lines: 'many' }, { id: 'a.ts' }, {}],
      entities: [{ id: 'public.t', kind: 'sheet', references: ['public.gone'] }],
      dependencies: [{ from: 'a.ts', to: 'b.ts', kind: 'import' }],
      accesses: [{ unit: 'a.ts', entity: 'public.t', mode: 'delete' }],
      endpoints: [{ id: 'GET /', sequences: [[['read', 'public.t']]] }],
      routines: 'none',
    });
    expect(checked).toEqual({
      kind: 'faults',
      faults: [
        { path: '$.version', message: 'expected 1, found 2' },
        { path: '$.units[0].lines', message: 'expected a number, found "many"' },
        { path: '$.units[2].id', message: 'expected a text, found nothing' },
        {
          path: '$.entities[0].kind',
          message: 'expected one of table, view, collection, key, file, host, queue, found "sheet"',
        },
        { path: '$.entities[0].references[0]', message: 'no entity has the id "public.gone"' },
        { path: '$.dependencies[0].to', message: 'no unit has the id "b.ts"' },
        { path: '$.accesses[0].mode', message: 'expected one of read, write, found "delete"' },
        { path: '$.endpoints[0].sequences[0][0]', message: 'expected an array of 3, found an array' },
        { path: '$.routines', message: 'expected an array, found "none"' },
        { path: '$.units[1].id', message: '"a.ts" already stands at $.units[0]' },
      ],
    });
  });

  test('the thrown error has a code and a way out', () => {
    expect(() => parseFacts('{"version":1,"units":[{}]}')).toThrow(
      expect.objectContaining({ code: 'ANALYZE_FACTS_INVALID' }),
    );
    expect(() => parseFacts('not json')).toThrow(expect.objectContaining({ code: 'ANALYZE_FACTS_UNREADABLE' }));
  });

  test('the order of the input changes no byte', () => {
    const bytes = serializeFacts(shop);
    const shuffle = <T>(list: readonly T[] | undefined) =>
      fc.shuffledSubarray([...(list ?? [])], { minLength: list?.length ?? 0 });
    fc.assert(
      fc.property(shuffle(shop.units), shuffle(shop.entities), shuffle(shop.accesses), (units, entities, accesses) => {
        expect(serializeFacts({ ...shop, units, entities, accesses })).toBe(bytes);
      }),
    );
  });

  test('fields that nobody knows yet survive the round trip', () => {
    const later = {
      ...shop,
      weather: { sky: 'blue' },
      units: (shop.units ?? []).map((unit) => ({ ...unit, colour: 'red' })),
    };
    const back: unknown = JSON.parse(serializeFacts(parseFacts(JSON.stringify(later))));
    expect(back).toMatchObject({
      weather: { sky: 'blue' },
      units: [{ colour: 'red' }, { colour: 'red' }, { colour: 'red' }],
    });
  });
});

describe('facts as files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'overgrow-facts-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test.each(['facts.json', 'facts.json.gz'])('%s is read as it was written', async (name) => {
    await writeFacts(path.join(folder, name), shop);
    expect(serializeFacts(await readFacts(path.join(folder, name)))).toBe(serializeFacts(shop));
  });

  test('a missing file is said by name', async () => {
    await expect(readFacts(path.join(folder, 'gone.json'))).rejects.toMatchObject({
      code: 'ANALYZE_FACTS_UNREADABLE',
      message: expect.stringContaining('gone.json') as string,
    });
  });
});
