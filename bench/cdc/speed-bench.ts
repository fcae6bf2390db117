import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startPostgres } from '@overgrow/test';
import pg from 'pg';
import type { Comparison, Measurement } from '../comparison.ts';
import { buildPeer, startPeer, type Peer } from './debezium-peer-process.ts';
import { readUsage } from './process-usage-files.ts';

const columns = `id bigint primary key, customer int not null, status varchar(20), amount numeric(12,2), note text,
  created timestamptz, updated timestamp, active boolean, ref uuid, data jsonb, rate double precision, day date`;
/** About 340 characters. */
const values = `n, n % 1000, 'status ' || n % 7, n * 1.01, repeat('note ' || n || ' ', 8), now(), now(), n % 2 = 0,
  gen_random_uuid(), jsonb_build_object('a', n, 'b', 'text ' || n), n / 7.0, current_date`;

interface Work {
  readonly name: string;
  readonly events: number;
  readonly run: (client: pg.Client) => Promise<void>;
}

/** @param scale 1 for the sizes of the names. */
const works = (scale: number): readonly Work[] => [
  {
    name: 'drain of inserts, 1,000 a transaction',
    events: 500_000 * scale,
    run: async (client) => {
      for (let from = 1; from < 500_000 * scale; from += 1000)
        await client.query(`insert into wide select ${values} from generate_series(${from}, ${from + 999}) n`);
    },
  },
  {
    name: 'drain of updates, 1,000 a transaction',
    events: 200_000 * scale,
    run: async (client) => {
      for (let from = 1; from < 200_000 * scale; from += 1000)
        await client.query(
          `update wide set status = 'new', amount = amount + 1 where id between ${from} and ${from + 999}`,
        );
    },
  },
  {
    name: 'drain of single-row transactions',
    events: 100_000 * scale,
    run: async (client) => {
      await client.query(`create procedure singles(c int) language plpgsql as
        'begin for n in 1000000000..1000000000 + c - 1 loop insert into wide select ${values.replaceAll("'", "''")}; commit; end loop; end'`);
      await client.query(`call singles(${100_000 * scale})`);
    },
  },
];

interface Contender {
  readonly name: string;
  /** Makes its slot, from which a later start goes on. */
  prepare(): Promise<void>;
  start(): Promise<Peer>;
}

/** Both read the same log from slots of their own, one after the other, and drop each event after they have its JSON. */
export async function runSpeedBench(
  options: { readonly scale?: number; readonly onProgress?: (line: string) => void } = {},
): Promise<readonly Comparison[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'overgrow-speed-'));
  const scale = options.scale ?? Number(process.env['OVERGROW_BENCH_SCALE'] ?? 1);
  try {
    const classPath = await buildPeer(process.env['OVERGROW_DEBEZIUM'] ?? path.join(folder, 'peer'));
    await using server = await startPostgres({ settings: { max_wal_size: '8GB' } });
    const client = new pg.Client({ connectionString: server.url() });
    await client.connect();
    const comparisons: Comparison[] = [];
    try {
      await client.query(`create table wide (${columns}); create publication dbz_publication for table wide`);
      for (const work of works(scale)) {
        const contenders = [ours(server.url(), 'never'), debezium(classPath, folder, server.url())];
        for (const contender of contenders) await contender.prepare();
        await work.run(client);
        comparisons.push(await compareSpeed(work, contenders, options.onProgress));
        await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active');
      }
      const rows = Number((await client.query<{ count: string }>('select count(*) from wide')).rows[0]?.count);
      const snapshot = { name: 'snapshot', events: rows };
      const contenders = [ours(server.url(), 'only'), debezium(classPath, folder, server.url(), 'initial_only')];
      comparisons.push(await compareSpeed(snapshot, contenders, options.onProgress));
    } finally {
      await client.end();
    }
    return comparisons;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareSpeed(
  work: { readonly name: string; readonly events: number },
  contenders: readonly Contender[],
  onProgress?: (line: string) => void,
): Promise<Comparison> {
  const rows: Measurement[] = [];
  for (const contender of contenders) {
    const figures = await measure(await contender.start(), work.events);
    onProgress?.(`${work.name}, ${contender.name}: ${Math.round(figures['eventsPerSecond'] ?? 0)} events/s`);
    rows.push({ name: contender.name, figures });
  }
  return {
    title: `Change events: ${work.name} (${work.events})`,
    baseline: 'overgrow',
    rows,
    notes: ['from the first event to the last; the server’s own work is in the time and not in the CPU'],
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(peer: Peer, events: number): Promise<Record<string, number>> {
  while (peer.count() === 0) await pause(5);
  const first = { at: performance.now(), count: peer.count(), usage: await readUsage(peer.pid) };
  while (peer.count() < events) await pause(20);
  const seconds = (performance.now() - first.at) / 1000;
  const usage = await readUsage(peer.pid);
  await peer.stop();
  const counted = events - first.count;
  return {
    eventsPerSecond: counted / seconds,
    cpuSecondsPerMillion: (usage.cpuMs - first.usage.cpuMs) / 1000 / (counted / 1e6),
    peakMegabytes: usage.peakBytes / 1e6,
  };
}

let slots = 0;

function ours(url: string, snapshot: 'never' | 'only'): Contender {
  const slot = `ours_${(slots += 1)}`;
  const start = async (): Promise<Peer> => {
    const script = path.join(import.meta.dirname, 'run-capture.ts');
    const child = spawn(process.execPath, ['--conditions=overgrow-source', script, url, slot, snapshot], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    let count = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      count = Number(/count (\d+)[^\n]*\n*$/.exec(chunk.toString())?.[1] ?? count);
    });
    // A snapshot ends by itself; its process stays to be measured until its input ends.
    return {
      pid: child.pid ?? 0,
      count: () => count,
      stop: async () => {
        child.stdin.end();
        await exited;
      },
    };
  };
  return { name: 'overgrow', start, prepare: () => createSlot(url, slot) };
}

function debezium(classPath: string, folder: string, url: string, mode = 'no_data'): Contender {
  const slot = `peer_${(slots += 1)}`;
  const properties = {
    'topic.prefix': 'shop',
    'table.include.list': String.raw`public\.wide`,
    'snapshot.mode': mode,
    ...Object.fromEntries(['key', 'value', 'header'].map((part) => [`${part}.converter.schemas.enable`, 'false'])),
  };
  const start = () => startPeer({ classPath, folder, url, slot, properties, output: undefined });
  return {
    name: 'Debezium engine 3.6.1',
    start,
    // It goes on from a stored offset, and stores one with its first event.
    prepare: async () => {
      const peer = await start();
      await pause(3000);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      for (let id = -1; peer.count() === 0; id -= 1) {
        await client.query(`insert into wide (id, customer) values (${id - slots * 1000}, 0)`);
        await pause(1000);
      }
      await client.end();
      await pause(2500);
      await peer.stop();
    },
  };
}

async function createSlot(url: string, slot: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
  await client.end();
}
