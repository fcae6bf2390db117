import { OvergrowError } from '@overgrow/core';
import type { TextRow } from '../mapping/table-map.ts';
import type { Lsn } from './log-position.ts';
import type { OldTuple, PgoutputMessage, RelationMessage, Tuple } from './pgoutput-message.ts';
import type { SourceChange, SourceTransaction, StreamItem } from './source-transaction.ts';

export interface TransactionAssembler {
  /** True between begin and commit: the server's position then says nothing about what is complete. */
  readonly inTransaction: boolean;
  /** Takes the next message, with its place in the log. @returns a transaction with its commit, a message of none at once. */
  accept(message: PgoutputMessage, lsn: Lsn): StreamItem | undefined;
}

/**
 * Puts decoded messages together to transactions, and rows to columns by name. Keeps the relations that the server has
 * described; it describes one again when it changed. Protocol 1: transactions arrive whole, in commit order.
 */
export function createTransactionAssembler(): TransactionAssembler {
  const relations = new Map<number, RelationMessage>();
  let open: (Omit<SourceTransaction, 'endLsn'> & { changes: SourceChange[] }) | undefined;

  const relationOf = (oid: number): RelationMessage => {
    const relation = relations.get(oid);
    if (relation !== undefined) return relation;
    throw new OvergrowError(
      'CDC_DECODE_FAILED',
      `A change names the relation ${oid}, which the server has not described.`,
    );
  };
  const add = (change: SourceChange): undefined => {
    if (open === undefined) throw outside(change.kind);
    open.changes.push(change);
  };

  return {
    get inTransaction() {
      return open !== undefined;
    },
    accept(message, lsn) {
      switch (message.kind) {
        case 'begin':
          if (open !== undefined) throw outside('begin');
          open = {
            kind: 'transaction',
            xid: message.xid,
            commitLsn: message.finalLsn,
            commitTimeUs: message.commitTimeUs,
            origin: undefined,
            changes: [],
          };
          return undefined;
        case 'commit': {
          if (open === undefined) throw outside('commit');
          const transaction = { ...open, endLsn: message.endLsn };
          open = undefined;
          return transaction;
        }
        case 'origin':
          if (open === undefined) throw outside('origin');
          open = { ...open, origin: { name: message.name, lsn: message.originLsn } };
          return undefined;
        case 'relation':
          relations.set(message.oid, message);
          return undefined;
        case 'type':
          return undefined;
        case 'insert': {
          const relation = relationOf(message.relation);
          return add({ kind: 'insert', lsn, relation, row: nameColumns(relation, message.row) });
        }
        case 'update': {
          const relation = relationOf(message.relation);
          const old = message.old && nameOld(relation, message.old);
          const row = nameColumns(relation, message.row);
          return add({ kind: 'update', lsn, relation, old, row: old?.kind === 'full' ? { ...old.row, ...row } : row });
        }
        case 'delete': {
          const relation = relationOf(message.relation);
          return add({ kind: 'delete', lsn, relation, old: nameOld(relation, message.old) });
        }
        case 'truncate':
          return add({
            kind: 'truncate',
            lsn,
            relations: message.relations.map(relationOf),
            cascade: message.cascade,
            restartIdentity: message.restartIdentity,
          });
        case 'message': {
          const { prefix, content } = message;
          const change = { kind: 'message', lsn: message.lsn, prefix, content } as const;
          return message.transactional ? add(change) : { kind: 'message', endLsn: message.lsn, message: change };
        }
        default:
          throw outside(message.kind);
      }
    },
  };
}

const outside = (kind: string) =>
  new OvergrowError('CDC_DECODE_FAILED', `A "${kind}" message of the replication stream stands where none can be.`);

/** Unchanged large values stay absent. */
function nameColumns(relation: RelationMessage, tuple: Tuple): TextRow {
  expectWidth(relation, tuple);
  const row: Record<string, string | null> = {};
  relation.columns.forEach((column, index) => {
    const value = tuple[index];
    if (value !== undefined) row[column.name] = value;
  });
  return row;
}

/** A key tuple has nulls in all other columns, which say nothing about them. */
function nameOld(relation: RelationMessage, old: OldTuple): { kind: OldTuple['kind']; row: TextRow } {
  const row = nameColumns(relation, old.values);
  if (old.kind === 'full') return { kind: 'full', row };
  const keys = relation.columns.filter((column) => column.key).map((column) => column.name);
  return { kind: 'key', row: Object.fromEntries(keys.map((key) => [key, row[key] ?? null])) };
}

function expectWidth(relation: RelationMessage, tuple: Tuple): void {
  if (tuple.length === relation.columns.length) return;
  throw new OvergrowError(
    'CDC_DECODE_FAILED',
    `A row of ${relation.schema}.${relation.name} has ${tuple.length} columns, but the server described ${relation.columns.length}.`,
  );
}
