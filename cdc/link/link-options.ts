import type {
  Clock,
  ContextScope,
  Direction,
  FaultPoints,
  LinkError,
  LinkState,
  Logger,
  OvergrowError,
} from '@overgrow/core';
import type { ApplyContext } from '../apply/apply-sink.ts';
import type { LinkProgress } from '../apply/progress-store.ts';
import type { Lsn } from '../source/log-position.ts';

/** The tables of a link and what its triggers do, read from both databases when a link begins and after each interruption. */
export type ResolvedLink = Pick<ApplyContext, 'tables' | 'silentTables'>;

export interface LinkOptions extends ContextScope {
  readonly direction: Direction;
  readonly giverUrl: string;
  readonly receiverUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultPoints;
  /** @throws CDC_MAPPING_INVALID, CDC_CONNECTION_LOST. */
  resolve(): Promise<ResolvedLink>;
}

/** What a link knows of itself; one object for its lifetime, written only by the link. */
export interface LinkFacts {
  state: LinkState;
  open: boolean;
  /** Durable in the receiver; null before the first run. */
  progress: LinkProgress | null;
  /** Everything up to here is applied, or does not concern the link. */
  appliedLsn: Lsn;
  /** The end of the giver's log, as far as it is known. */
  serverLsn: Lsn;
  /** Commit time of the oldest transaction that has arrived and is not applied yet; since when there is no stream. */
  oldestWaitingMs: number | null;
  changesApplied: number;
  violations: number;
  /** Rows that an update or delete did not find. */
  missingRows: number;
}

/** What a status tells of an error. */
export function linkError({ code, message, hint }: OvergrowError): LinkError {
  return hint === undefined ? { code, message } : { code, message, hint };
}
