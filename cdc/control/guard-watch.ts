import { isOvergrowError, OvergrowError, type Clock, type GuardFault, type GuardReport } from '@overgrow/core';
import { databaseError } from '../connection/database-error.ts';

/** A status may be asked by many at once; both databases are looked at no more than this often. */
const freshMs = 1_000;

export interface GuardWatch {
  /** Never rejects: a status must not fail because a database is away. Before anything is prepared there is no fault. */
  read(): Promise<GuardReport>;
  /** One error for each guard that is an alarm, read now. */
  errors(): Promise<readonly OvergrowError[]>;
}

export function createGuardWatch(readFaults: () => Promise<readonly GuardFault[]>, clock: Clock): GuardWatch {
  let last: { readonly atMs: number; readonly report: Promise<GuardReport> } | undefined;
  const readNow = async (): Promise<GuardReport> => {
    try {
      return { kind: 'known', faults: await readFaults() };
    } catch (error) {
      if (isOvergrowError(error) && error.code === 'CDC_NOT_PREPARED') return { kind: 'known', faults: [] };
      return { kind: 'unknown', reason: databaseError(error, 'The guards could not be read').message };
    }
  };
  return {
    read: () => {
      const nowMs = clock.nowMs();
      if (last === undefined || nowMs - last.atMs >= freshMs) last = { atMs: nowMs, report: readNow() };
      return last.report;
    },
    errors: async () => {
      const report = await readNow();
      if (report.kind === 'unknown') return [];
      return report.faults.filter(({ kind }) => kind !== 'leftover').map(guardError);
    },
  };
}

const guardError = ({ side, table, kind }: GuardFault) =>
  new OvergrowError(
    'CDC_GUARD_CHANGED',
    `The guard of ${table} in the ${side}'s database is ${kind}, and the control row says that it should not be.`,
    {
      hint:
        kind === 'open'
          ? 'Find who opened it: writes there are not seen by the owner. Start overgrow again to close it, then verify.'
          : 'Find who closed it: the owner cannot write. Start overgrow again, or drop the trigger overgrow_guard there.',
      details: { side, table, guard: kind },
    },
  );
