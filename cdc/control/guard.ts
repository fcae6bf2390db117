import type { ContextScope } from '@overgrow/core';
import { quoteLiteral } from '../catalog/table-name.ts';
import { guardTrigger, rowGuardTrigger, type Relation } from './relation.ts';

/** Whether every write to the relation is refused. */
export function isClosed(relation: Relation): boolean {
  return relation.guard === 'always' && (relation.rowGuard === undefined || relation.rowGuard === 'always');
}

/** Whether no write to the relation is refused. A disabled trigger lets all pass. */
export function isOpen(relation: Relation): boolean {
  const silent = (state: Relation['rowGuard']) => state === undefined || state === 'missing' || state === 'disabled';
  return silent(relation.guard) && silent(relation.rowGuard);
}

/**
 * Statements that close the guards of all relations; none when all are closed. They need no lock beyond SHARE ROW
 * EXCLUSIVE on each. ENABLE ALWAYS fires under `session_replication_role = replica` too. The root's row-level trigger
 * comes before those of its leaves are enabled, since each leaf has a copy of it.
 */
export function renderClose(relations: readonly Relation[], ref: ContextScope, bridgeRole: string): readonly string[] {
  if (relations.every(isClosed)) return [];
  return [
    ...relations.flatMap((relation) => renderTriggers(relation, ref, bridgeRole)),
    ...relations.flatMap((relation) =>
      relation.rowGuard === undefined
        ? []
        : [`alter table only ${relation.sql} enable always trigger ${rowGuardTrigger}`],
    ),
  ];
}

function renderTriggers(relation: Relation, ref: ContextScope, bridgeRole: string): readonly string[] {
  const call = `execute function overgrow.guard(${[ref.context, ref.scope, bridgeRole].map(quoteLiteral).join(', ')})`;
  const statement = [
    `create or replace trigger ${guardTrigger} before insert or update or delete or truncate on ${relation.sql}
       for each statement ${call}`,
    `alter table only ${relation.sql} enable always trigger ${guardTrigger}`,
  ];
  const inherited = relation.root
    ? [
        `create or replace trigger ${rowGuardTrigger} before insert or update or delete on ${relation.sql}
           for each row ${call}`,
      ]
    : [];
  return [...statement, ...inherited];
}

/** Disables what stands; dropping needs a stronger lock and comes later. */
export function renderOpen(relation: Relation): readonly string[] {
  const disable = (state: Relation['rowGuard'], trigger: string) =>
    state === 'always' || state === 'weak' ? [`alter table only ${relation.sql} disable trigger ${trigger}`] : [];
  return [...disable(relation.rowGuard, rowGuardTrigger), ...disable(relation.guard, guardTrigger)];
}

/** Removes disabled triggers. A copy on a leaf goes with its root's. Takes ACCESS EXCLUSIVE. */
export function renderDrop(relation: Relation): readonly string[] {
  return [
    ...(relation.root && relation.rowGuard === 'disabled'
      ? [`drop trigger if exists ${rowGuardTrigger} on ${relation.sql}`]
      : []),
    ...(relation.guard === 'disabled' ? [`drop trigger if exists ${guardTrigger} on ${relation.sql}`] : []),
  ];
}
