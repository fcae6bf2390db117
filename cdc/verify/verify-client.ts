import {
  giverOf,
  isOvergrowError,
  OvergrowError,
  receiverOf,
  type Clock,
  type Direction,
  type FaultPoints,
  type LogPosition,
  type Logger,
  type VerifyReport,
} from '@overgrow/core';
import { databaseError } from '../connection/database-error.ts';
import type { Session } from '../connection/session-client.ts';
import type { TableMap } from '../mapping/table-map.ts';
import { compareRecent, type CleanPass } from './compare-recent-client.ts';
import { compareTable, type CompareOptions, type TableComparison } from './compare-table-client.ts';
import { comparedTables, type ComparedTable } from './compared-table.ts';
import { openComparison, readHorizon } from './rows-client.ts';

export interface VerifierOptions {
  readonly context: string;
  readonly maps: readonly TableMap[];
  readonly monolithUrl: string;
  readonly serviceUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultPoints;
  /** Resolves when the link of the direction has applied everything up to this position of its giver's log. */
  readonly waitUntilApplied: (direction: Direction, position: LogPosition, signal: AbortSignal) => Promise<void>;
}

/**
 * Both methods read only, apart from one message in the giver's log for each round of asking again.
 * @throws CDC_VERIFY_INTERRUPTED when the signal aborts; a mapping's error on a row; CDC_CONNECTION_LOST.
 */
export interface Verifier {
  /**
   * Compares all rows of the context through its mapping while writes go on. What differs at first sight is asked again
   * until it is equal, or stably different at a position that the link has applied.
   */
  verify(direction: Direction, signal?: AbortSignal): Promise<VerifyReport>;
  /** Compares what was written since this verifier's last clean pass of the direction; all rows before the first. */
  check(direction: Direction, signal?: AbortSignal): Promise<VerifyReport>;
}

export function createVerifier(options: VerifierOptions): Verifier {
  const clean = new Map<Direction, CleanPass>();
  return {
    verify: async (direction, signal = new AbortController().signal) => {
      const pass: Pass = { ...options, direction, signal };
      const horizons = await readHorizons(pass);
      const report = await compareAll(pass, 'full', compareTable);
      if (report.clean) clean.set(direction, horizons);
      else clean.delete(direction);
      return report;
    },
    check: (direction, signal = new AbortController().signal) => {
      const since = clean.get(direction);
      const pass: Pass = { ...options, direction, signal };
      return since === undefined
        ? compareAll(pass, 'full', compareTable)
        : compareAll(pass, 'recent', (table, sessions) => compareRecent(table, since, sessions));
    },
  };
}

interface Pass extends VerifierOptions {
  readonly direction: Direction;
  readonly signal: AbortSignal;
}

/** Keys of differing rows that a report names; the counts are complete. */
const maxSamples = 20;

/** How often a table is begun anew when a session is ended from outside. */
const repeats = 5;

async function compareAll(
  pass: Pass,
  kind: VerifyReport['kind'],
  compare: (table: ComparedTable, options: CompareOptions) => Promise<TableComparison>,
): Promise<VerifyReport> {
  const startedAtMs = pass.clock.nowMs();
  const tables: TableComparison[] = [];
  await using sessions = createSessions(pass);
  for (const table of comparedTables(pass.maps, pass.direction)) {
    tables.push(await repeating(pass, sessions, table.name, (options) => compare(table, options)));
  }
  return {
    kind,
    clean: tables.every((table) => table.differences.length === 0),
    rowsCompared: tables.reduce((sum, table) => sum + table.compared, 0),
    tables: tables.map(({ name, source, target, differences }) => ({
      table: name,
      source,
      target,
      differing: differences.length,
    })),
    samples: tables
      .flatMap(({ name, differences }) =>
        differences.map(({ kind, fromKey }) => ({ table: name, key: Object.values(fromKey).join(', '), kind })),
      )
      .slice(0, maxSamples),
    startedAtMs,
    finishedAtMs: pass.clock.nowMs(),
  };
}

async function readHorizons(pass: Pass): Promise<CleanPass> {
  await using sessions = createSessions(pass);
  return await repeating(pass, sessions, 'the context', async ({ giver, receiver }) => ({
    giver: await readHorizon(giver),
    receiver: await readHorizon(receiver),
  }));
}

/** The two sessions of a pass: opened side by side when first needed and kept for all tables, since a fence waits for them. */
function createSessions({ context, direction, monolithUrl, serviceUrl }: Pass) {
  const urls = { monolith: monolithUrl, service: serviceUrl };
  const applicationName = `overgrow ${context.slice(0, 40)} verify`;
  let opened: readonly [Session, Session] | undefined;
  const end = async () => {
    const ending = opened;
    opened = undefined;
    await Promise.all((ending ?? []).map((session) => session.end()));
  };
  return {
    take: async (): Promise<readonly [Session, Session]> => {
      if (opened !== undefined) return opened;
      const [giver, receiver] = await Promise.allSettled(
        [urls[giverOf(direction)], urls[receiverOf(direction)]].map((url) => openComparison(url, applicationName)),
      );
      if (giver?.status === 'fulfilled' && receiver?.status === 'fulfilled')
        return (opened = [giver.value, receiver.value]);
      for (const one of [giver, receiver]) if (one?.status === 'fulfilled') await one.value.end();
      for (const one of [giver, receiver]) if (one?.status === 'rejected') throw one.reason as Error;
      throw new TypeError('a session neither opened nor failed');
    },
    /** After one was lost: the next table gets new ones. */
    end,
    [Symbol.asyncDispose]: end,
  };
}

async function repeating<T>(
  pass: Pass,
  pair: ReturnType<typeof createSessions>,
  what: string,
  work: (options: CompareOptions) => Promise<T>,
): Promise<T> {
  const { clock, logger, faults, signal, direction } = pass;
  for (let tries = 1; ; tries++) {
    try {
      const [giver, receiver] = await pair.take();
      const waitUntilApplied: CompareOptions['waitUntilApplied'] = (position, stop) =>
        pass.waitUntilApplied(direction, position, stop);
      const sessions = { giver: giver.client, receiver: receiver.client };
      return await work({ ...sessions, clock, faults, signal, waitUntilApplied }).catch((error: unknown) => {
        // A driver says of a session that has ended only that it can't be asked.
        for (const { lost } of [giver, receiver]) if (lost.aborted) throw lost.reason;
        throw error;
      });
    } catch (error) {
      if (signal.aborted) throw interrupted(what, signal);
      const fault = isOvergrowError(error) ? error : databaseError(error, `${what} could not be compared`);
      if (fault.code !== 'CDC_CONNECTION_LOST' || tries > repeats) throw fault;
      await pair.end();
      logger.warn('a comparison begins anew', { table: what, tries, error: fault.message });
      await clock.sleep(100 * tries);
    }
  }
}

function interrupted(what: string, signal: AbortSignal): OvergrowError {
  return new OvergrowError('CDC_VERIFY_INTERRUPTED', `The comparison of ${what} was stopped before its end.`, {
    hint: 'Give it more time, or compare when fewer writes go on.',
    cause: signal.reason,
  });
}
