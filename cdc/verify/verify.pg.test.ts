import { describe, expect, inject, test } from 'vitest';
import {
  noFaults,
  silentLogger,
  systemClock,
  type Direction,
  type LogPosition,
  type ReplicationSpec,
} from '@overgrow/core';
import { createTestDatabase, type TestDatabase } from '@overgrow/test';
import { createStage } from '../link/stage-client.ts';
import { resolveMaps } from '../mapping/resolve-maps-client.ts';
import { createVerifier } from './verify-client.ts';

const monolithSchema = `
  create table reviews (id int, part text, stars numeric, active bool, code char(4), address inet, note text, primary key (id, part));
  insert into reviews select n, 'p' || n % 3, n / 7.0, n % 2 = 0, 'ab', '10.0.0.1', case when n % 5 = 0 then null else 'note' end
    from generate_series(1, 9000) n;`;
const serviceSchema = `
  create table ratings (part varchar(10), review_id bigint, score numeric(10, 2), active bool, code char(4), address inet, note text, primary key (review_id, part));
  insert into ratings select 'p' || n % 3, n, n / 7.0, n % 2 = 0, 'ab', '10.0.0.1', case when n % 5 = 0 then null else 'note' end
    from generate_series(1, 9000) n;`;

const columns = {
  part: 'part',
  review_id: 'id',
  score: 'stars',
  active: 'active',
  code: 'code',
  address: 'address',
  note: 'note',
};
const spec: ReplicationSpec = {
  context: 'reviews',
  tables: { 'public.reviews': { to: 'ratings', columns } },
  triggers: {},
  foreignKeys: {},
};

async function open() {
  const monolith = await createTestDatabase(inject('postgresUrl'), monolithSchema);
  const service = await createTestDatabase(inject('postgresUrl'), serviceSchema);
  const urls = { monolith: monolith.bridgeUrl, service: service.bridgeUrl };
  const verifier = async (waitUntilApplied: (position: LogPosition) => Promise<void> = () => Promise.resolve()) =>
    createVerifier({
      context: 'reviews',
      maps: await resolveMaps(spec, urls),
      monolithUrl: urls.monolith,
      serviceUrl: urls.service,
      clock: systemClock,
      logger: silentLogger,
      faults: noFaults,
      waitUntilApplied: (_, position) => waitUntilApplied(position),
    });
  return {
    monolith,
    service,
    verifier,
    verify: async (
      direction: Direction = 'forward',
      waitUntilApplied: (position: LogPosition) => Promise<void> = () => Promise.resolve(),
      signal?: AbortSignal,
    ) => (await verifier(waitUntilApplied)).verify(direction, signal),
    [Symbol.asyncDispose]: async () => {
      await monolith.drop();
      await service.drop();
    },
  };
}

const run = async (database: TestDatabase, sql: string) => {
  const client = await database.connect();
  await client.query(sql);
};

