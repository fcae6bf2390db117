import {
  giverOf,
  receiverOf,
  type AttemptRef,
  type BarrierReport,
  type Clock,
  type ContextScope,
  type Direction,
  type FaultPoints,
  type Logger,
} from '@overgrow/core';
import type { TableName } from '../catalog/table-name.ts';
import {
  decideAbandon,
  decideArm,
  decideBarrier,
  decideClose,
  decideOpen,
  decideRaise,
  guardIsClosed,
  oppositeOf,
  type ControlDecision,
  type ControlRow,
} from './control-row.ts';
import { ensureControl } from './control-schema-client.ts';
import { requireGo, writeControlRow } from './control-store.ts';
import { createDeadline } from './deadline.ts';
import { isClosed, isOpen, renderClose, renderOpen } from './guard.ts';
import { withLocks, type Locked, type LockReport } from './locks-client.ts';
import { encodeMarker, markerPrefix, type Marker } from './marker.ts';
import type { Relation } from './relation.ts';
import { openStatements, type Statements } from './statements-client.ts';

/** How long a step without a signal of its caller tries to get its locks. The caller repeats the step. */
const stepMs = 30_000;

/** In a rollback, a session of the service that holds a table of the context for longer is ended. */
const rollbackPatienceMs = 1_000;

export interface ControlScope {
  readonly ref: ContextScope;
  readonly urls: Readonly<Record<ControlRow['side'], string>>;
  readonly tables: Readonly<Record<ControlRow['side'], readonly TableName[]>>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultPoints;
}

export function openControl(scope: ControlScope, side: ControlRow['side'], operation: string): Promise<Statements> {
  return openStatements(scope.urls[side], operation, {
    sessionName: `overgrow ${scope.ref.context.slice(0, 40)} control`,
    faults: scope.faults,
  });
}

interface Change<T> {
  readonly side: ControlRow['side'];
  readonly operation: string;
  readonly decide: (row: ControlRow) => ControlDecision;
  readonly choose?: (relations: readonly Relation[]) => readonly Relation[];
  readonly signal?: AbortSignal;
  readonly endOthersAfterMs?: number;
  /** Beyond the row itself; `repeated` when it was done before. Returns what to write. */
  readonly work?: (locked: Locked, decision: ControlDecision & { kind: 'go' }) => Promise<ControlRow | void>;
  readonly result: (row: ControlRow) => T;
}

/** One change of one database's control row, with what belongs to it, in one transaction. */
async function change<T>(scope: ControlScope, wanted: Change<T>): Promise<LockReport<T>> {
  using deadline = createDeadline(scope.clock, stepMs);
  const { ref, clock, logger } = scope;
  const { side, operation, decide } = wanted;
  return withLocks(
    {
      ref,
      operation,
      tables: wanted.choose === undefined ? [] : scope.tables[side],
      choose: wanted.choose ?? (() => []),
      inspect: (row) => void requireGo(decide(row), row, ref, operation),
      open: () => openControl(scope, side, operation),
      clock,
      logger,
      signal: wanted.signal ?? deadline.signal,
      ...(wanted.endOthersAfterMs === undefined ? {} : { endOthersAfterMs: wanted.endOthersAfterMs }),
    },
    async (locked) => {
      const decision = requireGo(decide(locked.row), locked.row, ref, operation);
      const row = (await wanted.work?.(locked, decision)) ?? decision.row;
      await writeControlRow(locked.statements, ref, row);
      return wanted.result(row);
    },
  );
}

const nothing = () => undefined;

async function emitMarker(statements: Statements, marker: Marker): Promise<string> {
  const [row] = await statements.query<{ position: string }>(
    `select pg_logical_emit_message(true, '${markerPrefix}', $1)::text as position`,
    [encodeMarker(marker)],
  );
  return row?.position ?? '0/0';
}

async function closeGuards(scope: ControlScope, { statements, relations }: Locked): Promise<void> {
  const [role] = await statements.query<{ name: string }>('select session_user::text as name');
  const close = renderClose(relations, scope.ref, role?.name ?? '');
  if (close.length > 0) await statements.query(close.join(';'));
}

async function openGuards({ statements, relations }: Locked): Promise<void> {
  const open = relations.flatMap(renderOpen);
  if (open.length > 0) await statements.query(open.join(';'));
}

/**
 * Schema, row, and the guard of each side that does not own the context. Never opens a guard: that is for the two steps
 * that hand ownership over.
 */
