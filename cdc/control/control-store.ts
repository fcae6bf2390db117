import { OvergrowError, type ContextScope, type Direction, type Owner } from '@overgrow/core';
import type { ControlDecision, ControlRow } from './control-row.ts';
import type { Statements } from './statements-client.ts';

interface StoredRow {
  readonly side: ControlRow['side'];
  readonly owner: Owner;
  readonly epoch: string;
  readonly attempt: string;
  readonly abandoned: boolean;
  readonly lease_epoch: string;
  readonly open_direction: Direction;
  readonly barrier_position: string | null;
}

const columns = `side, owner, epoch::text, attempt::text, abandoned, lease_epoch::text, open_direction, barrier_position::text`;

/** FOR UPDATE unless told otherwise; with `nowait` it is refused (55P03) while a transaction of anyone holds it. */
export async function readControlRow(
  statements: Statements,
  ref: ContextScope,
  lock: 'none' | 'wait' | 'nowait',
): Promise<ControlRow> {
  const suffix = { none: '', wait: 'for update', nowait: 'for update nowait' }[lock];
  const rows = await statements.query<StoredRow>(
    `select ${columns} from overgrow.control where context = $1 and scope = $2 ${suffix}`,
    [ref.context, ref.scope],
  );
  const [row] = rows;
  if (row === undefined) throw notPrepared(ref);
  return {
    side: row.side,
    owner: row.owner,
    epoch: Number(row.epoch),
    attempt: Number(row.attempt),
    abandoned: row.abandoned,
    leaseEpoch: Number(row.lease_epoch),
    openDirection: row.open_direction,
    barrierPosition: row.barrier_position,
  };
}

export async function writeControlRow(statements: Statements, ref: ContextScope, row: ControlRow): Promise<void> {
  await statements.query(
    `update overgrow.control set owner = $3, epoch = $4, attempt = $5, abandoned = $6, lease_epoch = $7,
       open_direction = $8, barrier_position = $9::pg_lsn, updated_at = clock_timestamp()
     where context = $1 and scope = $2`,
    [
      ref.context,
      ref.scope,
      row.owner,
      row.epoch,
      row.attempt,
      row.abandoned,
      row.leaseEpoch,
      row.openDirection,
      row.barrierPosition,
    ],
  );
}

/** @throws CDC_CONTROL_STALE when the decision is to do nothing. */
export function requireGo(
  decision: ControlDecision,
  row: ControlRow,
  ref: ContextScope,
  operation: string,
): ControlDecision & { kind: 'go' } {
  if (decision.kind === 'go') return decision;
  throw new OvergrowError(
    'CDC_CONTROL_STALE',
    `${operation} of ${ref.context} was refused by the ${row.side}'s control row: ${decision.reason}.`,
    { hint: 'Read the state again: another orchestrator or attempt has gone on.', details: { ...ref, ...row } },
  );
}

function notPrepared(ref: ContextScope): OvergrowError {
  return new OvergrowError(
    'CDC_NOT_PREPARED',
    `The database has no control row for ${ref.context}, scope ${ref.scope}.`,
    {
      hint: 'Prepare the context first; if it was prepared, someone removed the row.',
    },
  );
}
