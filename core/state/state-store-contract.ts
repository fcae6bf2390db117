import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../manifest/schema.ts';
import type { Json, Lease, StateStore } from './state-store.ts';

/** One empty store, and what a test may do to it. */
export interface StateStoreHarness extends AsyncDisposable {
  /** A further handle on the same store, as another process would open it. */
  open(): Promise<StateStore>;
  /** What opens the same store in another process. */
  readonly spec: Manifest['state'];
  /** Lets `ms` pass on the store's clock. */
  passTime(ms: number): Promise<void>;
}

/** What holds for every `StateStore`. */
export function describeStateStore(name: string, createHarness: () => Promise<StateStoreHarness>): void {
  describe(`${name} keeps the contract of a state store`, () => {
    let harness: StateStoreHarness;
    let store: StateStore;
    const opened: StateStore[] = [];
    const open = async () => {
      const handle = await harness.open();
      opened.push(handle);
      return handle;
    };

    beforeEach(async () => {
      harness = await createHarness();
      store = await open();
    });
    afterEach(async () => {
      for (const handle of opened.splice(0)) await handle[Symbol.asyncDispose]();
      await harness[Symbol.asyncDispose]();
    });

    const acquire = async (handle: StateStore, holder: string, ttlMs = 2000): Promise<Lease> => {
      const lease = await handle.acquireLease('orchestrator', holder, ttlMs);
      if (lease === undefined) throw new Error(`${holder} did not get the lease`);
      return lease;
    };

    describe('values', () => {
      test('are versioned from 1 and come back as they went in', async () => {
        const value: Json = { text: 'Zoë "quoted" \u0000 \ud83c\udf31', list: [1, 2.5, -0.1, null, true], empty: {} };
        expect(await store.read('a')).toBeUndefined();
        expect(await store.compareAndSet('a', 0, value)).toEqual({ kind: 'written', version: 1 });
        expect(await store.compareAndSet('a', 1, 'next')).toEqual({ kind: 'written', version: 2 });
        expect(await store.compareAndSet('a', 2, value)).toEqual({ kind: 'written', version: 3 });
        expect(await store.read('a')).toEqual({ key: 'a', value, version: 3 });
      });

      test('written against another version conflict, and the conflict tells what is there', async () => {
        const other = await open();
        expect(await store.compareAndSet('a', 1, 'x')).toEqual({ kind: 'conflict', current: undefined });
        await other.compareAndSet('a', 0, 'first');
        const current = { key: 'a', value: 'first', version: 1 };
        expect(await store.compareAndSet('a', 0, 'x')).toEqual({ kind: 'conflict', current });
        expect(await store.compareAndSet('a', 2, 'x')).toEqual({ kind: 'conflict', current });
        expect(await store.read('a')).toEqual(current);
      });

      test('are listed by prefix, ascending by bytes, and a prefix is no pattern', async () => {
        for (const key of ['b/2', 'b/1', 'B/1', 'b/10', 'bb', 'b%', 'a_c', 'abc'])
          await store.compareAndSet(key, 0, key);
        const keys = async (prefix: string) => (await store.list(prefix)).map((value) => value.key);
        expect(await keys('b/')).toEqual(['b/1', 'b/10', 'b/2']);
        expect(await keys('b%')).toEqual(['b%']);
        expect(await keys('a_')).toEqual(['a_c']);
        expect(await keys('')).toEqual(['B/1', 'a_c', 'abc', 'b%', 'b/1', 'b/10', 'b/2', 'bb']);
      });

      test('are won by exactly one of many racing callers', async () => {
        const handles = [store, await open(), await open()];
        for (let round = 0; round < 5; round += 1) {
          const outcomes = await Promise.all(
            Array.from({ length: 12 }, (_, caller) =>
              turn(handles, caller).compareAndSet('race', round, { caller, round }),
            ),
          );
          const winners = outcomes.flatMap((outcome, caller) => (outcome.kind === 'written' ? [caller] : []));
          expect(winners).toHaveLength(1);
          const won = { key: 'race', value: { caller: winners[0] ?? -1, round }, version: round + 1 };
          expect(await store.read('race')).toEqual(won);
          for (const outcome of outcomes) {
            if (outcome.kind !== 'written') expect(outcome).toEqual({ kind: 'conflict', current: won });
          }
        }
      });
    });

    describe('a value with its journal entries', () => {
      const entry = (event: string, data: Json = null) => ({ context: 'catalog', event, data });
      const events = async () => (await store.journal()).map(({ event, data }) => [event, data]);

      test('is written together with them, in their order', async () => {
        const value: Json = { text: 'a \u0000 "b"' };
        const lease = await acquire(store, 'one');
        const journal = [entry('flipped', value), entry('told', [1])];
        expect(await store.compareAndSet('a', 0, 1, { lease, journal })).toEqual({ kind: 'written', version: 1 });
        expect(await store.compareAndSet('a', 1, 2, { journal: [] })).toEqual({ kind: 'written', version: 2 });
        expect(await events()).toEqual([
          ['flipped', value],
          ['told', [1]],
        ]);
      });

      test('that lost its race leaves none of them', async () => {
        await store.compareAndSet('a', 0, 1);
        const outcome = await store.compareAndSet('a', 0, 2, { journal: [entry('flipped')] });
        expect(outcome.kind).toBe('conflict');
        expect(await events()).toEqual([]);
      });

      test('of many racing callers is explained by the entry of its winner alone', async () => {
        const handles = [store, await open(), await open()];
        await Promise.all(
          Array.from({ length: 12 }, (_, caller) =>
            turn(handles, caller).compareAndSet('race', 0, caller, { journal: [entry('won', caller)] }),
          ),
        );
        const won = await store.read('race');
        expect(await events()).toEqual([['won', won?.value]]);
      });
    });

    describe('the journal', () => {
      test('is read in order, by context, after a sequence, up to a limit', async () => {
        const sequences = [
          await store.append('catalog', 'armed', { attempt: 1 }),
          await store.append('reviews', 'armed', null),
          await store.append('catalog', 'fenced', [1, 2]),
        ];
        expect(sequences).toEqual([1, 2, 3]);
        const all = await store.journal();
        expect(all.map(({ sequence, context, event, data }) => [sequence, context, event, data])).toEqual([
          [1, 'catalog', 'armed', { attempt: 1 }],
          [2, 'reviews', 'armed', null],
          [3, 'catalog', 'fenced', [1, 2]],
        ]);
        expect(all.every((entry, at) => entry.atMs >= (all[at - 1]?.atMs ?? 1))).toBe(true);
        const told = async (query: Parameters<StateStore['journal']>[0]) =>
          (await store.journal(query)).map((entry) => entry.sequence);
        expect(await told({ context: 'catalog' })).toEqual([1, 3]);
        expect(await told({ afterSequence: 1 })).toEqual([2, 3]);
        expect(await told({ context: 'catalog', afterSequence: 1 })).toEqual([3]);
        expect(await told({ limit: 2 })).toEqual([1, 2]);
        expect(await told({ limit: 2, newest: true })).toEqual([2, 3]);
        expect(await told({ context: 'catalog', limit: 1, newest: true })).toEqual([3]);
        expect(await told({ context: 'nowhere' })).toEqual([]);
      });

      test('has no gap and no double under concurrent writers', async () => {
        const handles = [store, await open(), await open()];
        const given = await Promise.all(
          Array.from({ length: 30 }, (_, caller) => turn(handles, caller).append('-', 'counted', caller)),
        );
        const expected = Array.from({ length: 30 }, (_, at) => at + 1);
        expect(given.toSorted((left, right) => left - right)).toEqual(expected);
        const read = await store.journal();
        expect(read.map((entry) => entry.sequence)).toEqual(expected);
        for (const entry of read) expect(given[entry.data as number]).toBe(entry.sequence);
      });
    });

    describe('a lease', () => {
      test('is held by one, and taken over only after it expired', async () => {
        const other = await open();
        const first = await acquire(store, 'one', 2000);
        expect(first).toMatchObject({ name: 'orchestrator', holder: 'one', epoch: 1 });
        expect(await other.acquireLease('orchestrator', 'two', 2000)).toBeUndefined();
        await harness.passTime(1000);
        expect(await other.acquireLease('orchestrator', 'two', 2000)).toBeUndefined();
        await harness.passTime(1000);
        expect(await acquire(other, 'two')).toMatchObject({ holder: 'two', epoch: 2 });
        expect(await store.renewLease(first, 2000)).toBeUndefined();
      });

      test('lives as long as it is renewed', async () => {
        let lease: Lease | undefined = await acquire(store, 'one', 2000);
        for (let round = 0; round < 3; round += 1) {
          await harness.passTime(1500);
          lease = await store.renewLease(lease, 2000);
          if (lease === undefined) throw new Error('the lease was lost');
          expect(lease.epoch).toBe(1);
        }
        const other = await open();
        expect(await other.acquireLease('orchestrator', 'two', 2000)).toBeUndefined();
        await harness.passTime(2000);
        expect(await store.renewLease(lease, 2000)).toBeUndefined();
      });

      test('never has the same epoch twice: not after a release, not for the same holder', async () => {
        const first = await acquire(store, 'one');
        const again = await acquire(store, 'one');
        expect([first.epoch, again.epoch]).toEqual([1, 2]);
        await store.releaseLease(first);
        expect(await store.acquireLease('orchestrator', 'two', 2000)).toBeUndefined();
        await store.releaseLease(again);
        expect((await acquire(store, 'two')).epoch).toBe(3);
        expect((await store.acquireLease('other', 'two', 2000))?.epoch).toBe(1);
      });

      test('is given to one of many racing callers', async () => {
        const handles = [store, await open(), await open()];
        const leases = await Promise.all(
          handles.map((handle, caller) => handle.acquireLease('orchestrator', `caller ${caller}`, 2000)),
        );
        expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
      });

      test('lost, lets nothing be written under it', async () => {
        const other = await open();
        const lost = await acquire(store, 'one', 2000);
        const write = (handle: StateStore, lease: Lease, expected: number) =>
          handle.compareAndSet('flip', expected, lease.epoch, { lease: { name: lease.name, epoch: lease.epoch } });
        expect(await write(store, lost, 0)).toEqual({ kind: 'written', version: 1 });
        expect(await store.append('-', 'held', null, lost)).toBe(1);
        await harness.passTime(2000);
        expect(await write(store, lost, 1)).toEqual({ kind: 'lease-lost' });
        const holder = await acquire(other, 'two', 2000);
        expect(await write(store, lost, 1)).toEqual({ kind: 'lease-lost' });
        await expect(store.append('-', 'lost', null, lost)).rejects.toMatchObject({ code: 'STATE_LEASE_LOST' });
        expect(await write(other, holder, 1)).toEqual({ kind: 'written', version: 2 });
        expect(await other.append('-', 'taken-over', null, holder)).toBe(2);
        expect((await store.journal()).map((entry) => entry.event)).toEqual(['held', 'taken-over']);
        expect(await store.read('flip')).toEqual({ key: 'flip', value: 2, version: 2 });
        const journal = [{ context: '-', event: 'unheard', data: null }];
        const unknown = { lease: { name: 'unknown', epoch: 1 }, journal };
        expect(await store.compareAndSet('flip', 2, 0, unknown)).toEqual({ kind: 'lease-lost' });
        expect(await store.journal()).toHaveLength(2);
      });
    });

    describe('a watch', () => {
      test('hears of own writes and of other handles, under its prefix, until disposed', async () => {
        const other = await open();
        const heard: string[] = [];
        const watch = store.watch('a/', (key) => heard.push(key));
        const next = nextCall(store, 'end');
        await store.compareAndSet('b/1', 0, 1);
        await store.compareAndSet('a/1', 0, 1);
        await other.compareAndSet('a/2', 0, 1);
        await other.compareAndSet('end', 0, 1);
        await harness.passTime(1000);
        await next;
        expect([...new Set(heard)].toSorted()).toEqual(['a/1', 'a/2']);
        watch[Symbol.dispose]();
        heard.length = 0;
        const last = nextCall(store, 'end');
        await other.compareAndSet('a/1', 1, 2);
        await other.compareAndSet('end', 1, 2);
        await harness.passTime(1000);
        await last;
        expect(heard).toEqual([]);
      });

      test('hears of writes of another process', async () => {
        const heard = nextCall(store, 'count');
        expect(await runWriter(harness.spec, 1)).toBe(0);
        await harness.passTime(1000);
        expect(await heard).toBe('count');
        expect((await store.read('count'))?.value).toBe(1);
      });
    });

    describe('processes', () => {
      test('that write at the same time lose nothing', async () => {
        expect(await Promise.all([1, 2].map(() => runWriter(harness.spec, 25)))).toEqual([0, 0]);
        expect(await store.read('count')).toEqual({ key: 'count', value: 50, version: 50 });
        const entries = await store.journal();
        expect(entries.map((entry) => entry.sequence)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
        const raised = entries.filter(({ event }) => event === 'raised');
        expect(raised.map(({ data }) => data)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
      });

      test('that die in the middle of a write leave nothing half', async () => {
        // Points are passed twice a round: the third is the value of round two with its entry, the sixth the second entry
        // of round three.
        expect(await runWriter(harness.spec, 9, 'state.before-commit#3')).toBe('SIGKILL');
        expect(await store.read('count')).toEqual({ key: 'count', value: 1, version: 1 });
        expect((await store.journal()).map(({ event }) => event)).toEqual(['raised', 'counted']);
        expect(await runWriter(harness.spec, 9, 'state.before-commit#6')).toBe('SIGKILL');
        expect(await store.read('count')).toEqual({ key: 'count', value: 4, version: 4 });
        expect((await store.journal()).map(({ sequence, event }) => [sequence, event])).toEqual([
          [1, 'raised'],
          [2, 'counted'],
          [3, 'raised'],
          [4, 'counted'],
          [5, 'raised'],
          [6, 'counted'],
          [7, 'raised'],
        ]);
        expect(await store.append('-', 'goes-on', null)).toBe(8);
        expect(await store.compareAndSet('count', 4, 5)).toEqual({ kind: 'written', version: 5 });
      });
    });
  });
}

/** Callers take turns on the handles. */
function turn(handles: readonly StateStore[], caller: number): StateStore {
  const handle = handles[caller % handles.length];
  if (handle === undefined) throw new Error('there is no handle');
  return handle;
}

function nextCall(store: StateStore, prefix: string): Promise<string> {
  return new Promise((resolve) => {
    const watch = store.watch(prefix, (key) => {
      watch[Symbol.dispose]();
      resolve(key);
    });
  });
}

/** Resolves to the exit code, or the signal that ended it. */
async function runWriter(spec: Manifest['state'], rounds: number, faultPoint = ''): Promise<number | string> {
  const program = path.join(import.meta.dirname, 'state-store-writer-contract.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(spec), String(rounds)], {
    env: { ...process.env, OVERGROW_FAULT_POINT: faultPoint },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code ?? -1;
}
