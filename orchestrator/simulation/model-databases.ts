import {
  giverOf,
  OvergrowError,
  receiverOf,
  type AttemptRef,
  type BridgePort,
  type Clock,
  type Direction,
  type LinkStatus,
  type Owner,
  type VerifyReport,
} from '@overgrow/core';
import type { Random } from './random.ts';

type Side = 'monolith' | 'service';
type LogEntry =
  | { readonly kind: 'write'; readonly id: number }
  | { readonly kind: 'barrier'; readonly attempt: number }
  | { readonly kind: 'opening' };

interface Database {
  readonly side: Side;
  owner: Owner;
  epoch: number;
  attempt: number;
  abandoned: boolean;
  leaseEpoch: number;
  openDirection: Direction;
  readonly log: LogEntry[];
  readonly rows: Set<number>;
  /** How much of the other side's log was read, and whether it stands between an opening marker and a barrier. */
  read: number;
  reading: boolean;
}

export interface ModelDatabases {
  readonly bridge: BridgePort;
  /** A write that the proxy forwards. False: the guard refused it. */
  write(side: Side, id: number): boolean;
  has(side: Side, id: number): boolean;
  /** Reads and applies everything, as time would. */
  settle(): void;
}

const stale = (reason: string) => new OvergrowError('CUTOVER_STOPPED', `Stale: ${reason}.`);

