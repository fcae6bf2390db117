import type { AttemptRef, ContextScope, GuardFault } from '@overgrow/core';
import { quoteTable, renderTableName, type TableName } from '../catalog/table-name.ts';
import { guardIsClosed } from './control-row.ts';
import { readControlRow } from './control-store.ts';
import { isClosed, isOpen, renderDrop } from './guard.ts';
import { readRelations } from './relations-client.ts';
import { lockNotAvailable, sqlStateOf, transaction, type Statements } from './statements-client.ts';

/** Relations whose guard is not what the control row asks for. @throws CDC_NOT_PREPARED without a row. */
export async function readGuardFaults(
  statements: Statements,
  ref: ContextScope,
  tables: readonly TableName[],
): Promise<GuardFault[]> {
  const row = await readControlRow(statements, ref, 'none');
  const closed = guardIsClosed(row);
  return (await readRelations(statements, tables)).flatMap((relation): GuardFault[] => {
    const place = { side: row.side, table: renderTableName(relation.name) };
    if (closed) return isClosed(relation) ? [] : [{ ...place, kind: 'open' }];
    if (!isOpen(relation)) return [{ ...place, kind: 'closed' }];
    return relation.guard === 'disabled' || relation.rowGuard === 'disabled' ? [{ ...place, kind: 'leftover' }] : [];
  });
}

/** Long enough for a free table, too short to keep readers queued behind it. */
const dropMs = 50;

/**
 * Drops guards that were opened. Dropping needs ACCESS EXCLUSIVE, so a table in use keeps its disabled trigger until the
 * next call. The table's lock comes first; the control row is asked without waiting, and nothing is dropped that a new
 * attempt has closed meanwhile. @returns tables that keep theirs.
 */
export async function dropOpenGuards(
  statements: Statements,
  ref: ContextScope | AttemptRef,
  tables: readonly TableName[],
): Promise<string[]> {
  const kept: string[] = [];
  for (const relation of await readRelations(statements, tables)) {
    if (renderDrop(relation).length === 0) continue;
    try {
      await transaction(statements, async () => {
        await statements.query(`set local lock_timeout = ${dropMs}`);
        await statements.query(`lock table only ${quoteTable(relation.name)} in access exclusive mode`);
        const row = await readControlRow(statements, ref, 'nowait');
        const now = (await readRelations(statements, tables)).find((one) => one.oid === relation.oid);
        if (guardIsClosed(row) || now === undefined) return;
        for (const drop of renderDrop(now)) await statements.query(drop);
      });
    } catch (error) {
      if (sqlStateOf(error) !== lockNotAvailable) throw error;
      kept.push(renderTableName(relation.name));
    }
  }
  return kept;
}
