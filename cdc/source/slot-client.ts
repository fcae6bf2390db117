import type { ClientBase } from 'pg';
import { OvergrowError, type Clock } from '@overgrow/core';
import { quoteIdentifier } from '../catalog/table-name.ts';
import { leaseOfSession } from '../connection/names.ts';
import { databaseError } from '../connection/database-error.ts';
import { parseLsn, type Lsn } from './log-position.ts';

export interface SlotState {
  readonly activePid: number | null;
  /** Application name of the session that reads it. */
  readonly holder: string | null;
  /** The server has removed, or will not keep, the log that it needs. */
  readonly lost: boolean;
  readonly confirmedLsn: Lsn;
}

/** @returns undefined when there is no such slot. */
export async function readSlot(client: ClientBase, slot: string): Promise<SlotState | undefined> {
  const { rows } = await client.query<{
    active_pid: number | null;
    holder: string | null;
    wal_status: string | null;
    confirmed: string | null;
  }>(
    `select s.active_pid, a.application_name as holder, s.wal_status, s.confirmed_flush_lsn::text as confirmed
     from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid
     where s.slot_name = $1`,
    [slot],
  );
  const row = rows[0];
  return (
    row && {
      activePid: row.active_pid,
      holder: row.holder,
      lost: row.wal_status === 'lost',
      confirmedLsn: parseLsn(row.confirmed ?? '0/0'),
    }
  );
}

/**
 * Makes a slot free for us: a session that reads it is ended when it is an older one of ours (a crash leaves it behind
 * until the server notices).
 * @throws CDC_SLOT_BUSY when a bridge with a higher lease epoch, or someone else, reads it; CDC_SLOT_LOST when it is gone.
 */
export async function takeSlot(client: ClientBase, slot: string, leaseEpoch: number, clock: Clock): Promise<SlotState> {
  for (let tries = 0; ; tries += 1) {
    const state = await readSlot(client, slot);
    if (state === undefined || state.lost) throw slotLost(slot, state === undefined);
    if (state.activePid === null) return state;
    const lease = leaseOfSession(state.holder ?? '');
    if (lease === undefined || lease > leaseEpoch || tries > 50) throw slotBusy(slot, state);
    await client.query('select pg_terminate_backend($1)', [state.activePid]);
    await clock.sleep(20 + tries * 10);
  }
}

/** Creates a logical slot where it is missing. Waits until every transaction open now has ended. */
export async function createSlot(client: ClientBase, slot: string): Promise<void> {
  if ((await readSlot(client, slot)) !== undefined) return;
  await client.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]).catch((error: unknown) => {
    throw databaseError(error, `The replication slot ${slot} could not be created`);
  });
}

export interface ExportedSnapshot {
  /** Every transaction that committed before it is in the snapshot, every later one in the stream. */
  readonly lsn: Lsn;
  readonly snapshot: string;
}

/** Creates a slot together with the snapshot of its start, which lives until the replication session's next command. */
export async function createSlotWithSnapshot(
  replicationClient: ClientBase,
  slot: string,
  lifetime: 'kept' | 'session' = 'kept',
): Promise<ExportedSnapshot> {
  const { rows } = await replicationClient
    .query<{ consistent_point: string; snapshot_name: string }>(
      `CREATE_REPLICATION_SLOT ${quoteIdentifier(slot)} ${lifetime === 'session' ? 'TEMPORARY ' : ''}LOGICAL pgoutput EXPORT_SNAPSHOT`,
    )
    .catch((error: unknown) => {
      throw databaseError(error, `The replication slot ${slot} could not be created`);
    });
  const row = rows[0];
  if (row === undefined)
    throw new OvergrowError('CDC_DECODE_FAILED', `The server told nothing of the new slot ${slot}.`);
  return { lsn: parseLsn(row.consistent_point), snapshot: row.snapshot_name };
}

/** Removes a slot and, first, an older session of ours that reads it. Nothing to do when it is gone. */
export async function dropSlot(client: ClientBase, slot: string, leaseEpoch: number, clock: Clock): Promise<void> {
  const state = await readSlot(client, slot);
  if (state === undefined) return;
  if (!state.lost) await takeSlot(client, slot, leaseEpoch, clock);
  await client.query('select pg_drop_replication_slot($1)', [slot]);
}

const slotLost = (slot: string, missing: boolean) =>
  new OvergrowError(
    'CDC_SLOT_LOST',
    missing
      ? `The replication slot ${slot} is gone.`
      : `The server no longer keeps the log that the replication slot ${slot} needs.`,
    { hint: 'Take a new first copy; raise max_slot_wal_keep_size if the server dropped the log for lack of room.' },
  );

const slotBusy = (slot: string, state: SlotState) =>
  new OvergrowError(
    'CDC_SLOT_BUSY',
    `The replication slot ${slot} is read by session ${state.activePid} (${state.holder ?? 'unknown'}).`,
    { hint: 'Stop the other bridge of this context; only one may run.' },
  );
