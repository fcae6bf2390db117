import { setTimeout as pause } from 'node:timers/promises';
import type { ContextStatus, SystemStatus } from '@overgrow/core';
import type { AttemptOutcome } from '@overgrow/orchestrator';
import pg from 'pg';
import type { RunningUp, Stage } from '../index.ts';

export function reviewsOf(body: unknown): ContextStatus {
  const found = (body as SystemStatus).contexts.find((one) => one.context === 'reviews');
  if (found === undefined) throw new Error(`no context "reviews" in ${JSON.stringify(body)}`);
  return found;
}

/** The first copy is done, verified, and the context may be moved. */
export const untilReading = (up: RunningUp) =>
  up.until('/api/status', 'ready for a cutover', (body) => reviewsOf(body).phase === 'reading', 120_000);

/** Every gate is met but the name, which each move gives itself. */
export const untilGatesPass = (up: RunningUp) =>
  up.until(
    '/api/status',
    'ready to move',
    (body) => {
      const { phase, gates } = reviewsOf(body);
      const met = gates.every(({ name, verdict }) => name === 'operator-named' || verdict.kind === 'pass');
      return met && (phase === 'reading' || phase === 'switched');
    },
    120_000,
  );

/**
 * Moves as a person would: waits until the gates are met, and tries again when one was not any more at the very moment, or
 * when the fence took too long. Neither changes anything, so neither is a failure; a busy machine may be a second behind.
 */
export async function moveWhenReady(up: RunningUp, kind: 'cutover' | 'rollback'): Promise<AttemptOutcome> {
  for (let tries = 1; ; tries += 1) {
    await untilGatesPass(up);
    const outcome = await move(up, kind);
    if ((outcome.kind !== 'refused' && outcome.kind !== 'abandoned') || tries === 20) return outcome;
  }
}

export async function move(up: RunningUp, kind: 'cutover' | 'rollback'): Promise<AttemptOutcome> {
  const { body } = await up.request('POST', `/api/contexts/reviews/${kind}`, { by: 'test' });
  return body as AttemptOutcome;
}

export interface AfterAnswerCounts {
  readonly tasks: number;
  readonly failedTasks: number;
  readonly refusedAfterAnswer: number;
}

/** What `after()` of the shop or of the service has counted since it was started. */
export async function afterAnswerOf(url: string): Promise<AfterAnswerCounts> {
  const answer = await fetch(new URL('/healthz', url));
  return ((await answer.json()) as { afterAnswer: AfterAnswerCounts }).afterAnswer;
}

/** Waits until the links have carried this many further changes, so that a switch meets traffic and not a start. */
export async function settled(up: RunningUp, changes: number): Promise<void> {
  const carried = (body: unknown) => {
    const links = reviewsOf(body).links;
    return (links?.forward.changesApplied ?? 0) + (links?.reverse.changesApplied ?? 0);
  };
  const { body } = await up.request('GET', '/api/status');
  const goal = carried(body) + changes;
  await up.until('/api/status', `${changes} changes further`, (now) => carried(now) >= goal);
}

/** Ends overgrow's database sessions in both databases, again and again until the promise has settled. */
export const overgrowSessionsEnd = (stage: Stage, during: Promise<unknown>): Promise<number> =>
  sessionsEnd(stage, during, 'usename = $1 AND random() < 0.4', stage.databases.shop.bridgeUrl);

/**
 * Ends sessions of the monolith that are at work, again and again until the promise has settled. Idle ones are spared: a
 * request that takes one just then would fail by a session that counted as idle.
 */
export const monolithSessionsEnd = (stage: Stage, during: Promise<unknown>): Promise<number> =>
  sessionsEnd(stage, during, `usename = $1 AND state <> 'idle' AND random() < 0.5`, stage.databases.shop.ownerUrl);

async function sessionsEnd(stage: Stage, during: Promise<unknown>, which: string, roleUrl: string): Promise<number> {
  let over = false;
  let ended = 0;
  const finish = () => {
    over = true;
  };
  during.then(finish, finish);
  const client = new pg.Client({ connectionString: stage.databases.shop.superuserUrl });
  await client.connect();
  try {
    while (!over) {
      const { rowCount } = await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${which}`, [
        new URL(roleUrl).username,
      ]);
      ended += rowCount ?? 0;
      await pause(40);
    }
  } finally {
    await client.end();
  }
  return ended;
}
