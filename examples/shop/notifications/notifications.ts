import { db, type Queryable } from '../db/database.ts';
import { findUser } from '../accounts/users.ts';
import { log } from '../utils/log.ts';

export type NotificationKind =
  | 'order_placed'
  | 'order_shipped'
  | 'order_cancelled'
  | 'review_screened'
  | 'review_hidden'
  | 'back_in_stock'
  | 'campaign';

export interface Notification {
  readonly id: number;
  readonly kind: NotificationKind;
  readonly text: string;
  readonly link: string | null;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

export type EmailTemplate = 'welcome' | 'order_confirmation' | 'order_shipped' | 'campaign';

/** Used from everywhere; joins the transaction of its caller. */
export async function notify(
  on: Queryable,
  userId: number,
  kind: NotificationKind,
  text: string,
  link: string | null = null,
): Promise<void> {
  await on.query('INSERT INTO notifications (user_id, kind, text, link) VALUES ($1, $2, $3, $4)', [
    userId,
    kind,
    text,
    link,
  ]);
}

export async function listNotifications(userId: number): Promise<readonly Notification[]> {
  const { rows } = await db.query<Notification>(
    `SELECT id, kind, text, link, created_at AS "createdAt", read_at AS "readAt"
     FROM notifications WHERE user_id = $1 ORDER BY id DESC LIMIT 50`,
    [userId],
  );
  return rows;
}

export async function markAllRead(userId: number): Promise<number> {
  const { rowCount } = await db.query(
    'UPDATE notifications SET read_at = now() WHERE user_id = $1 AND read_at IS NULL',
    [userId],
  );
  return rowCount ?? 0;
}

export async function queueEmail(
  on: Queryable,
  userId: number,
  template: EmailTemplate,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  await on.query('INSERT INTO email_outbox (user_id, template, data) VALUES ($1, $2, $3)', [
    userId,
    template,
    JSON.stringify(data),
  ]);
}

/** Sends what waits, oldest first. Called by the cron job; several processes may run it at once. */
export async function sendWaitingEmails(limit = 50): Promise<number> {
  const { rows } = await db.query<{ id: number; userId: number; template: EmailTemplate }>(
    `UPDATE email_outbox SET attempts = attempts + 1, sent_at = now()
     WHERE id IN (SELECT id FROM email_outbox WHERE sent_at IS NULL AND attempts < 5 ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, user_id AS "userId", template`,
    [limit],
  );
  for (const mail of rows) {
    const user = await findUser(mail.userId);
    // The mail server of the example is the log.
    if (user !== null && user.deactivatedAt === null) log('mail', { id: mail.id, template: mail.template });
  }
  return rows.length;
}
