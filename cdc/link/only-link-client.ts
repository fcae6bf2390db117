import type { Client } from 'pg';
import { OvergrowError, type Clock } from '@overgrow/core';
import type { LinkRef } from '../apply/progress-store.ts';
import { leaseOfSession, linkSessionName } from '../connection/names.ts';

const tries = 20;

/**
 * Makes sure that this link is the only one of its context and direction, from now until its session in the receiver ends:
 * an advisory lock there says so, and older sessions of ours that a crash or a pause left behind are ended on both sides. One
 * in the giver could still drop the slot that we are about to make. The control row does not say who is alone: two links
 * of one lease epoch may both share it. Sessions of a link are opened before this, or after it by the one that holds the lock.
 * @throws CDC_SLOT_BUSY (retry) while a link with a higher lease epoch is at work.
 */
export async function becomeOnlyLink(
  { receiver, giver }: { readonly receiver: Client; readonly giver: Client },
  ref: LinkRef,
  leaseEpoch: number,
  clock: Clock,
): Promise<void> {
  const name = `overgrow.link ${ref.context} ${ref.scope} ${ref.direction}`;
  for (let left = tries; left > 0; left -= 1) {
    const { rows } = await receiver.query<{ locked: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
      [name],
    );
    const locked = rows[0]?.locked === true;
    const newer = await endOlderSessions(locked ? giver : receiver, ref, leaseEpoch);
    if (newer !== undefined) throw busy(ref, newer);
    if (locked) return;
    await clock.sleep(25);
  }
  throw busy(ref, 'another session');
}

/** Ends our older sessions of this link in one database. @returns the name of a newer one, if there is one. */
async function endOlderSessions(client: Client, ref: LinkRef, leaseEpoch: number): Promise<string | undefined> {
  const own = linkSessionName(ref.context, ref.direction, leaseEpoch);
  const { rows } = await client.query<{ pid: number; name: string }>(
    `select pid, application_name as name from pg_stat_activity
     where datname = current_database() and usename = session_user and pid <> pg_backend_pid()
       and application_name like $1`,
    [`${own.slice(0, own.lastIndexOf('=') + 1).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`],
  );
  const newer = rows.find((row) => (leaseOfSession(row.name) ?? 0) > leaseEpoch);
  if (newer !== undefined) return newer.name;
  for (const { pid } of rows) await client.query('select pg_terminate_backend($1)', [pid]);
  return undefined;
}

const busy = (ref: LinkRef, holder: string) =>
  new OvergrowError('CDC_SLOT_BUSY', `The ${ref.direction} link of ${ref.context} is run by ${holder}.`, {
    hint: 'Stop the other bridge of this context; only one may run.',
  });