export async function prepareSide(scope: ControlScope, side: ControlRow['side'], leaseEpoch: number): Promise<void> {
  {
    await using statements = await openControl(scope, side, 'prepare');
    await ensureControl(statements, scope.ref, side, leaseEpoch);
  }
  const raised = await change(scope, {
    side,
    operation: 'prepare',
    decide: (row) => decideRaise(row, leaseEpoch),
    result: (row) => row,
  });
  if (!guardIsClosed(raised.result)) return;
  await change(scope, {
    side,
    operation: 'prepare',
    decide: (row) => decideRaise(row, leaseEpoch),
    choose: (relations) => (relations.every(isClosed) ? [] : relations),
    work: async (locked, { row }) => (guardIsClosed(row) ? closeGuards(scope, locked) : undefined),
    result: nothing,
  });
}

/** Raises a row that is there to the lease epoch. */
export async function raiseLease(scope: ControlScope, side: ControlRow['side'], leaseEpoch: number): Promise<void> {
  await change(scope, { side, operation: 'raise', decide: (row) => decideRaise(row, leaseEpoch), result: nothing });
}

/** Raises both rows to the attempt. */
export async function raiseAttempt(scope: ControlScope, ref: AttemptRef, direction: Direction): Promise<void> {
  for (const side of [receiverOf(direction), giverOf(direction)]) {
    await change(scope, { side, operation: 'arm', decide: (row) => decideArm(row, ref, direction), result: nothing });
  }
}

/**
 * In the giver, one transaction: guard closed, owner none, marker, durable. The marker is the drain's target: a position
 * that is asked of the server lies behind commits that are asynchronous.
 */
export async function barrier(
  scope: ControlScope,
  ref: AttemptRef,
  direction: Direction,
  signal: AbortSignal,
): Promise<BarrierReport> {
  const report = await change(scope, {
    side: giverOf(direction),
    operation: 'barrier',
    decide: (row) => decideBarrier(row, ref, direction),
    choose: (relations) => relations,
    signal,
    ...(direction === 'reverse' ? { endOthersAfterMs: rollbackPatienceMs } : {}),
    work: async (locked, { row, repeated }) => {
      await locked.statements.query('set local synchronous_commit = on');
      await closeGuards(scope, locked);
      if (repeated) return row;
      const { epoch, attempt, leaseEpoch } = ref;
      const marker: Marker = { kind: 'barrier', ...scope.ref, epoch, attempt, leaseEpoch, direction };
      return { ...row, barrierPosition: await emitMarker(locked.statements, marker) };
    },
    result: (row) => row.barrierPosition ?? '0/0',
  });
  return { position: report.result, tries: report.tries, waitedMs: report.waitedMs };
}

/** In the receiver, after the flip, one transaction: owner and epoch, direction turned, marker, guard opened. */
export async function openReceiver(
  scope: ControlScope,
  ref: AttemptRef,
  direction: Direction,
  epoch: number,
): Promise<void> {
  await change(scope, {
    side: receiverOf(direction),
    operation: 'openReceiver',
    decide: (row) => decideOpen(row, ref, direction, epoch),
    choose: (relations) => relations.filter((relation) => !isOpen(relation)),
    work: async (locked, { repeated }) => {
      await locked.statements.query('set local synchronous_commit = on');
      const { attempt, leaseEpoch } = ref;
      const opened = oppositeOf(direction);
      if (!repeated) {
        const marker: Marker = { kind: 'open', ...scope.ref, epoch, attempt, leaseEpoch, direction: opened };
        await emitMarker(locked.statements, marker);
      }
      await openGuards(locked);
    },
    result: nothing,
  });
}

/** In the giver, after the flip. Its guard stays closed since the barrier. */
export async function closeGiver(
  scope: ControlScope,
  ref: AttemptRef,
  direction: Direction,
  epoch: number,
): Promise<void> {
  await change(scope, {
    side: giverOf(direction),
    operation: 'closeGiver',
    decide: (row) => decideClose(row, ref, direction, epoch),
    work: ({ statements }) => statements.query('set local synchronous_commit = on').then(nothing),
    result: nothing,
  });
}

/**
 * In the giver, one transaction: attempt abandoned, owner back, marker, guard opened; tables are locked only where a guard
 * has to be opened. Then the receiver's row, whose guard stays closed.
 */
export async function abandon(scope: ControlScope, ref: AttemptRef, direction: Direction): Promise<void> {
  await change(scope, {
    side: giverOf(direction),
    operation: 'abandon',
    decide: (row) => decideAbandon(row, ref, direction),
    choose: (relations) => relations.filter((relation) => !isOpen(relation)),
    work: async (locked, { repeated }) => {
      await locked.statements.query('set local synchronous_commit = on');
      const { epoch, attempt, leaseEpoch } = ref;
      if (!repeated) {
        const marker: Marker = { kind: 'open', ...scope.ref, epoch, attempt, leaseEpoch, direction };
        await emitMarker(locked.statements, marker);
      }
      await openGuards(locked);
    },
    result: nothing,
  });
  await change(scope, {
    side: receiverOf(direction),
    operation: 'abandon',
    decide: (row) => decideAbandon(row, ref, direction),
    result: nothing,
  });
}
