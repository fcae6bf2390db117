import { createHash, randomBytes } from 'node:crypto';
import { db, type Queryable } from '../db/database.ts';

export type Role = 'customer' | 'staff' | 'admin';

export interface SessionUser {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}

const cookieName = 'sid';
export const sessionDays = 14;

const hashOf = (token: string) => createHash('sha256').update(token).digest();

function tokenFrom(cookieHeader: string | undefined): string | undefined {
  return cookieHeader === undefined ? undefined : /(?:^|; *)sid=([0-9a-f]{64})(?:;|$)/.exec(cookieHeader)?.[1];
}

/** The user of a cookie header, in one query. Runs on nearly every request, so it is a prepared statement. */
export async function findSessionUser(cookieHeader: string | undefined): Promise<SessionUser | null> {
  const token = tokenFrom(cookieHeader);
  if (token === undefined) return null;
  const { rows } = await db.query<SessionUser>({
    name: 'session-user',
    text: `SELECT u.id, u.name, u.email, u.role
           FROM sessions s JOIN users u ON u.id = s.user_id
           WHERE s.token_hash = $1 AND s.expires_at > now() AND u.deactivated_at IS NULL`,
    values: [hashOf(token)],
  });
  return rows[0] ?? null;
}

/** Makes a session and returns its token, which is nowhere kept. */
export async function createSession(on: Queryable, userId: number, minutes = sessionDays * 1440): Promise<string> {
  const token = randomBytes(32).toString('hex');
  await on.query(
    `INSERT INTO sessions (token_hash, user_id, expires_at) VALUES ($1, $2, now() + make_interval(mins => $3))`,
    [hashOf(token), userId, minutes],
  );
  return token;
}

export async function endSession(cookieHeader: string | undefined): Promise<void> {
  const token = tokenFrom(cookieHeader);
  if (token !== undefined) await db.query('DELETE FROM sessions WHERE token_hash = $1', [hashOf(token)]);
}

export async function endAllSessions(on: Queryable, userId: number): Promise<void> {
  await on.query('DELETE FROM sessions WHERE user_id = $1', [userId]);
}

/** Lax: other sites' forms don't carry it, links to us do. */
export function sessionCookie(token: string, secure: boolean): string {
  const age = sessionDays * 86_400;
  return `${cookieName}=${token}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

export const clearedCookie = `${cookieName}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;
