import type { AttemptRef, Direction } from '../ownership/ownership.ts';
import type { OvergrowError } from '../errors/overgrow-error.ts';

/** A position in a PostgreSQL log as text (`16/B374D848`). */
export type LogPosition = string;

export type LinkState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'copying'; readonly rowsCopied: number; readonly tablesDone: number; readonly tables: number }
  | { readonly kind: 'streaming' }
  /** Not connected; it tries again by itself. The error is that of the last try. */
  | { readonly kind: 'reconnecting'; readonly error: LinkError }
  /** Connected, but the receiver refuses a row until another has come: a parent under a foreign key. */
  | { readonly kind: 'waiting'; readonly error: LinkError }
  /** Ended until a person mends the cause. */
  | { readonly kind: 'halted'; readonly error: LinkError };

export interface LinkError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface LinkStatus {
  readonly direction: Direction;
  readonly state: LinkState;
  /** Whether changes are applied (between an opening marker and the next barrier), or only watched for violations. */
  readonly open: boolean;
  readonly appliedPosition: LogPosition | null;
  readonly lagBytes: number;
  /** Age of the newest change not yet applied; 0 when caught up. */
  readonly lagMs: number;
  readonly changesApplied: number;
  /** Changes of the context's entities seen outside the open stretch and without the bridge's mark. */
  readonly violations: number;
  /** Rows that an update or delete did not find in the receiver since the link started: both sides differed before. */
  readonly missingRows: number;
}

/** A table whose guard is not what the control row asks for. `leftover`: disabled, but still to be dropped; no alarm. */
export interface GuardFault {
  readonly side: 'monolith' | 'service';
  readonly table: string;
  readonly kind: 'open' | 'closed' | 'leftover';
}

/** Whether the guards of both databases stand as their control rows say; `unknown` when a database did not answer. */
export type GuardReport =
  | { readonly kind: 'known'; readonly faults: readonly GuardFault[] }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface BridgeStatus {
  readonly forward: LinkStatus;
  readonly reverse: LinkStatus;
  /** Read at most once a second. */
  readonly guards: GuardReport;
}

export interface VerifyReport {
  /** `full`: every row was compared. `recent`: what was written since the last clean pass. */
  readonly kind: 'full' | 'recent';
  readonly clean: boolean;
  readonly rowsCompared: number;
  readonly tables: readonly {
    readonly table: string;
    readonly source: number;
    readonly target: number;
    readonly differing: number;
  }[];
  /** First differences, keys only: values may be sensitive. */
  readonly samples: readonly {
    readonly table: string;
    readonly key: string;
    readonly kind: 'missing' | 'extra' | 'differs';
  }[];
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

export interface BarrierReport {
  readonly position: LogPosition;
  /** How often the transaction was tried until every lock was free. */
  readonly tries: number;
  readonly waitedMs: number;
}

/** Something that overgrow made in a database, and the statement that removes it. */
export interface OwnedObject {
  readonly side: 'monolith' | 'service';
  readonly kind: 'slot' | 'publication' | 'trigger' | 'function' | 'table' | 'schema' | 'role' | 'origin';
  readonly name: string;
  readonly removal: string;
}

/**
 * What the orchestrator asks of the bridge of one context. `direction` names the running attempt's: its giver loses
 * ownership, its receiver gains it. Every transaction locks the control row of its database first and carries the attempt's
 * lease epoch; it fails with CDC_CONTROL_STALE where a higher one, or another attempt, was seen. Every method is idempotent.
 */
export interface BridgePort {
  readonly context: string;
  /** All that is wrong with databases, rights and tables, found without creating anything. */
  preflight(): Promise<readonly OvergrowError[]>;
  /** Makes control rows, the receiver's guard, publications and both directions' slots. @throws the first preflight fault. */
  prepare(leaseEpoch: number): Promise<void>;
  /** Starts both links (first copy where needed) and keeps them running until `stop`. Resolves when both have started. */
  start(leaseEpoch: number): Promise<void>;
  stop(): Promise<void>;
  status(): Promise<BridgeStatus>;
  /** Compares all rows through the mapping while writes go on; what differs is asked again until equal or stably different. */
  verify(direction: Direction, signal?: AbortSignal): Promise<VerifyReport>;
  /** Raises both control rows to this attempt and lease epoch; switches autovacuum of the context's tables off. */
  arm(ref: AttemptRef, direction: Direction): Promise<void>;
  /** Step 4, in the giver: locks, guard closed, owner none, marker, commit. Tried until `signal` aborts. */
  barrier(ref: AttemptRef, direction: Direction, signal: AbortSignal): Promise<BarrierReport>;
  /** Step 5: resolves when this attempt's marker is applied and durable in the receiver. */
  drain(ref: AttemptRef, direction: Direction, signal: AbortSignal): Promise<void>;
  /** Step 5: compares what changed since the last clean pass. */
  check(ref: AttemptRef, direction: Direction, signal: AbortSignal): Promise<VerifyReport>;
  /** Step 5: moves the receiver's sequences and identities past the giver's. Returns sequence → next value. */
  moveSequences(ref: AttemptRef, direction: Direction, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Step 7, first: one transaction in the receiver: control row at `epoch`, direction opened, marker, guard opened. */
  openReceiver(ref: AttemptRef, direction: Direction, epoch: number): Promise<void>;
  /** Step 7, then: owner and epoch in the giver's control row. Its guard stays closed. */
  closeGiver(ref: AttemptRef, direction: Direction, epoch: number): Promise<void>;
  /** One transaction in the giver: control row raised, owner back, guard opened, opening marker. Then the receiver's row. */
  abandon(ref: AttemptRef, direction: Direction): Promise<void>;
  /** Ends what `arm` did to autovacuum. After release and after abandon. */
  disarm(ref: AttemptRef): Promise<void>;
  /** Everything overgrow made for this context in both databases. */
  inventory(): Promise<readonly OwnedObject[]>;
  /** Removes what `inventory` lists. Refused while a link runs in another process. */
  uninstall(): Promise<readonly OwnedObject[]>;
}
