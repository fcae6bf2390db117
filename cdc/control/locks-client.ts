import { OvergrowError, type Clock, type ContextScope, type Logger } from '@overgrow/core';
import type { TableName } from '../catalog/table-name.ts';
import { databaseError, disposition } from '../connection/database-error.ts';
import type { ControlRow } from './control-row.ts';
import { readControlRow } from './control-store.ts';
import { sameRelations, type Relation } from './relation.ts';
import { readRelations } from './relations-client.ts';
import { lockNotAvailable, sqlStateOf, type Statements } from './statements-client.ts';

/** Longest wait of one try, below `deadlock_timeout`: a waiter that gives up first keeps nobody queued behind it for long. */
const limitWait = `select set_config('lock_timeout',
  least(250, extract(epoch from current_setting('deadlock_timeout')::interval) * 500)::int::text, true)`;

/** A session of the bridge itself that holds the control row for longer is ended. */
const ownPatienceMs = 3_000;

export interface LockRequest {
  readonly ref: ContextScope;
  readonly operation: string;
  readonly tables: readonly TableName[];
  /** Looks at the row before any lock is asked for, so that a stale operation ends at once. @throws to end it. */
  readonly inspect: (row: ControlRow) => void;
  /** Which of the relations the transaction is going to change, seen before and again under their locks. */
  readonly choose: (relations: readonly Relation[]) => readonly Relation[];
  readonly open: () => Promise<Statements>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Ends sessions that hold a relation for longer, where the role may; never when absent. */
  readonly endOthersAfterMs?: number;
}

/** What the work finds locked. */
export interface Locked {
  readonly statements: Statements;
  readonly row: ControlRow;
  readonly relations: readonly Relation[];
}

export interface LockReport<T> {
  readonly result: T;
  readonly tries: number;
  readonly waitedMs: number;
}

/**
 * Runs `work` in one transaction that holds the control row FOR UPDATE and the chosen relations in SHARE ROW EXCLUSIVE mode.
 *
 * It waits for one lock only, its first, while it holds none; all others are taken NOWAIT, and a refusal rolls back and
 * begins anew with the one that was refused. A session that waits while it holds nothing is in no cycle, so that the server
 * never picks a transaction of the application as the victim of a deadlock with ours.
 *
 * @throws CDC_LOCK_TIMEOUT, with the pids that stand in the way, when `signal` aborts.
 */
export async function withLocks<T>(request: LockRequest, work: (locked: Locked) => Promise<T>): Promise<LockReport<T>> {
  const startedMs = request.clock.elapsedMs();
  const waitedMs = () => request.clock.elapsedMs() - startedMs;
  let first = controlKey;
  let blockers: readonly Blocker[] = [];
  for (let tries = 1; ; tries++) {
    if (request.signal.aborted) throw lockTimeout(request, first, blockers, tries - 1, waitedMs());
    try {
      await using statements = await request.open();
      const attempt = await tryOnce(request, statements, first, work);
      if (attempt.kind === 'done') return { result: attempt.result, tries, waitedMs: waitedMs() };
      if (attempt.kind === 'refused') {
        first = attempt.by;
        blockers = await readBlockers(statements, first);
        await endBlockers(request, statements, first, blockers, waitedMs());
      }
    } catch (error) {
      if (request.signal.aborted) continue;
      if (disposition(error) !== 'retry') throw databaseError(error, `${request.operation} failed`);
      request.logger.warn('a try was cut off', { operation: request.operation, error: String(error) });
      // A server that refuses connections answers at once; do not ask it in a tight loop.
      await request.clock.sleep(50, request.signal).catch(() => {});
    }
  }
}

/** Stands for the control row where relations go by their oid. */
const controlKey = 'control';

type Try<T> =
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'refused'; readonly by: string }
  | { readonly kind: 'changed' };

