import {
  noFaults,
  type AttemptRef,
  type BarrierReport,
  type BridgePort,
  type Clock,
  type ContextScope,
  type Direction,
  type FaultPoints,
  type GuardFault,
  type Logger,
  type OwnedObject,
} from '@overgrow/core';
import { databaseError } from '../connection/database-error.ts';
import type { TableMap } from '../mapping/table-map.ts';
import { disarmAutovacuum, restoreAutovacuum, stopAutovacuum } from './autovacuum-client.ts';
import type { ControlRow } from './control-row.ts';
import { readControlRow } from './control-store.ts';
import { dropOpenGuards, readGuardFaults } from './guard-state-client.ts';
import { forgetContext, readInventory, requireIdle } from './inventory-client.ts';
import * as ownership from './ownership-client.ts';
import { openControl, type ControlScope } from './ownership-client.ts';
import { moveSequences } from './sequences-client.ts';
import { sqlStateOf, type Statements } from './statements-client.ts';

export interface ControlOptions extends ContextScope {
  /** As the bridge's role logs in. */
  readonly monolithUrl: string;
  readonly serviceUrl: string;
  /** The tables of the context on both sides, and how keys map. */
  readonly maps: readonly TableMap[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultPoints;
}

/** What the bridge does with control rows, guards, autovacuum and sequences. The contract of each is BridgePort's. */
export interface Control extends Pick<
  BridgePort,
  'barrier' | 'openReceiver' | 'closeGiver' | 'abandon' | 'arm' | 'disarm' | 'moveSequences' | 'inventory' | 'uninstall'
> {
  /** Schema, control rows at this lease epoch, and the guard of each side that does not own the context. */
  prepare(leaseEpoch: number): Promise<void>;
  /** Makes a new lease holder known in both rows, so that sessions of the old one fail. @throws CDC_CONTROL_STALE, CDC_NOT_PREPARED. */
  raise(leaseEpoch: number): Promise<void>;
  readRow(side: ControlRow['side']): Promise<ControlRow>;
  /** Guards that are not what the control rows ask for; an alarm, unless `leftover`. */
  guardFaults(): Promise<readonly GuardFault[]>;
}

/** SQLSTATE of a DROP that others depend on. */
const dependentObjectsStillExist = '2BP01';

/** SQLSTATE of a table that is not there: nothing was prepared yet. */
const undefinedTable = '42P01';

const sides = ['monolith', 'service'] as const;

/** How often a step is repeated when its session is ended from outside. */
const repeats = 5;

export function createControl(options: ControlOptions): Control {
  const { context, scope: tenantScope, maps, clock, logger, faults } = options;
  const scope: ControlScope = {
    ref: { context, scope: tenantScope },
    urls: { monolith: options.monolithUrl, service: options.serviceUrl },
    tables: { monolith: maps.map((map) => map.source), service: maps.map((map) => map.target) },
    clock,
    logger,
    faults,
  };

  /** Every step may be repeated, so a session that is lost only costs a repeat. */
  const repeating = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const fault = databaseError(error, `${operation} of ${context} failed`);
        const passes = fault.code === 'CDC_CONNECTION_LOST' || fault.code === 'CDC_SLOT_BUSY';
        if (!passes || tries > repeats) throw fault;
        logger.warn('a step is repeated', { operation, tries, error: fault.message });
        await clock.sleep(100 * tries);
      }
    }
  };

  const onSide = <T>(operation: string, side: ControlRow['side'], work: (statements: Statements) => Promise<T>) =>
    repeating(operation, async () => {
      await using statements = await openControl(scope, side, operation);
      return await work(statements);
    });

  const onBoth = async <T>(
    operation: string,
    work: (statements: Statements, side: ControlRow['side']) => Promise<T>,
  ) => {
    const results: T[] = [];
    for (const side of sides) results.push(await onSide(operation, side, (statements) => work(statements, side)));
    return results;
  };

  const dropGuards = async (operation: string) => {
    const kept = await onBoth(operation, (statements, side) =>
      dropOpenGuards(statements, scope.ref, scope.tables[side]),
    );
    if (kept.flat().length > 0) logger.info('opened guards are dropped later', { context, tables: kept.flat() });
  };

  const inventory = async (): Promise<readonly OwnedObject[]> =>
    (
      await onBoth('inventory', (statements, side) => readInventory(statements, scope.ref, side, scope.tables[side]))
    ).flat();

  return {
    prepare: async (leaseEpoch) => {
      for (const side of sides) await repeating('prepare', () => ownership.prepareSide(scope, side, leaseEpoch));
      await dropGuards('prepare');
    },
    raise: async (leaseEpoch) => {
      for (const side of sides) await repeating('raise', () => ownership.raiseLease(scope, side, leaseEpoch));
    },
    arm: async (ref, direction) => {
      await repeating('arm', () => ownership.raiseAttempt(scope, ref, direction));
      await onBoth('arm', (statements, side) => stopAutovacuum(statements, ref, scope.tables[side]));
    },
    barrier: (ref: AttemptRef, direction: Direction, signal: AbortSignal): Promise<BarrierReport> =>
      ownership.barrier(scope, ref, direction, signal),
    openReceiver: (ref, direction, epoch) => ownership.openReceiver(scope, ref, direction, epoch),
    closeGiver: (ref, direction, epoch) => ownership.closeGiver(scope, ref, direction, epoch),
    abandon: (ref, direction) => ownership.abandon(scope, ref, direction),
    disarm: async (ref) => {
      await onBoth('disarm', (statements) => disarmAutovacuum(statements, ref));
      await dropGuards('disarm');
    },
    moveSequences: (ref, direction, signal) =>
      repeating('moveSequences', () => moveSequences(scope, maps, ref, direction, signal)),
    inventory,
    uninstall: async () => {
      await onBoth('uninstall', (statements, side) => requireIdle(statements, scope.ref, side));
      const found = await inventory();
      await onBoth('uninstall', async (statements, side) => {
        // Readers must not queue behind a DROP that waits; a refusal is tried again.
        await statements.query(`set lock_timeout = '2s'`);
        await forgetSettings(statements, scope);
        await forgetContext(statements, scope.ref);
        for (const object of found.filter((one) => one.side === side)) {
          // Whoever has something of his own in the schema keeps it.
          await statements.query(object.removal).catch((error: unknown) => {
            if (object.kind !== 'schema' || sqlStateOf(error) !== dependentObjectsStillExist) throw error;
          });
        }
      });
      return found;
    },
    readRow: (side) => onSide('readRow', side, (statements) => readControlRow(statements, scope.ref, 'none')),
    guardFaults: async () => {
      // A status asks it, so that it is neither repeated nor a place where a test ends the process.
      const found = await Promise.all(
        sides.map(async (side) => {
          await using statements = await openControl({ ...scope, faults: noFaults }, side, 'guardFaults');
          return await readGuardFaults(statements, scope.ref, scope.tables[side]).catch((error: unknown) => {
            if (sqlStateOf(error) === undefinedTable) return [];
            throw error;
          });
        }),
      );
      return found.flat();
    },
  };
}

/** Restores what an attempt that never ended left behind, if the context was ever prepared here. */
async function forgetSettings(statements: Statements, scope: ControlScope): Promise<void> {
  const [prepared] = await statements.query<{ found: boolean }>(
    `select to_regclass('overgrow.autovacuum') is not null as found`,
  );
  if (prepared?.found !== true) return;
  await restoreAutovacuum(statements, scope.ref);
}
