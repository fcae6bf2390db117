import type { ContextScope } from '@overgrow/core';
import type { ControlRow } from './control-row.ts';
import { markerPrefix, markerVersion } from './marker.ts';
import { transaction, type Statements } from './statements-client.ts';

/** SQLSTATE of a write that the guard refused. Fixed: applications and the proxy tell a refusal by it. */
export const guardSqlState = 'OG001';

/** SQLSTATE of `overgrow.owner` for a context that this database does not know. */
export const unknownContextSqlState = 'OG002';

const controlTable = `
  create table if not exists overgrow.control (
    context text not null,
    scope text not null,
    side text not null check (side in ('monolith', 'service')),
    owner text not null check (owner in ('monolith', 'service', 'none')),
    epoch bigint not null,
    attempt bigint not null,
    abandoned boolean not null,
    lease_epoch bigint not null,
    open_direction text not null check (open_direction in ('forward', 'reverse')),
    barrier_position pg_lsn,
    updated_at timestamptz not null default now(),
    primary key (context, scope))`;

const autovacuumTable = `
  create table if not exists overgrow.autovacuum (
    context text not null,
    scope text not null,
    relation oid not null,
    setting_before text,
    primary key (context, scope, relation))`;

/**
 * Locks the row FOR SHARE in the caller's transaction, so that ownership can't change before the caller commits. Runs as
 * its owner, since the application has no right to the table; hence the fixed search path.
 */
const ownerFunction = `
  create or replace function overgrow.owner(context text, scope text default '*') returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
  declare
    found_owner text;
  begin
    select c.owner into found_owner from overgrow.control c
      where c.context = $1 and c.scope = $2 for share;
    if not found then
      raise exception using errcode = '${unknownContextSqlState}',
        message = format('overgrow: this database has no owner for context %L, scope %L.', $1, $2),
        hint = 'Check the name of the context; overgrow status lists those that are prepared.';
    end if;
    return found_owner;
  end $body$`;

/**
 * Arguments of the trigger: context, scope, role of the bridge. The identity that counts is session_user: a cascade or a
 * SECURITY DEFINER function runs with the table owner as current_user, whoever asked for it. The trigger reads no table: an
 * old snapshot would show it an old row. The report is not transactional, so that it survives the rollback it causes.
 */
const guardFunction = `
  create or replace function overgrow.guard() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $body$
  declare
    report text;
  begin
    if session_user = tg_argv[2] then
      return case when tg_level = 'STATEMENT' then null when tg_op = 'DELETE' then old else new end;
    end if;
    report := json_build_object('version', ${markerVersion}, 'kind', 'refused', 'context', tg_argv[0],
      'scope', tg_argv[1], 'table', tg_table_schema || '.' || tg_table_name, 'operation', tg_op,
      'role', session_user::text, 'applicationName', current_setting('application_name'))::text;
    if current_setting('server_version_num')::int >= 170000 then
      perform pg_logical_emit_message(false, '${markerPrefix}', report, true);
    else
      perform pg_logical_emit_message(false, '${markerPrefix}', report);
    end if;
    raise exception using errcode = '${guardSqlState}', schema = tg_table_schema, table = tg_table_name,
      message = format('overgrow: %s on %I.%I was refused, since context %s is not owned by this side now.',
        tg_op, tg_table_schema, tg_table_name, tg_argv[0]),
      hint = 'Send the request again; it goes to the owner of the context.';
  end $body$`;

const steps = [
  controlTable,
  autovacuumTable,
  ownerFunction,
  guardFunction,
  `grant usage on schema overgrow to public`,
  `grant execute on function overgrow.owner(text, text), overgrow.guard() to public`,
];

/**
 * Makes schema, tables and functions where they are missing, and the control row of a new context: owned by the monolith,
 * epoch 1. What is there already stays. Two bridges that start at once take turns.
 */
export async function ensureControl(
  statements: Statements,
  ref: ContextScope,
  side: ControlRow['side'],
  leaseEpoch: number,
): Promise<void> {
  await transaction(statements, async () => {
    await statements.query(`select pg_advisory_xact_lock(hashtextextended('overgrow.schema', 0))`);
    // CREATE SCHEMA IF NOT EXISTS asks for the right to create before it looks.
    const [schema] = await statements.query<{ found: boolean }>(
      `select to_regnamespace('overgrow') is not null as found`,
    );
    if (schema?.found !== true) await statements.query('create schema overgrow');
    for (const step of steps) await statements.query(step);
    await statements.query(
      `insert into overgrow.control (context, scope, side, owner, epoch, attempt, abandoned, lease_epoch, open_direction)
       values ($1, $2, $3, 'monolith', 1, 0, false, $4, 'forward') on conflict do nothing`,
      [ref.context, ref.scope, side, leaseEpoch],
    );
  });
}
