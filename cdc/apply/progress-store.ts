import type { ClientBase } from 'pg';
import type { ContextScope, Direction } from '@overgrow/core';
import { OvergrowError } from '@overgrow/core';
import { inTransaction } from '../connection/session-client.ts';
import { parseLsn, renderLsn, type Lsn } from '../source/log-position.ts';

/** Which link a progress row belongs to. */
export interface LinkRef extends ContextScope {
  readonly direction: Direction;
}

/**
 * How far a link has come, kept in the receiver and written in the same transaction as the effects: that is what makes
 * each effect happen once.
 */
export interface LinkProgress {
  /** Read from this slot of the giver. */
  readonly slot: string;
  /** End of the last source transaction whose effects are in the receiver. */
  readonly position: Lsn;
  /** Between an opening marker and the next barrier. */
  readonly open: boolean;
  /** The first copy is complete. */
  readonly copied: boolean;
  /** The attempt whose barrier closed the link last. */
  readonly barrierAttempt: number | null;
}

/** Made with the first link of a database; every context has its rows in it. Two bridges that start at once take turns. */
export async function ensureProgressTable(client: ClientBase): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('overgrow.schema', 0))`);
    const { rows } = await client.query<{ found: boolean }>(`select to_regnamespace('overgrow') is not null as found`);
    if (rows[0]?.found !== true) await client.query('create schema overgrow');
    await client.query(`
      create table if not exists overgrow.progress (
        context text not null,
        scope text not null,
        direction text not null check (direction in ('forward', 'reverse')),
        slot text not null,
        position pg_lsn not null,
        open boolean not null,
        copied boolean not null,
        barrier_attempt bigint,
        updated_at timestamptz not null default now(),
        primary key (context, scope, direction))`);
  });
}

/** @returns undefined when the link never ran. */
export async function readProgress(client: ClientBase, ref: LinkRef): Promise<LinkProgress | undefined> {
  const { rows } = await client.query<{
    slot: string;
    position: string;
    open: boolean;
    copied: boolean;
    barrier_attempt: string | null;
  }>(
    `select slot, position::text, open, copied, barrier_attempt::text from overgrow.progress
     where context = $1 and scope = $2 and direction = $3`,
    [ref.context, ref.scope, ref.direction],
  );
  const row = rows[0];
  return (
    row && {
      slot: row.slot,
      position: parseLsn(row.position),
      open: row.open,
      copied: row.copied,
      barrierAttempt: row.barrier_attempt === null ? null : Number(row.barrier_attempt),
    }
  );
}

/** Writes the row anew, whatever stood there: at a first copy, and when a link begins. */
export async function resetProgress(client: ClientBase, ref: LinkRef, progress: LinkProgress): Promise<void> {
  await client.query(
    `insert into overgrow.progress (context, scope, direction, slot, position, open, copied, barrier_attempt)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (context, scope, direction) do update set slot = excluded.slot, position = excluded.position,
       open = excluded.open, copied = excluded.copied, barrier_attempt = excluded.barrier_attempt, updated_at = now()`,
    [
      ...keyOf(ref),
      progress.slot,
      renderLsn(progress.position),
      progress.open,
      progress.copied,
      progress.barrierAttempt,
    ],
  );
}

/**
 * Moves the row from one state to the next.
 * @throws CDC_PROGRESS_MOVED when it is not where this link left it: another bridge was at work.
 */
export async function advanceProgress(
  client: ClientBase,
  ref: LinkRef,
  from: LinkProgress,
  to: LinkProgress,
): Promise<void> {
  const { rowCount } = await client.query({
    name: 'overgrow-advance',
    text: `update overgrow.progress set position = $4, open = $5, barrier_attempt = $6, updated_at = now()
      where context = $1 and scope = $2 and direction = $3 and position = $7 and slot = $8`,
    values: [...keyOf(ref), renderLsn(to.position), to.open, to.barrierAttempt, renderLsn(from.position), from.slot],
  });
  if (rowCount === 1) return;
  throw new OvergrowError(
    'CDC_PROGRESS_MOVED',
    `The progress of the ${ref.direction} link of ${ref.context} is no longer at ${renderLsn(from.position)}.`,
    { hint: 'Another bridge of this context is at work: stop one of the two.' },
  );
}

const keyOf = (ref: LinkRef) => [ref.context, ref.scope, ref.direction];
