import { dropAbandoned } from '../cart/cart.ts';
import { db } from '../db/database.ts';
import { sendWaitingEmails } from '../notifications/notifications.ts';
import { endExpired } from '../promotions/promotions.ts';
import { log, logError } from '../utils/index.ts';

export interface CronResult {
  readonly sessions: number;
  readonly carts: number;
  readonly promotions: number;
  readonly emails: number;
}

/** Small duties of every minute. Each statement stands for itself, so several processes may run it at once. */
export async function runCron(): Promise<CronResult> {
  const startedAt = new Date();
  const sessions = await db.query('DELETE FROM sessions WHERE expires_at < now()');
  await db.query(`DELETE FROM login_attempts WHERE attempted_at < now() - interval '30 days'`);
  const days = await db.query<{ days: number }>(
    `SELECT (value #>> '{}')::int AS days FROM settings WHERE key = 'cart.abandon_after_days'`,
  );
  const result = {
    sessions: sessions.rowCount ?? 0,
    carts: await dropAbandoned(days.rows[0]?.days ?? 30),
    promotions: await endExpired(),
    emails: await sendWaitingEmails(),
  };
  await db.query(`INSERT INTO job_runs (job, outcome, details, started_at) VALUES ('cron', 'done', $1, $2)`, [
    JSON.stringify(result),
    startedAt,
  ]);
  return result;
}

/** Runs it every minute, never twice at once. The returned function stops it and waits for the running one. */
export function startCron(intervalMs = 60_000): () => Promise<void> {
  let running = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = runCron()
      .then((result) => log('cron', { ...result }))
      .catch((error: unknown) => logError('cron-failed', error))
      .finally(() => {
        busy = false;
      });
  }, intervalMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
