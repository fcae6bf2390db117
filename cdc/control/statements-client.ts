import type { QueryResultRow } from 'pg';
import type { FaultPoints } from '@overgrow/core';
import { openSession } from '../connection/session-client.ts';

/** A session of the control that names a fault point before each of its statements. */
export interface Statements extends AsyncDisposable {
  /** Errors come as the driver throws them, so that a caller can tell SQLSTATEs apart. */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Before statement n of an operation: `cdc.control.<operation>`. @throws what `openSession` throws. */
export async function openStatements(url: string, operation: string, options: StatementOptions): Promise<Statements> {
  const session = await openSession({ url, applicationName: options.sessionName });
  return {
    query: async <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) => {
      options.faults.reach(`cdc.control.${operation}`);
      const result = await session.client.query<Row>(text, [...values]).catch((error: unknown) => {
        // A driver says of a session that has ended only that it can't be asked.
        throw session.lost.aborted ? session.lost.reason : error;
      });
      return result.rows;
    },
    [Symbol.asyncDispose]: () => session.end(),
  };
}

export interface StatementOptions {
  readonly sessionName: string;
  readonly faults: FaultPoints;
}

/** Commits what `work` did, unless it threw. Statements of one transaction share one session. */
export async function transaction<T>(statements: Statements, work: () => Promise<T>): Promise<T> {
  await statements.query('begin');
  try {
    const result = await work();
    await statements.query('commit');
    return result;
  } catch (error) {
    // A session that is gone has rolled back by itself.
    await statements.query('rollback').catch(() => {});
    throw error;
  }
}

export function sqlStateOf(error: unknown): string {
  return String(Reflect.get(Object(error), 'code'));
}

/** lock_not_available: a NOWAIT was refused, or lock_timeout passed. */
export const lockNotAvailable = '55P03';
