import type { AttemptRef, BridgePort, Json, OwnershipRecord, StateStore, TrafficPort } from '@overgrow/core';
import type { Setup } from '../run/setup.ts';

type Ports = Pick<Setup, 'store' | 'traffic' | 'bridges'>;

/** A fault in the protocol, planted between the orchestrator and its ports. The simulation has to find each. */
export interface PlantedBug {
  readonly name: string;
  plant(ports: Ports): Ports;
}

const withStore = (ports: Ports, change: (store: StateStore) => Partial<StateStore>): Ports => ({
  ...ports,
  store: { ...ports.store, ...change(ports.store) },
});
const withTraffic = (ports: Ports, change: (traffic: Setup['traffic']) => Partial<TrafficPort>): Ports => ({
  ...ports,
  traffic: { ...ports.traffic, ...change(ports.traffic) },
});
const withBridge = (ports: Ports, change: (bridge: BridgePort) => Partial<BridgePort>): Ports => ({
  ...ports,
  bridges: ports.bridges.map((bridge) => ({ ...bridge, ...change(bridge) })),
});

const recordOf = (value: Json) => value as unknown as OwnershipRecord;
const refOf = (record: OwnershipRecord): AttemptRef => ({
  context: record.context,
  scope: record.scope,
  epoch: record.epoch,
  attempt: record.attempt?.number ?? 0,
  leaseEpoch: Number.MAX_SAFE_INTEGER,
});
const isNews = ({ attempt }: OwnershipRecord, kind: 'flipped' | 'abandoned') =>
  attempt !== null && attempt.state.kind === kind && !attempt.finished;

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'release before the flip is recorded',
    plant: (ports) =>
      withStore(ports, (store) => ({
        compareAndSet: async (key, expected, value, options) => {
          const record = recordOf(value);
          if (isNews(record, 'flipped')) await ports.traffic.release(refOf(record), record);
          return store.compareAndSet(key, expected, value, options);
        },
      })),
  },
  {
    name: 'withdraw before the abandon is recorded',
    plant: (ports) =>
      withStore(ports, (store) => ({
        compareAndSet: async (key, expected, value, options) => {
          const record = recordOf(value);
          if (isNews(record, 'abandoned')) await ports.traffic.withdraw(refOf(record));
          return store.compareAndSet(key, expected, value, options);
        },
      })),
  },
  {
    name: 'abandon after the flip: the record is written without comparing',
    plant: (ports) =>
      withStore(ports, (store) => {
        let running: OwnershipRecord | undefined;
        return {
          compareAndSet: async (key, expected, value, options) => {
            const record = recordOf(value);
            if (record.attempt?.state.kind === 'running') running = record;
            const written = await store.compareAndSet(key, expected, value, options);
            if (
              !isNews(record, 'flipped') ||
              running === undefined ||
              running.attempt === null ||
              written.kind !== 'written'
            )
              return written;
            const state = { kind: 'abandoned', reason: 'a late doubt' } as const;
            const late = { ...running, phase: 'reading', attempt: { ...running.attempt, state } };
            return store.compareAndSet(key, written.version, late as unknown as Json, options);
          },
        };
      }),
  },
  {
    name: 'writes to the store are not under the lease',
    plant: (ports) =>
      withStore(ports, (store) => ({
        compareAndSet: (key, expected, value) => store.compareAndSet(key, expected, value),
      })),
  },
  {
    name: 'a change is written without its journal entry',
    plant: (ports) =>
      withStore(ports, (store) => ({
        compareAndSet: (key, expected, value, options) =>
          store.compareAndSet(key, expected, value, { ...options, journal: [] }),
      })),
  },
  {
    name: 'no barrier',
    plant: (ports) =>
      withBridge(ports, () => ({
        barrier: async () => ({ position: '0/0', tries: 0, waitedMs: 0 }),
        drain: async () => {},
      })),
  },
  { name: 'the drain does not wait', plant: (ports) => withBridge(ports, () => ({ drain: async () => {} })) },
  {
    name: 'the target is opened before the flip',
    plant: (ports) =>
      withBridge(ports, (bridge) => ({
        barrier: async (ref, direction, signal) => {
          await bridge.openReceiver(ref, direction, ref.epoch + 1);
          return bridge.barrier(ref, direction, signal);
        },
      })),
  },
  {
    name: 'release without opening the target',
    plant: (ports) => withBridge(ports, () => ({ openReceiver: async () => {} })),
  },
  {
    name: 'the fence does not wait for admitted requests',
    plant: (ports) =>
      withTraffic(ports, (traffic) => ({
        fence: async (ref) => {
          void traffic.fence(ref, new AbortController().signal).catch(() => {});
          return { waitedFor: 0, waitedMs: 0, heldNow: 0 };
        },
      })),
  },
  {
    name: 'an abandon does not open the source again',
    plant: (ports) => withBridge(ports, () => ({ abandon: async () => {} })),
  },
  {
    name: 'what a crash left is taken for finished',
    plant: (ports) =>
      withStore(ports, (store) => {
        const began = new Set<number>();
        return {
          compareAndSet: async (key, expected, value, options) => {
            const { attempt } = recordOf(value);
            if (attempt?.state.kind === 'running') began.add(attempt.number);
            return store.compareAndSet(key, expected, value, options);
          },
          read: async (key) => {
            const stored = await store.read(key);
            const record = stored === undefined ? undefined : recordOf(stored.value);
            if (stored === undefined || record === undefined || record.attempt === null) return stored;
            if (began.has(record.attempt.number)) return stored;
            const finished = { ...record, attempt: { ...record.attempt, finished: true } };
            return { ...stored, value: finished as unknown as Json };
          },
        };
      }),
  },
];
