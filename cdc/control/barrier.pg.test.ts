import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { attemptOne, createControlStage, noStop, type ControlStage } from './control-stage-client.ts';
import type { Control } from './control.ts';
import { decodeMarker } from './marker.ts';

const schema = `
  create table alpha (id int primary key, n int not null default 0);
  create table beta (id int primary key, n int not null default 0);
  insert into alpha select generate_series(1, 20);
  insert into beta select generate_series(1, 20);`;

const open = () => createControlStage(inject('postgresUrl'), schema, ['alpha', 'beta']);

async function armed(stage: ControlStage): Promise<Control> {
  const control = await stage.control();
  await control.prepare(1);
  await control.arm(attemptOne, 'forward');
  return control;
}

/** Resolves when a session of the control waits for a lock: the barrier has met the one who is in its way. */
async function barrierWaits(stage: ControlStage): Promise<void> {
  const watcher = await stage.monolith.connect(stage.monolith.superuserUrl);
  for (;;) {
    const { rowCount } = await watcher.query(
      `select from pg_stat_activity where datname = current_database()
         and application_name like 'overgrow%control' and wait_event_type = 'Lock'`,
    );
    if (rowCount !== 0) return;
  }
}

/** Of a message as pgoutput sends it: type, flags, position (8 bytes), prefix with its end, length, content. */
const readContent = (data: Buffer) => data.toString('utf8', data.indexOf(0, 10) + 5);

/** A slot that sees everything from now on. Temporary: it goes with its session. */
async function watchLog(stage: ControlStage) {
  const bridge = await stage.monolith.connect(stage.monolith.bridgeUrl);
  const slot = `watch_${stage.monolith.name}`;
  await bridge.query(`select pg_create_logical_replication_slot('${slot}', 'pgoutput', true)`);
  await bridge.query('create publication watch for table alpha, beta');
  /** `I`, `U`, `D`, `T` for changes and the kind of each marker, in the order of the log. */
  return async (): Promise<string[]> => {
    const { rows } = await bridge.query<{ data: Buffer }>(
      `select data from pg_logical_slot_peek_binary_changes('${slot}', null, null,
         'proto_version', '1', 'publication_names', 'watch', 'messages', 'true')`,
    );
    return rows.flatMap(({ data }) => {
      const kind = data.toString('latin1', 0, 1);
      if (kind === 'M') return [decodeMarker(readContent(data))?.kind ?? 'other'];
      return 'IUDT'.includes(kind) ? [kind] : [];
    });
  };
}