async function tryOnce<T>(
  request: LockRequest,
  statements: Statements,
  first: string,
  work: (locked: Locked) => Promise<T>,
): Promise<Try<T>> {
  request.inspect(await readControlRow(statements, request.ref, 'none'));
  const chosen = request.choose(await readRelations(statements, request.tables));
  const order = [controlKey, ...chosen.map((relation) => relation.oid)].toSorted(
    (one, other) => Number(other === first) - Number(one === first),
  );
  const byOid = new Map(chosen.map((relation) => [relation.oid, relation]));
  let row: ControlRow | undefined;
  await statements.query('begin');
  try {
    await statements.query(limitWait);
    for (const [index, key] of order.entries()) {
      const nowait = index > 0;
      const relation = byOid.get(key);
      try {
        if (relation === undefined) row = await readControlRow(statements, request.ref, nowait ? 'nowait' : 'wait');
        else await statements.query(renderLock(relation, nowait));
      } catch (error) {
        if (sqlStateOf(error) !== lockNotAvailable) throw error;
        await statements.query('rollback');
        return { kind: 'refused', by: key };
      }
    }
    const relations = request.choose(await readRelations(statements, request.tables));
    if (row === undefined || !sameRelations(relations, chosen)) {
      await statements.query('rollback');
      return { kind: 'changed' };
    }
    const result = await work({ statements, row, relations });
    request.signal.throwIfAborted();
    await statements.query('commit');
    return { kind: 'done', result };
  } catch (error) {
    await statements.query('rollback').catch(() => {});
    throw error;
  }
}

/** ONLY: without it the server would lock all partitions, and wait for each while holding those before. */
const renderLock = (relation: Relation, nowait: boolean) =>
  `lock table only ${relation.sql} in share row exclusive mode${nowait ? ' nowait' : ''}`;

interface Blocker {
  readonly pid: number;
  readonly application: string | null;
  readonly ours: boolean;
  /** Whether this role may end it. */
  readonly reachable: boolean;
  readonly ageMs: number | null;
}

async function readBlockers(statements: Statements, key: string): Promise<Blocker[]> {
  const onControl = key === controlKey;
  return statements.query<{ [Key in keyof Blocker]: Blocker[Key] }>(
    `select distinct a.pid, a.application_name as application,
       a.usename = session_user and a.application_name like 'overgrow %' as ours,
       a.backend_type = 'client backend' and pg_has_role(session_user, a.usesysid, 'USAGE') as reachable,
       (extract(epoch from clock_timestamp() - a.xact_start) * 1000)::float8 as "ageMs"
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid()
       and l.database = (select oid from pg_database where datname = current_database())
       and l.relation = ${onControl ? `'overgrow.control'::regclass` : '$1::oid'}
       and l.mode <> all(${onControl ? `'{AccessShareLock}'` : `'{AccessShareLock,RowShareLock}'`})`,
    onControl ? [] : [key],
  );
}

async function endBlockers(
  request: LockRequest,
  statements: Statements,
  key: string,
  blockers: readonly Blocker[],
  waitedMs: number,
): Promise<void> {
  // Names of sessions are cut to what the server keeps, never within the first 30 characters of the context.
  const { context } = request.ref;
  const ours = context.length > 30 ? `overgrow ${context.slice(0, 30)}` : `overgrow ${context} `;
  const due = blockers.filter((blocker) =>
    key === controlKey
      ? blocker.ours && (blocker.application ?? '').startsWith(ours) && waitedMs >= ownPatienceMs
      : blocker.reachable && request.endOthersAfterMs !== undefined && waitedMs >= request.endOthersAfterMs,
  );
  for (const { pid, application } of due) {
    request.logger.warn('a session that holds a lock is ended', { operation: request.operation, pid, application });
    await statements.query('select pg_terminate_backend($1)', [pid]);
  }
}

function lockTimeout(
  request: LockRequest,
  key: string,
  blockers: readonly Blocker[],
  tries: number,
  waitedMs: number,
): OvergrowError {
  const names = blockers.map((blocker) => `${blocker.pid} (${blocker.application ?? 'unknown'})`);
  const held = key === controlKey ? 'the control row' : 'a table of the context';
  return new OvergrowError(
    request.operation === 'barrier' ? 'CDC_BARRIER_TIMEOUT' : 'CDC_LOCK_TIMEOUT',
    `${request.operation} of ${request.ref.context} could not lock ${held} in ${tries} tries and ${Math.round(waitedMs)} ms${
      names.length === 0 ? '' : `: held by ${names.join(', ')}`
    }.`,
    {
      hint: 'Let the named sessions end, or end them with pg_terminate_backend, and try again.',
      details: { tries, waitedMs, pids: blockers.map((blocker) => blocker.pid) },
      cause: request.signal.reason,
    },
  );
}
