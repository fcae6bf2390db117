import type { TableName } from '../catalog/table-name.ts';

export type GuardTriggerState = 'missing' | 'disabled' | 'always' | 'weak';

/** A table of the context, or a part of one. Writes can be addressed to each, so each is locked and guarded by name. */
export interface Relation {
  readonly oid: string;
  readonly name: TableName;
  /** Quoted for SQL. */
  readonly sql: string;
  readonly partitioned: boolean;
  /** A partitioned table that is no partition itself: a row-level trigger here is inherited by leaves to come. */
  readonly root: boolean;
  /** `weak` is enabled but silent for replicas, which the bridge never makes. */
  readonly guard: GuardTriggerState;
  /** The row-level one; absent where none is due. */
  readonly rowGuard: GuardTriggerState | undefined;
}

export const guardTrigger = 'overgrow_guard';
export const rowGuardTrigger = 'overgrow_guard_row';

/** What a change of the set would alter: which relations there are, and their triggers. */
export function sameRelations(one: readonly Relation[], other: readonly Relation[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
