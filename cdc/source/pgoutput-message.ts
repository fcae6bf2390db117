import type { Lsn } from './log-position.ts';

/**
 * One value of a tuple: text, null, or undefined when the server left out a large value that did not change ("unchanged
 * TOAST").
 */
export type TupleValue = string | null | undefined;
export type Tuple = readonly TupleValue[];

export interface RelationColumn {
  readonly name: string;
  /** Part of the replica identity. */
  readonly key: boolean;
  readonly typeOid: number;
  readonly modifier: number;
}

export interface RelationMessage {
  readonly kind: 'relation';
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly replicaIdentity: 'default' | 'nothing' | 'full' | 'index';
  readonly columns: readonly RelationColumn[];
}

/** What the log carries of a row before its change: its key, or all of it under REPLICA IDENTITY FULL. */
export interface OldTuple {
  readonly kind: 'key' | 'full';
  readonly values: Tuple;
}

/**
 * The messages of the logical decoding plug-in `pgoutput`.
 * Source: PostgreSQL documentation, "Logical Replication Message Formats". Times are microseconds since 1970. `xid` of a
 * change stands only in streamed blocks (protocol 2).
 */
export type PgoutputMessage =
  | { readonly kind: 'begin'; readonly finalLsn: Lsn; readonly commitTimeUs: bigint; readonly xid: number }
  | { readonly kind: 'commit'; readonly commitLsn: Lsn; readonly endLsn: Lsn; readonly commitTimeUs: bigint }
  | { readonly kind: 'origin'; readonly originLsn: Lsn; readonly name: string }
  | RelationMessage
  | { readonly kind: 'type'; readonly oid: number; readonly schema: string; readonly name: string }
  | { readonly kind: 'insert'; readonly relation: number; readonly row: Tuple; readonly xid?: number }
  | {
      readonly kind: 'update';
      readonly relation: number;
      readonly old?: OldTuple;
      readonly row: Tuple;
      readonly xid?: number;
    }
  | { readonly kind: 'delete'; readonly relation: number; readonly old: OldTuple; readonly xid?: number }
  | {
      readonly kind: 'truncate';
      readonly relations: readonly number[];
      readonly cascade: boolean;
      readonly restartIdentity: boolean;
      readonly xid?: number;
    }
  | {
      readonly kind: 'message';
      readonly transactional: boolean;
      readonly lsn: Lsn;
      readonly prefix: string;
      readonly content: Buffer;
      readonly xid?: number;
    }
  | { readonly kind: 'stream-start'; readonly xid: number; readonly first: boolean }
  | { readonly kind: 'stream-stop' }
  | {
      readonly kind: 'stream-commit';
      readonly xid: number;
      readonly commitLsn: Lsn;
      readonly endLsn: Lsn;
      readonly commitTimeUs: bigint;
    }
  | { readonly kind: 'stream-abort'; readonly xid: number; readonly subxid: number };
