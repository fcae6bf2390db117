import type { Queryable } from '../db/database.ts';

/** Who did what in the back office. */
export async function audit(
  on: Queryable,
  actorId: number,
  action: string,
  subject: string,
  data: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await on.query('INSERT INTO audit_log (actor_id, action, subject, data) VALUES ($1, $2, $3, $4)', [
    actorId,
    action,
    subject,
    JSON.stringify(data),
  ]);
}
