import type { ClientBase } from 'pg';
import { OvergrowError, type ContextScope, type Direction } from '@overgrow/core';
import { databaseError } from '../connection/database-error.ts';
import { decideApply } from './control-row.ts';

/** A link that is about to write the entities of a context. */
export interface ApplyRef extends ContextScope {
  readonly direction: Direction;
  readonly leaseEpoch: number;
}

/**
 * The first statement of each transaction that applies, copies or repairs: locks the control row FOR SHARE, so that no
 * flip, abandon or takeover passes before the transaction's end.
 *
 * @throws CDC_CONTROL_STALE when a higher lease epoch stands there, CDC_DIRECTION_CLOSED (retry) when this direction is not
 * the open one, CDC_NOT_PREPARED when there is no row.
 */
export async function lockForApply(client: ClientBase, ref: ApplyRef): Promise<void> {
  const row = await readForApply(client, ref);
  if (row === undefined) {
    throw new OvergrowError(
      'CDC_NOT_PREPARED',
      `The database has no control row for ${ref.context}, scope ${ref.scope}.`,
      {
        hint: 'Prepare the context first.',
      },
    );
  }
  const fault = decideApply({ leaseEpoch: Number(row.lease_epoch), openDirection: row.open_direction }, ref);
  if (fault === 'stale') {
    throw new OvergrowError(
      'CDC_CONTROL_STALE',
      `The ${ref.direction} link of ${ref.context} runs under lease epoch ${ref.leaseEpoch}; ${row.lease_epoch} has taken over.`,
      { hint: 'Stop this bridge; the newer one goes on where it was.' },
    );
  }
  if (fault === 'closed') {
    throw new OvergrowError(
      'CDC_DIRECTION_CLOSED',
      `The ${ref.direction} link of ${ref.context} may not write: ${row.open_direction} is the open direction here.`,
      { hint: 'It is tried again, and goes on when the switch or rollback is complete.' },
    );
  }
}

async function readForApply(client: ClientBase, ref: ApplyRef) {
  try {
    const { rows } = await client.query<{ lease_epoch: string; open_direction: Direction }>({
      name: 'overgrow-lock-for-apply',
      text: `select lease_epoch::text, open_direction from overgrow.control where context = $1 and scope = $2 for share`,
      values: [ref.context, ref.scope],
    });
    return rows[0];
  } catch (error) {
    if (['42P01', '3F000'].includes(String(Reflect.get(Object(error), 'code')))) return undefined;
    throw databaseError(error, 'The control row could not be locked');
  }
}
