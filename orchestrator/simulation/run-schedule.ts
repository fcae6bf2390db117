import { createManualClock, createSqliteStore, ownershipKey, silentLogger, type OwnershipRecord } from '@overgrow/core';
import { attemptUnfinished } from '../decider/decide.ts';
import { createOrchestrator, type Orchestrator } from '../run/create-orchestrator.ts';
import type { Setup } from '../run/setup.ts';
import { createCheckedStore } from './checked-store.ts';
import { createModelDatabases } from './model-databases.ts';
import { createModelProxy } from './model-proxy.ts';
import { createProcess, type SimulatedProcess, type Weather } from './process.ts';
import { createRandom } from './random.ts';

export interface Schedule {
  readonly seed: number;
  /** Kill whoever comes to this point, the n-th time. */
  readonly killAt?: { readonly point: string; readonly time: number } | undefined;
  readonly weather: Weather;
  readonly orchestrators: 1 | 2;
  /** Stops of whole processes, each longer than a lease. */
  readonly pauses: number;
  /** Holds that expire at the proxy before the attempt is decided. */
  readonly expiries: number;
  /** What the operator asks for, one after the other, until each is done. */
  readonly wishes: readonly ('cutover' | 'rollback')[];
  /** A planted protocol bug, on what one orchestrator is given. */
  readonly bug?:
    | ((ports: Pick<Setup, 'store' | 'traffic' | 'bridges'>) => Pick<Setup, 'store' | 'traffic' | 'bridges'>)
    | undefined;
}

export interface ScheduleOutcome {
  readonly violations: readonly string[];
  readonly acknowledged: number;
  readonly unavailable: number;
  readonly flips: number;
  readonly abandoned: number;
  readonly killed: boolean;
  readonly trace: readonly string[];
}

const leaseMs = 300;
const limits = { maxLag: 1_000, maxFence: 200, maxVerifyAge: 60_000, lease: leaseMs };
const calm: Weather = { failure: 0, stall: 0, stallMs: 0 };

