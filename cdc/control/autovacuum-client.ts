import { OvergrowError, type AttemptRef, type ContextScope } from '@overgrow/core';
import type { TableName } from '../catalog/table-name.ts';
import { readControlRow } from './control-store.ts';
import { readRelations } from './relations-client.ts';
import { lockNotAvailable, sqlStateOf, transaction, type Statements } from './statements-client.ts';

/** How long an autovacuum that runs already may take. The server ends an ordinary one by itself when we wait for it. */
const autovacuumMs = 60_000;

/**
 * Switches autovacuum off on the tables: it takes a lock that the barrier's refuses. What was set before is remembered in
 * the same transaction, so that `restoreAutovacuum` finds it after a crash. Partitioned tables have no such setting.
 *
 * @throws CDC_AUTOVACUUM_RUNNING when one does not end.
 */
export async function stopAutovacuum(
  statements: Statements,
  ref: AttemptRef,
  tables: readonly TableName[],
): Promise<void> {
  for (const relation of await readRelations(statements, tables)) {
    if (relation.partitioned) continue;
    try {
      await transaction(statements, async () => {
        await statements.query(`set local lock_timeout = ${autovacuumMs}`);
        const remembered = await statements.query(
          `insert into overgrow.autovacuum (context, scope, relation, setting_before)
           select $1, $2, c.oid, (select option_value from pg_options_to_table(c.reloptions) where option_name = 'autovacuum_enabled')
           from pg_class c where c.oid = $3::oid
           on conflict do nothing returning relation`,
          [ref.context, ref.scope, relation.oid],
        );
        if (remembered.length > 0) {
          await statements.query(`alter table only ${relation.sql} set (autovacuum_enabled = false)`);
        }
      });
    } catch (error) {
      if (sqlStateOf(error) !== lockNotAvailable) throw error;
      throw new OvergrowError(
        'CDC_AUTOVACUUM_RUNNING',
        `Autovacuum of ${relation.name.schema}.${relation.name.name} did not end within ${autovacuumMs / 1000} s.`,
        { hint: 'Wait until it is done: pg_stat_progress_vacuum shows how far it is.', cause: error },
      );
    }
  }
}

/** Ends an attempt's part. Does nothing for one that a later has followed: autovacuum is the later one's concern. */
export async function disarmAutovacuum(statements: Statements, ref: AttemptRef): Promise<void> {
  const row = await readControlRow(statements, ref, 'none');
  if (row.attempt <= ref.attempt) await restoreAutovacuum(statements, ref);
}

/** Restores exactly what stood before. Tables that are gone are forgotten. */
export async function restoreAutovacuum(statements: Statements, ref: ContextScope): Promise<void> {
  const remembered = await statements.query<{ oid: string; name: string | null; before: string | null }>(
    `select a.relation::text as oid, c.oid::regclass::text as name, a.setting_before as before
     from overgrow.autovacuum a left join pg_class c on c.oid = a.relation
     where a.context = $1 and a.scope = $2 order by a.relation`,
    [ref.context, ref.scope],
  );
  for (const { oid, name, before } of remembered) {
    await transaction(statements, async () => {
      await statements.query(`set local lock_timeout = ${autovacuumMs}`);
      await statements.query(
        'delete from overgrow.autovacuum where context = $1 and scope = $2 and relation = $3::oid',
        [ref.context, ref.scope, oid],
      );
      if (name !== null) await statements.query(renderRestore(name, before));
    });
  }
}

/** `before` is what the server printed of a boolean option: on, off, true, false, … */
function renderRestore(name: string, before: string | null): string {
  return before === null || !/^\w+$/.test(before)
    ? `alter table only ${name} reset (autovacuum_enabled)`
    : `alter table only ${name} set (autovacuum_enabled = ${before})`;
}
