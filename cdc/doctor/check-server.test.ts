import { describe, expect, test } from 'vitest';
import { checkServer } from './check-server.ts';
import { writtenTables } from './check-triggers.ts';
import type { DatabaseFacts } from './database-facts.ts';

const facts: DatabaseFacts = {
  side: 'monolith',
  database: 'shop',
  role: 'bridge',
  versionNumber: 150_004,
  identity: '1/2',
  walLevel: 'logical',
  maxSlots: 10,
  usedSlots: 9,
  maxWalSenders: 10,
  usedWalSenders: 9,
  prepared: false,
  superuser: false,
  mayReplicate: true,
  mayCreate: true,
  maySetReplicationRole: false,
  tables: [],
  triggers: [],
  foreignKeys: [],
  transactions: [],
};

describe('a server', () => {
  test('that has room is fit', () => {
    expect(checkServer(facts)).toEqual([]);
  });

  test.each([
    ['replica as wal_level', { walLevel: 'replica' }, 'CDC_SERVER_UNFIT'],
    ['version 13', { versionNumber: 130_012 }, 'CDC_SERVER_UNFIT'],
    ['no free slot', { usedSlots: 10 }, 'CDC_NO_FREE_SLOT'],
    ['no free walsender', { usedWalSenders: 10 }, 'CDC_NO_FREE_SLOT'],
  ])('with %s is not', (_what, change, code) => {
    expect(checkServer({ ...facts, ...change }).map((fault) => fault.code)).toEqual([code]);
  });

  test('needs no room for a slot that stands already', () => {
    expect(checkServer({ ...facts, usedSlots: 10, prepared: true })).toEqual([]);
  });

  test('is blocked by prepared transactions too, with the statement that ends them', () => {
    const transaction = {
      pid: null,
      prepared: 'batch-7',
      application: null,
      role: 'app',
      ageMs: 9e6,
      queryStart: null,
    };
    const [fault] = checkServer({ ...facts, transactions: [transaction] });
    expect(fault?.hint).toContain(`ROLLBACK PREPARED 'batch-7'`);
  });
});

describe('the tables that a trigger writes', () => {
  test.each([
    ['insert into products values (1)', ['products']],
    ['UPDATE Public.Products SET n = 1', ['public.products']],
    ['update only "Odd Name" set n = 1; delete from x.y', ['Odd Name', 'x.y']],
    ['insert into t values (1) on conflict (id) do update set n = 2', ['t']],
    ['-- update a set b = 1\n select 1', []],
    ['/* delete from a */ return new;', []],
  ])('of %j are %j', (body, tables) => {
    expect(writtenTables(body)).toEqual(tables);
  });
});