describe('the barrier', () => {
  test('waits for a transaction that was open before it, which then stands before the marker', async () => {
    await using stage = await open();
    const control = await armed(stage);
    const log = await watchLog(stage);
    const app = await stage.monolith.connect();
    await app.query('begin; update alpha set n = 1 where id = 1');
    const barrier = control.barrier(attemptOne, 'forward', noStop);
    await barrierWaits(stage);
    await app.query('update beta set n = 1 where id = 1; commit');
    const report = await barrier;
    expect(report.position).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(await log()).toEqual(['U', 'U', 'barrier']);
  });

  test('gives up at the deadline, names who stood in the way, and has changed nothing', async () => {
    await using stage = await open();
    const control = await armed(stage);
    const app = await stage.monolith.connect();
    await app.query(`set application_name = 'report'; begin; update alpha set n = 1 where id = 1`);
    const stop = new AbortController();
    const barrier = control.barrier(attemptOne, 'forward', stop.signal);
    await barrierWaits(stage);
    stop.abort();
    const failure = await barrier.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'CDC_BARRIER_TIMEOUT' });
    await app.query('commit');
    await control.abandon(attemptOne, 'forward');
    await app.query('update beta set n = 1');
    expect(await control.guardFaults()).toEqual([]);
  });

  test.each(['read committed', 'repeatable read', 'serializable'])(
    'is passed by no %s writer, whatever its snapshot shows',
    async (isolation) => {
      await using stage = await open();
      const control = await armed(stage);
      const log = await watchLog(stage);
      const idle = await stage.monolith.connect();
      await idle.query(`begin isolation level ${isolation}`);
      await idle.query('select count(*) from alpha');
      const busy = await stage.monolith.connect();
      await busy.query(`begin isolation level ${isolation}; update beta set n = 2 where id = 2`);
      const barrier = control.barrier(attemptOne, 'forward', noStop);
      await barrierWaits(stage);
      await busy.query('commit');
      await barrier;
      await expect(idle.query('update alpha set n = 3')).rejects.toMatchObject({ code: 'OG001' });
      await idle.query('rollback');
      expect((await log()).filter((entry) => entry !== 'refused')).toEqual(['U', 'barrier']);
    },
  );

  test('stands behind commits that are asynchronous', async () => {
    await using stage = await open();
    const control = await armed(stage);
    const log = await watchLog(stage);
    const app = await stage.monolith.connect();
    await app.query('set synchronous_commit = off');
    for (let id = 1; id <= 20; id++) await app.query('update alpha set n = n + 1 where id = $1', [id]);
    await control.barrier(attemptOne, 'forward', noStop);
    expect(await log()).toEqual([...Array.from({ length: 20 }, () => 'U'), 'barrier']);
  });

  test('comes through an idle database', async () => {
    await using stage = await open();
    const control = await armed(stage);
    const log = await watchLog(stage);
    expect((await control.barrier(attemptOne, 'forward', noStop)).tries).toBe(1);
    expect(await log()).toEqual(['barrier']);
  });

  test('holds against writers that never stop, and every write that was acknowledged stands before it', async () => {
    await using stage = await open();
    const control = await armed(stage);
    const log = await watchLog(stage);
    let acknowledged = 0;
    const failures: unknown[] = [];
    const writers = ['read committed', 'repeatable read', 'serializable'].map(async (isolation, writer) => {
      const app = await stage.monolith.connect();
      await app.query(
        `set default_transaction_isolation = '${isolation}'; set synchronous_commit = ${writer === 1 ? 'off' : 'on'}`,
      );
      for (;;) {
        try {
          await app.query(`begin; update alpha set n = n + 1 where id = ${writer + 1}`);
          await app.query(`update beta set n = n + 1 where id = ${writer + 1}`);
          await app.query('commit');
          acknowledged += 1;
        } catch (error) {
          failures.push(Reflect.get(Object(error), 'code'));
          await app.query('rollback');
          return;
        }
      }
    });
    while (acknowledged < 50) await (await stage.monolith.connect()).end();
    await control.barrier(attemptOne, 'forward', noStop);
    await Promise.all(writers);
    expect(failures).toEqual(['OG001', 'OG001', 'OG001']);
    const entries = (await log()).filter((entry) => entry !== 'refused');
    expect(entries.at(-1)).toBe('barrier');
    expect(entries.filter((entry) => entry === 'U')).toHaveLength(acknowledged * 2);
  });

  describe('and an application that locks in the opposite order', () => {
    /** Two transactions: one has alpha and wants beta, the other has beta and wants alpha; different rows. */
    async function crossing(stage: ControlStage) {
      const root = await stage.monolith.connect(stage.monolith.superuserUrl);
      await root.query(`alter database ${stage.monolith.name} set deadlock_timeout = '20ms'`);
      const [one, other] = await Promise.all([stage.monolith.connect(), stage.monolith.connect()]);
      await one.query('begin; update alpha set n = 1 where id = 1');
      await other.query('begin; update beta set n = 1 where id = 2');
      return async () => {
        await Promise.all([
          one.query('update beta set n = 1 where id = 1; commit'),
          other.query('update alpha set n = 1 where id = 2; commit'),
        ]);
      };
    }

    test('never makes it the victim of a deadlock', async () => {
      await using stage = await open();
      const control = await armed(stage);
      for (let round = 0; round < 10; round++) {
        const finish = await crossing(stage);
        const attempt = { ...attemptOne, attempt: round + 1 };
        await control.arm(attempt, 'forward');
        const barrier = control.barrier(attempt, 'forward', noStop);
        await barrierWaits(stage);
        await finish();
        expect((await barrier).tries).toBeGreaterThan(0);
        await control.abandon(attempt, 'forward');
      }
    });

    test('would make it one, if it waited while holding', async () => {
      await using stage = await open();
      const root = await stage.monolith.connect(stage.monolith.superuserUrl);
      await root.query(`alter database ${stage.monolith.name} set deadlock_timeout = '20ms'`);
      const app = await stage.monolith.connect();
      await app.query('begin; update alpha set n = 1 where id = 1');
      const naive = await stage.monolith.connect(stage.monolith.bridgeUrl);
      await naive.query('begin; lock table beta in share row exclusive mode');
      const waiting = naive.query('lock table alpha in share row exclusive mode');
      // The server looks for a cycle once, after deadlock_timeout: the later of the two finds it, and ends.
      for (let waits = 0; waits === 0;) {
        const { rowCount } = await root.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
             and clock_timestamp() - query_start > interval '100 ms'`,
        );
        waits = rowCount ?? 0;
      }
      await expect(app.query('update beta set n = 1 where id = 1')).rejects.toMatchObject({ code: '40P01' });
      await app.query('rollback');
      await waiting;
      await naive.query('rollback');
    });
  });

  test('of a rollback ends sessions of the service that hold its tables past the patience', async () => {
    await using stage = await open();
    const control = await armed(stage);
    await control.barrier(attemptOne, 'forward', noStop);
    await control.openReceiver(attemptOne, 'forward', 2);
    await control.closeGiver(attemptOne, 'forward', 2);
    const back = { ...attemptOne, epoch: 2, attempt: 2 };
    await control.arm(back, 'reverse');
    const stuck = await stage.service.connect();
    await stuck.query('begin; update alpha set n = 9');
    await control.barrier(back, 'reverse', noStop);
    await expect(stuck.query('commit')).rejects.toBeInstanceOf(Error);
    const reader = await stage.service.connect();
    expect((await reader.query('select max(n) from alpha')).rows).toEqual([{ max: 0 }]);
  });

  test('survives the end of its own session', async () => {
    await using stage = await open();
    const control = await armed(stage);
    const app = await stage.monolith.connect();
    await app.query('begin; update alpha set n = 1');
    const barrier = control.barrier(attemptOne, 'forward', noStop);
    await barrierWaits(stage);
    const root = await stage.monolith.connect(stage.monolith.superuserUrl);
    await root.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'overgrow%control'`,
    );
    await app.query('commit');
    await barrier;
    await expect(app.query('update alpha set n = 2')).rejects.toBeInstanceOf(pg.DatabaseError);
  });

  test('leaves readers and keys that point at its tables alone', async () => {
    await using stage = await open();
    const app = await stage.monolith.connect();
    await app.query('create table notes (id int primary key, alpha_id int references alpha)');
    const control = await armed(stage);
    await app.query('begin; select * from alpha; insert into notes values (1, 1)');
    await control.barrier(attemptOne, 'forward', noStop);
    await app.query('commit; insert into notes values (2, 2)');
    expect((await app.query('select count(*)::int from notes')).rows).toEqual([{ count: 2 }]);
  });
});