/** Two databases and the bridge between them, as far as the protocol speaks of them (reference: docs/explanation/cutover.md). */
export function createModelDatabases(clock: Clock, random: Random, violated: (what: string) => void): ModelDatabases {
  const database = (side: Side): Database => ({
    side,
    owner: 'monolith',
    epoch: 1,
    attempt: 0,
    abandoned: false,
    leaseEpoch: 0,
    openDirection: 'forward',
    log: [],
    rows: new Set(),
    read: 0,
    reading: side === 'service',
  });
  const sides = { monolith: database('monolith'), service: database('service') };
  const acceptedBy = new Map<number, Side>();
  let foreignWrites = 0;

  const accepts = ({ side, owner }: Database) => owner === side;
  const checkGuards = () => {
    if (accepts(sides.monolith) && accepts(sides.service)) violated('both guards are open');
  };
  const change = (row: Database, next: Partial<Database>) => {
    Object.assign(row, next);
    checkGuards();
  };
  const checkRef = (row: Database, ref: AttemptRef) => {
    if (row.leaseEpoch > ref.leaseEpoch)
      throw stale(`lease epoch ${row.leaseEpoch} was seen, this is ${ref.leaseEpoch}`);
    if (row.attempt > ref.attempt) throw stale(`attempt ${row.attempt} was seen, this is ${ref.attempt}`);
  };
  const checkRunning = (row: Database, ref: AttemptRef) => {
    checkRef(row, ref);
    if (row.attempt !== ref.attempt || row.abandoned) throw stale(`attempt ${ref.attempt} does not run here`);
  };

  /** Applies up to `most` entries of a direction's log to its receiver. */
  const advance = (direction: Direction, most = Number.POSITIVE_INFINITY) => {
    const giver = sides[giverOf(direction)];
    const receiver = sides[receiverOf(direction)];
    for (let left = most; left > 0 && receiver.read < giver.log.length; left -= 1) {
      const entry = giver.log[receiver.read];
      if (entry?.kind === 'opening') receiver.reading = true;
      if (entry?.kind === 'barrier') receiver.reading = false;
      if (entry?.kind === 'write') {
        if (receiver.reading && receiver.openDirection !== direction) return;
        if (receiver.reading) receiver.rows.add(entry.id);
        else foreignWrites += 1;
      }
      receiver.read += 1;
    }
  };
  const waits = (direction: Direction) => sides[giverOf(direction)].log.length - sides[receiverOf(direction)].read;

  const report = (clean: boolean): VerifyReport => ({
    kind: 'full',
    clean,
    rowsCompared: sides.monolith.rows.size,
    tables: [
      { table: 'rows', source: sides.monolith.rows.size, target: sides.service.rows.size, differing: clean ? 0 : 1 },
    ],
    samples: [],
    startedAtMs: clock.nowMs(),
    finishedAtMs: clock.nowMs(),
  });
  const compare = (direction: Direction): VerifyReport => {
    advance(direction);
    const [one, other] = [sides.monolith.rows, sides.service.rows];
    return report(one.size === other.size && [...one].every((id) => other.has(id)));
  };
  const link = (direction: Direction): LinkStatus => ({
    direction,
    state: { kind: 'streaming' },
    open: sides[receiverOf(direction)].openDirection === direction,
    appliedPosition: null,
    lagBytes: waits(direction),
    lagMs: waits(direction),
    changesApplied: 0,
    violations: direction === 'forward' ? 0 : foreignWrites,
    missingRows: 0,
  });

  const bridge: BridgePort = {
    context: 'reviews',
    preflight: async () => [],
    prepare: async (leaseEpoch) => {
      for (const row of Object.values(sides)) row.leaseEpoch = Math.max(row.leaseEpoch, leaseEpoch);
    },
    start: async () => {},
    stop: async () => {},
    status: async () => {
      for (const direction of ['forward', 'reverse'] as const) advance(direction, random.between(0, 50));
      return { forward: link('forward'), reverse: link('reverse'), guards: { kind: 'known', faults: [] } };
    },
    verify: async (direction) => compare(direction),
    arm: async (ref, direction) => {
      for (const row of Object.values(sides)) {
        checkRef(row, ref);
        if (row.attempt === ref.attempt && row.abandoned) throw stale('the attempt was abandoned');
        if (row.epoch !== ref.epoch || (row.attempt !== ref.attempt && row.owner !== giverOf(direction)))
          throw stale('another owner');
        change(row, { attempt: ref.attempt, abandoned: false, leaseEpoch: ref.leaseEpoch });
      }
    },
    barrier: async (ref, direction) => {
      const giver = sides[giverOf(direction)];
      checkRunning(giver, ref);
      if (giver.owner !== 'none') {
        if (giver.owner !== giver.side) throw stale('not the owner');
        change(giver, { owner: 'none', leaseEpoch: ref.leaseEpoch });
        giver.log.push({ kind: 'barrier', attempt: ref.attempt });
      }
      return { position: '0/0', tries: 1, waitedMs: 0 };
    },
    drain: async (ref, direction, signal) => {
      const giver = sides[giverOf(direction)];
      const marker = giver.log.findIndex((entry) => entry.kind === 'barrier' && entry.attempt === ref.attempt);
      if (marker === -1) throw stale('no such barrier');
      while (sides[receiverOf(direction)].read <= marker) {
        advance(direction, random.between(0, 20));
        await clock.sleep(1, signal);
      }
    },
    // Bounded to what changed lately in the real one: the model leaves finding lost rows to the checker at the end.
    check: async () => report(true),
    moveSequences: async () => ({}),
    openReceiver: async (ref, direction, epoch) => {
      const receiver = sides[receiverOf(direction)];
      checkRunning(receiver, ref);
      if (receiver.owner === receiver.side && receiver.epoch === epoch) return;
      change(receiver, {
        owner: receiver.side,
        epoch,
        leaseEpoch: ref.leaseEpoch,
        openDirection: direction === 'forward' ? 'reverse' : 'forward',
      });
      receiver.log.push({ kind: 'opening' });
    },
    closeGiver: async (ref, direction, epoch) => {
      const giver = sides[giverOf(direction)];
      checkRunning(giver, ref);
      change(giver, {
        owner: receiverOf(direction),
        epoch,
        leaseEpoch: ref.leaseEpoch,
        openDirection: direction === 'forward' ? 'reverse' : 'forward',
      });
    },
    abandon: async (ref, direction) => {
      for (const row of [sides[giverOf(direction)], sides[receiverOf(direction)]]) {
        checkRef(row, ref);
        if (row.epoch !== ref.epoch) throw stale('it has flipped');
        const reopened = row.side === giverOf(direction) && row.owner === 'none';
        change(row, {
          attempt: ref.attempt,
          abandoned: true,
          leaseEpoch: ref.leaseEpoch,
          owner: giverOf(direction),
          openDirection: direction,
        });
        if (reopened) row.log.push({ kind: 'opening' });
      }
    },
    disarm: async () => {},
    inventory: async () => [],
    uninstall: async () => [],
  };

  return {
    bridge,
    write: (side, id) => {
      const row = sides[side];
      if (!accepts(row)) return false;
      const other = acceptedBy.get(row.epoch);
      if (other !== undefined && other !== side) violated(`both sides accepted writes in epoch ${row.epoch}`);
      acceptedBy.set(row.epoch, side);
      if (row.rows.has(id)) violated(`write ${id} was made twice`);
      row.rows.add(id);
      row.log.push({ kind: 'write', id });
      return true;
    },
    has: (side, id) => sides[side].rows.has(id),
    settle: () => {
      advance('forward');
      advance('reverse');
    },
  };
}