describe('the comparison', () => {
  test('takes both sides for equal through the mapping and the types of the receiver', async () => {
    await using stage = await open();
    const report = await stage.verify();
    expect(report).toMatchObject({
      clean: true,
      rowsCompared: 9000,
      tables: [{ table: 'public.reviews', source: 9000, target: 9000, differing: 0 }],
      samples: [],
    });
  });

  test('finds a row that is missing, one too many, and one that differs, in any chunk', async () => {
    await using stage = await open();
    await run(stage.service, `delete from ratings where review_id = 4500`);
    await run(stage.service, `update ratings set note = null where review_id = 8999`);
    await run(stage.service, `insert into ratings (part, review_id) values ('p0', 9001)`);
    const report = await stage.verify();
    expect(report.clean).toBe(false);
    expect(report.tables).toEqual([{ table: 'public.reviews', source: 9000, target: 9000, differing: 3 }]);
    expect(report.samples).toEqual([
      { table: 'public.reviews', key: '4500, p0', kind: 'missing' },
      { table: 'public.reviews', key: '8999, p2', kind: 'differs' },
      { table: 'public.reviews', key: '9001, p0', kind: 'extra' },
    ]);
  });

  test('finds two keys that were exchanged, whose sums are the same', async () => {
    await using stage = await open();
    await run(
      stage.service,
      `update ratings set note = 'one' where review_id = 1; update ratings set note = 'two' where review_id = 2`,
    );
    await run(
      stage.monolith,
      `update reviews set note = 'two' where id = 1; update reviews set note = 'one' where id = 2`,
    );
    expect((await stage.verify()).tables[0]?.differing).toBe(2);
  });

  test('goes back through the mapping, and sees what the way back must lose', async () => {
    await using stage = await open();
    await run(stage.monolith, 'update reviews set stars = round(stars, 2)');
    expect(await stage.verify('reverse')).toMatchObject({ clean: true, tables: [{ table: 'public.ratings' }] });
    await run(stage.monolith, `update reviews set stars = 3.333 where id = 17`);
    expect((await stage.verify('reverse')).samples).toEqual([
      { table: 'public.ratings', key: expect.stringContaining('17') as string, kind: 'differs' },
    ]);
  });

  test('asks again for what was on its way, at a position that was taken behind it', async () => {
    await using stage = await open();
    await run(stage.monolith, `update reviews set note = 'new' where id = 3; delete from reviews where id = 5`);
    const positions: LogPosition[] = [];
    const report = await stage.verify('forward', async (position) => {
      positions.push(position);
      if (positions.length > 1) return;
      await run(
        stage.service,
        `update ratings set note = 'new' where review_id = 3; delete from ratings where review_id = 5`,
      );
    });
    expect(report.clean).toBe(true);
    expect(positions).toHaveLength(1);
  });

  test('checks only what either side has written since its last clean pass', async () => {
    await using stage = await open();
    const verifier = await stage.verifier();
    expect(await verifier.check('forward')).toMatchObject({ clean: true, rowsCompared: 9000 });
    await verifier.verify('forward');
    expect(await verifier.check('forward')).toMatchObject({ clean: true, rowsCompared: 0 });
    const change = `set note = 'both' where`;
    await run(stage.monolith, `update reviews ${change} id between 1 and 10; delete from reviews where id = 20`);
    await run(
      stage.service,
      `update ratings ${change} review_id between 1 and 10; delete from ratings where review_id = 20`,
    );
    expect(await verifier.check('forward')).toMatchObject({
      clean: true,
      rowsCompared: 10,
      tables: [{ source: 8999, target: 8999, differing: 0 }],
    });
    const samples = async () => (await verifier.check('forward')).samples.map(({ key, kind }) => `${key} ${kind}`);
    await run(stage.monolith, `update reviews set note = 'mine' where id = 7`);
    await run(stage.service, `update ratings set note = 'theirs' where review_id = 30`);
    expect(await samples()).toEqual(['7, p1 differs', '30, p0 differs']);
    await run(stage.monolith, `delete from reviews where id = 40`);
    expect((await samples()).toSorted()).toEqual(['30, p0 differs', '40, p1 extra', '7, p1 differs']);
  });

  test('ends when it is told to', async () => {
    await using stage = await open();
    const stop = AbortSignal.abort(new Error('the fence is over'));
    await expect(stage.verify('forward', undefined, stop)).rejects.toMatchObject({ code: 'CDC_VERIFY_INTERRUPTED' });
  });

  test('goes on when its sessions are ended', async () => {
    await using stage = await open();
    await run(stage.monolith, `update reviews set note = 'new' where id = 3`);
    const root = await stage.monolith.connect(stage.monolith.superuserUrl);
    let ended = 0;
    const report = await stage.verify('forward', async () => {
      if (ended > 0) return;
      ended =
        (
          await root.query(
            `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'overgrow reviews verify'`,
          )
        ).rowCount ?? 0;
    });
    expect(ended).toBeGreaterThan(0);
    expect(report.tables[0]).toMatchObject({ source: 9000, differing: 1 });
  });
});

test('the comparison is clean while writes go on and the link runs', async () => {
  const table = 'create table notes (id int primary key, n int not null);';
  const filled = `${table} insert into notes select n, 0 from generate_series(1, 5000) n;`;
  await using stage = await createStage(
    inject('postgresUrl'),
    { monolith: filled, service: table },
    { 'public.notes': 'notes' },
  );
  const link = stage.link('forward');
  await link.start(1);
  await stage.caughtUp(link, 'forward');
  const urls = { monolith: stage.monolith.bridgeUrl, service: stage.service.bridgeUrl };
  const maps = await resolveMaps(
    { context: 'catalog', tables: { 'public.notes': 'notes' }, triggers: {}, foreignKeys: {} },
    urls,
  );
  let writing = true;
  const writer = (async () => {
    for (let n = 1; writing; n++) {
      await stage.monolithClient.query('update notes set n = $1 where id % 50 = $2', [n, n % 50]);
      await stage.monolithClient.query('insert into notes values ($1, 0)', [5000 + n]);
      await stage.monolithClient.query('delete from notes where id = $1', [n]);
    }
  })();
  try {
    const verifier = createVerifier({
      context: 'catalog',
      maps,
      monolithUrl: urls.monolith,
      serviceUrl: urls.service,
      clock: systemClock,
      logger: silentLogger,
      faults: noFaults,
      waitUntilApplied: () => stage.caughtUp(link, 'forward'),
    });
    const report = await verifier.verify('forward');
    expect(report).toMatchObject({ clean: true, samples: [] });
  } finally {
    writing = false;
    await writer;
  }
  await stage.caughtUp(link, 'forward');
});
