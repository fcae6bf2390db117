import type { TextRow } from '../mapping/table-map.ts';
import type { Lsn } from './log-position.ts';
import type { OldTuple, RelationMessage } from './pgoutput-message.ts';

/** What every change carries: the record's place in the log. Several changes may share one. */
interface AtLsn {
  readonly lsn: Lsn;
}

export interface InsertChange extends AtLsn {
  readonly kind: 'insert';
  readonly relation: RelationMessage;
  readonly row: TextRow;
}

export interface UpdateChange extends AtLsn {
  readonly kind: 'update';
  readonly relation: RelationMessage;
  /** Present when the key changed (key columns only) or the identity is FULL (all columns). */
  readonly old: { readonly kind: OldTuple['kind']; readonly row: TextRow } | undefined;
  /** Columns whose large value did not change are absent, unless the old row had them. */
  readonly row: TextRow;
}

export interface DeleteChange extends AtLsn {
  readonly kind: 'delete';
  readonly relation: RelationMessage;
  readonly old: { readonly kind: OldTuple['kind']; readonly row: TextRow };
}

export interface TruncateChange extends AtLsn {
  readonly kind: 'truncate';
  readonly relations: readonly RelationMessage[];
  readonly cascade: boolean;
  readonly restartIdentity: boolean;
}

export interface LogicalMessage extends AtLsn {
  readonly kind: 'message';
  readonly prefix: string;
  readonly content: Buffer;
}

export type RowChange = InsertChange | UpdateChange | DeleteChange;
export type SourceChange = RowChange | TruncateChange | LogicalMessage;

/** A committed transaction. Its place in order, and what is acknowledged, is `endLsn`; a change's is (endLsn, index). */
export interface SourceTransaction {
  readonly kind: 'transaction';
  readonly xid: number;
  readonly commitLsn: Lsn;
  readonly endLsn: Lsn;
  readonly commitTimeUs: bigint;
  readonly origin: { readonly name: string; readonly lsn: Lsn } | undefined;
  readonly changes: readonly SourceChange[];
}

/** What a replication stream yields, in order. `idle`: everything up to `endLsn` was sent, none of it concerns us. */
export type StreamItem =
  | SourceTransaction
  | { readonly kind: 'message'; readonly endLsn: Lsn; readonly message: LogicalMessage }
  | { readonly kind: 'idle'; readonly endLsn: Lsn };
