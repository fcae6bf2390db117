import { giverOf, receiverOf, type AttemptRef, type Direction, type Owner } from '@overgrow/core';

/** What a database knows about the ownership of one context and scope. Each of the two databases has its own. */
export interface ControlRow {
  /** Which side this database is. */
  readonly side: 'monolith' | 'service';
  readonly owner: Owner;
  readonly epoch: number;
  /** The last attempt that reached this database; 0 before the first. */
  readonly attempt: number;
  /** Whether that attempt was abandoned; it can do nothing here any more. */
  readonly abandoned: boolean;
  readonly leaseEpoch: number;
  /** The link that may write this database's entities, when it is the receiver. */
  readonly openDirection: Direction;
  /** Where the running attempt's barrier stands in this database's log. */
  readonly barrierPosition: string | null;
}

/**
 * What an operation makes of the row it found. `repeated`: its effects are there already, from a run that was cut off
 * before it could tell. Even then the row is written, since the lease epoch only ever rises.
 */
export type ControlDecision =
  | { readonly kind: 'go'; readonly row: ControlRow; readonly repeated: boolean }
  | { readonly kind: 'stale'; readonly reason: string };

const stale = (reason: string): ControlDecision => ({ kind: 'stale', reason });
const go = (row: ControlRow, repeated = false): ControlDecision => ({ kind: 'go', row, repeated });

export function oppositeOf(direction: Direction): Direction {
  return direction === 'forward' ? 'reverse' : 'forward';
}

/** A guard refuses on each side that is not the owner. */
export function guardIsClosed(row: Pick<ControlRow, 'side' | 'owner'>): boolean {
  return row.owner !== row.side;
}

function leaseFault(row: ControlRow, leaseEpoch: number): string | undefined {
  return row.leaseEpoch > leaseEpoch
    ? `lease epoch ${row.leaseEpoch} was seen here, and this is ${leaseEpoch}`
    : undefined;
}

function attemptFault(row: ControlRow, ref: AttemptRef): string | undefined {
  const lease = leaseFault(row, ref.leaseEpoch);
  if (lease !== undefined) return lease;
  if (row.attempt > ref.attempt) return `attempt ${row.attempt} was seen here, and this is ${ref.attempt}`;
  return undefined;
}

/** A new lease holder makes itself known, so that sessions of the old one fail. */
export function decideRaise(row: ControlRow, leaseEpoch: number): ControlDecision {
  const fault = leaseFault(row, leaseEpoch);
  return fault === undefined ? go({ ...row, leaseEpoch }) : stale(fault);
}

export function decideArm(row: ControlRow, ref: AttemptRef, direction: Direction): ControlDecision {
  const fault = attemptFault(row, ref);
  if (fault !== undefined) return stale(fault);
  if (row.epoch !== ref.epoch) return stale(`the epoch here is ${row.epoch}, and the attempt's is ${ref.epoch}`);
  if (row.attempt === ref.attempt) {
    return row.abandoned
      ? stale(`attempt ${ref.attempt} was abandoned`)
      : go({ ...row, leaseEpoch: ref.leaseEpoch }, true);
  }
  if (row.owner !== giverOf(direction)) {
    return stale(`the owner here is ${row.owner}, so that ${giverOf(direction)} has nothing to give`);
  }
  return go({
    ...row,
    attempt: ref.attempt,
    abandoned: false,
    leaseEpoch: ref.leaseEpoch,
    barrierPosition: null,
  });
}

/** In the giver. The caller writes the position of the marker. */
export function decideBarrier(row: ControlRow, ref: AttemptRef, direction: Direction): ControlDecision {
  const fault = attemptFault(row, ref);
  if (fault !== undefined) return stale(fault);
  if (row.attempt !== ref.attempt) return stale(`attempt ${ref.attempt} was never armed here`);
  if (row.abandoned) return stale(`attempt ${ref.attempt} was abandoned`);
  if (row.epoch !== ref.epoch) return stale(`the epoch here is ${row.epoch}, and the attempt's is ${ref.epoch}`);
  const raised = { ...row, leaseEpoch: ref.leaseEpoch };
  if (row.owner === 'none') return go(raised, true);
  if (row.owner !== giverOf(direction)) return stale(`the owner here is ${row.owner} already`);
  return go({ ...raised, owner: 'none' });
}

/** In the receiver, after the flip. */
export function decideOpen(row: ControlRow, ref: AttemptRef, direction: Direction, epoch: number): ControlDecision {
  return decideFlipped(row, ref, direction, epoch, giverOf(direction));
}

/** In the giver, after the flip. Its owner is `none` since the barrier; anything else would mean that it was not fenced. */
export function decideClose(row: ControlRow, ref: AttemptRef, direction: Direction, epoch: number): ControlDecision {
  return decideFlipped(row, ref, direction, epoch, 'none');
}

function decideFlipped(
  row: ControlRow,
  ref: AttemptRef,
  direction: Direction,
  epoch: number,
  ownerBefore: Owner,
): ControlDecision {
  const fault = attemptFault(row, ref);
  if (fault !== undefined) return stale(fault);
  if (row.attempt !== ref.attempt) return stale(`attempt ${ref.attempt} was never armed here`);
  if (row.abandoned) return stale(`attempt ${ref.attempt} was abandoned`);
  const owner = receiverOf(direction);
  const flipped = { ...row, owner, epoch, leaseEpoch: ref.leaseEpoch, openDirection: oppositeOf(direction) };
  if (row.epoch === epoch && row.owner === owner) return go(flipped, true);
  if (row.epoch !== epoch - 1) return stale(`the epoch here is ${row.epoch}, and the flip leads to ${epoch}`);
  if (row.owner !== ownerBefore) return stale(`the owner here is ${row.owner}, not ${ownerBefore}`);
  return go(flipped);
}

/** In both databases. An attempt that never reached a database is raised there too, so that it can't arrive later. */
export function decideAbandon(row: ControlRow, ref: AttemptRef, direction: Direction): ControlDecision {
  const fault = attemptFault(row, ref);
  if (fault !== undefined) return stale(fault);
  if (row.epoch !== ref.epoch) return stale(`the epoch here is ${row.epoch}: attempt ${ref.attempt} has flipped`);
  const abandoned = {
    ...row,
    attempt: ref.attempt,
    abandoned: true,
    leaseEpoch: ref.leaseEpoch,
    owner: giverOf(direction),
    openDirection: direction,
  };
  return go(abandoned, row.attempt === ref.attempt && row.abandoned);
}

/** Whether a link may write. `undefined`: yes. Read under a share lock that is held to the commit. */
export function decideApply(
  row: Pick<ControlRow, 'leaseEpoch' | 'openDirection'>,
  link: { readonly direction: Direction; readonly leaseEpoch: number },
): 'stale' | 'closed' | undefined {
  if (row.leaseEpoch > link.leaseEpoch) return 'stale';
  return row.openDirection === link.direction ? undefined : 'closed';
}