/** Runs one schedule to its end and says what it violated. Deterministic: the seed and the schedule are all there is. */
export async function runSchedule(schedule: Schedule): Promise<ScheduleOutcome> {
  const random = createRandom(schedule.seed);
  const clock = createManualClock();
  const violations: string[] = [];
  const violated = (what: string) => void (violations.includes(what) || violations.push(what));
  const store = createSqliteStore({ file: ':memory:', clock });
  const databases = createModelDatabases(clock, random, violated);
  const living: { orchestrator: Orchestrator; process: SimulatedProcess }[] = [];
  const leaseIsLive = () => living.some(({ orchestrator, process }) => !process.dead && orchestrator.leaseIsLive());
  const proxy = createModelProxy({ clock, random, store, databases, leaseIsLive, violated });
  const checkedStore = createCheckedStore(store, violated);

  let calming = false;
  let killed = false;
  let reached = 0;
  let starts = 0;
  const onPoint = (point: string, kill: () => void) => {
    const { killAt } = schedule;
    if (point !== killAt?.point || calming) return;
    reached += 1;
    if (reached !== killAt.time) return;
    killed = true;
    kill();
  };
  const launch = () => {
    starts += 1;
    const process = createProcess(clock, random, () => (calming ? calm : schedule.weather), onPoint);
    const honest = { store: checkedStore, traffic: proxy.traffic, bridges: [databases.bridge] };
    const ports = schedule.bug?.(honest) ?? honest;
    const orchestrator = createOrchestrator({
      store: process.around(ports.store),
      traffic: process.around(ports.traffic),
      bridges: ports.bridges.map((bridge) => process.around(bridge)),
      contexts: ['reviews'],
      health: { check: async () => ({ kind: 'healthy', tookMs: 1 }) },
      limits,
      clock: process.clock,
      logger: silentLogger,
      faults: process.faults,
      holder: `orchestrator-${starts}`,
    });
    living.push({ orchestrator, process });
    void orchestrator.start().catch(() => {});
  };
  const record = async () =>
    (await store.read(ownershipKey({ context: 'reviews', scope: '*' })))?.value as OwnershipRecord | undefined;

  const acknowledged: number[] = [];
  let unavailable = 0;
  let inFlight = 0;
  let id = 0;
  const client = async (quiet: AbortSignal) => {
    while (!quiet.aborted) {
      id += 1;
      inFlight += 1;
      const mine = id;
      const answer = await proxy.request(mine);
      inFlight -= 1;
      if (answer === 'acknowledged') acknowledged.push(mine);
      if (answer === 'unavailable') unavailable += 1;
      if (answer === 'refused') violated('an admitted write was refused by a guard');
      await clock.sleep(random.between(5, 30));
    }
  };
  const operator = async () => {
    for (const wish of schedule.wishes) {
      const wanted = wish === 'cutover' ? 'service' : 'monolith';
      for (;;) {
        const now = await record();
        if (now?.owner === wanted && !attemptUnfinished(now)) break;
        const leader = living.find(({ orchestrator, process }) => !process.dead && orchestrator.leaseIsLive());
        // A killed process never answers: the operator asks again after a while.
        await Promise.race([
          leader?.orchestrator[wish]('reviews', { by: 'Ada' }).catch(() => {}) ?? Promise.resolve(),
          clock.sleep(1_500),
        ]);
        await clock.sleep(random.between(20, 120));
      }
    }
  };

  for (let each = 0; each < schedule.orchestrators; each += 1) launch();
  const quiet = new AbortController();
  const clients = [client(quiet.signal), client(quiet.signal)];
  let wished = false;
  const wishing = operator().then(() => (wished = true));
  let pausesLeft = schedule.pauses;
  // Drawn apart, so that what else a seed means stays as it was.
  const expiryRandom = createRandom(schedule.seed + 104_729);
  let expiriesLeft = schedule.expiries;
  const over = 30_000;
  const isOver = async () => {
    const now = await record();
    return wished && now !== undefined && !attemptUnfinished(now) && !proxy.holds && now.phase !== 'rolled-back';
  };
  for (let at = 0; at < over && !(await isOver()) && violations.length === 0; at += 50) {
    if (at > over / 3) calming = true;
    if (pausesLeft > 0 && random.chance(0.05)) {
      pausesLeft -= 1;
      random.pick(living.filter(({ process }) => !process.dead))?.process.pause(random.between(100, leaseMs * 3));
    }
    if (expiriesLeft > 0 && proxy.held !== undefined && expiryRandom.chance(0.3)) {
      expiriesLeft -= 1;
      const asked = expiryRandom.pick(living.filter(({ process }) => !process.dead));
      void asked?.orchestrator.abandonExpired(proxy.held).catch(() => {});
    }
    const alive = living.filter(({ process }) => !process.dead).length;
    if (alive < schedule.orchestrators && random.chance(0.2)) launch();
    await clock.advance(50);
  }

  if (violations.length === 0 && !(await isOver())) violated('it never came to an end');
  quiet.abort();
  calming = true;
  let stopped = 0;
  const alive = living.filter(({ process }) => !process.dead);
  for (const { orchestrator } of alive) void orchestrator.stop().finally(() => (stopped += 1));
  for (let at = 0; at < 20_000 && (stopped < alive.length || inFlight > 0); at += 50) await clock.advance(50);
  if (violations.length === 0) {
    if (stopped < alive.length) violated('an orchestrator did not stop');
    await clock.advance(100);
    await Promise.all([...clients, wishing]);
    databases.settle();
    const last = await record();
    const owner = last?.owner ?? 'monolith';
    for (const each of acknowledged) if (!databases.has(owner, each)) violated('an acknowledged write was lost');
    const entries = await store.journal({ limit: 10_000 });
    checkAttempts(entries, violated);
    if (last !== undefined) checkExplained(entries, last, violated);
  }
  const journal = await store.journal({ limit: 10_000 });
  await store[Symbol.asyncDispose]();
  return {
    violations,
    acknowledged: acknowledged.length,
    unavailable,
    flips: journal.filter(({ event }) => event === 'flipped').length,
    abandoned: journal.filter(({ event }) => event === 'abandoned').length,
    killed,
    trace: journal.map(({ atMs, event, data }) => `${atMs - Date.UTC(2026, 0, 1)} ${event} ${JSON.stringify(data)}`),
  };
}

/** Each change of the record has its entry, so that the newest of them tells how the record stands. */
function checkExplained(
  journal: readonly { event: string; data: unknown }[],
  { phase, owner, epoch }: OwnershipRecord,
  violated: (what: string) => void,
): void {
  const told = journal.findLast(({ data }) => typeof data === 'object' && data !== null && 'phase' in data)?.data;
  const { phase: toldPhase, owner: toldOwner, epoch: toldEpoch } = (told ?? {}) as Partial<OwnershipRecord>;
  if (toldPhase !== phase || toldOwner !== owner || toldEpoch !== epoch)
    violated('the journal does not explain the record');
}

/** By the journal: a number begins one attempt, and no attempt is both flipped and abandoned. */
function checkAttempts(journal: readonly { event: string; data: unknown }[], violated: (what: string) => void): void {
  const began = new Set<number>();
  const ends = new Map<number, string>();
  for (const { event, data } of journal) {
    const number = (data as { attempt?: number }).attempt ?? 0;
    if (event === 'attempt-began') {
      if (began.has(number)) violated(`attempt ${number} began twice`);
      began.add(number);
    }
    if (event !== 'flipped' && event !== 'abandoned') continue;
    if (ends.has(number)) violated(`attempt ${number} was ${ends.get(number)} and ${event}`);
    ends.set(number, event);
  }
}
