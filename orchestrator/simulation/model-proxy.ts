import {
  ownershipKey,
  type AttemptRef,
  type Clock,
  type OwnershipRecord,
  type ReleaseReport,
  type StateStore,
  type TrafficObserver,
  type TrafficPort,
} from '@overgrow/core';
import type { ModelDatabases } from './model-databases.ts';
import type { Random } from './random.ts';

export interface ModelProxy {
  readonly traffic: TrafficPort & TrafficObserver;
  /** One write of a client. Resolves when it is answered. */
  request(id: number): Promise<'acknowledged' | 'unavailable' | 'refused'>;
  readonly holds: boolean;
  /** The attempt whose fence holds here. */
  readonly held: AttemptRef | undefined;
}

export interface ModelProxyOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: StateStore;
  readonly databases: ModelDatabases;
  readonly leaseIsLive: () => boolean;
  readonly violated: (what: string) => void;
}

/** One proxy that outlives every orchestrator, and checks that what it is told agrees with the record. */
export function createModelProxy(options: ModelProxyOptions): ModelProxy {
  const { clock, random, store, databases, leaseIsLive, violated } = options;
  const context = { context: 'reviews', scope: '*' };
  let owner: 'monolith' | 'service' = 'monolith';
  let epoch = 1;
  let armed = 0;
  let held = 0;
  let ended = 0;
  let admitted = 0;
  let waiting: (() => void)[] = [];

  const record = async () => (await store.read(ownershipKey(context)))?.value as unknown as OwnershipRecord;
  const letGo = (attempt: number): ReleaseReport => {
    const released = waiting.length;
    ended = Math.max(ended, attempt);
    if (held === attempt || held <= ended) held = 0;
    if (armed <= ended) armed = 0;
    const go = waiting;
    waiting = [];
    for (const each of go) each();
    return { released, gone: 0, longestHeldMs: 0 };
  };
  const nothing: ReleaseReport = { released: 0, gone: 0, longestHeldMs: 0 };
  const ofAnother = (ref: AttemptRef) => ref.attempt < Math.max(armed, held);

  const traffic: TrafficPort & TrafficObserver = {
    learn: async (records) => {
      for (const each of records) {
        if (held !== 0 || each.epoch < epoch) continue;
        ({ owner, epoch } = each);
      }
    },
    arm: async (ref) => {
      if (ref.attempt > ended) armed = Math.max(armed, ref.attempt);
    },
    fence: async (ref, signal) => {
      if (ref.attempt <= ended || armed !== ref.attempt) throw new Error('the attempt is not armed here');
      held = ref.attempt;
      const waitedFor = admitted;
      while (admitted > 0) await clock.sleep(1, signal);
      return { waitedFor, waitedMs: 0, heldNow: waiting.length };
    },
    release: async (ref, told) => {
      const { attempt } = await record();
      if (attempt?.number === ref.attempt && attempt.state.kind !== 'flipped') {
        violated(`attempt ${ref.attempt} was released while ${attempt.state.kind}`);
      }
      if (ofAnother(ref) || told.epoch < epoch) return nothing;
      ({ owner, epoch } = told);
      return letGo(ref.attempt);
    },
    withdraw: async (ref) => {
      const { attempt } = await record();
      if (attempt?.number === ref.attempt && attempt.state.kind !== 'abandoned') {
        violated(`fence ${ref.attempt} was withdrawn while ${attempt.state.kind}`);
      }
      return ofAnother(ref) ? nothing : letGo(ref.attempt);
    },
    setWeight: async () => {},
    status: async () => ({
      proxies: 1,
      routes: [],
      contexts: [{ ...context, owner, epoch, fence: held > 0 ? 'held' : armed > 0 ? 'armed' : 'open', upgraded: 0 }],
    }),
  };

  return {
    traffic,
    request: async (id) => {
      while (held !== 0) await new Promise<void>((resolve) => waiting.push(resolve));
      if (armed !== 0 && !leaseIsLive()) return 'unavailable';
      admitted += 1;
      try {
        const to = owner;
        await clock.sleep(random.between(1, 8));
        return databases.write(to, id) ? 'acknowledged' : 'refused';
      } finally {
        admitted -= 1;
      }
    },
    get held() {
      return held === 0 ? undefined : { ...context, epoch, attempt: held, leaseEpoch: 0 };
    },
    get holds() {
      return held !== 0;
    },
  };
}
