import type pg from 'pg';
import { db, withTransaction } from '../db/database.ts';
import { HttpError, UNIQUE_VIOLATION, pgCode } from '../utils/index.ts';
import { queueEmail } from '../notifications/notifications.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { endAllSessions, type Role } from './sessions.ts';

export interface User {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly phone: string | null;
  readonly newsletter: boolean;
  readonly createdAt: Date;
  readonly deactivatedAt: Date | null;
}

export interface Address {
  readonly id: number;
  readonly line1: string;
  readonly line2: string | null;
  readonly postcode: string;
  readonly city: string;
  readonly country: string;
  readonly isDefault: boolean;
}

const userColumns = `id, email, name, role, phone, newsletter, created_at AS "createdAt", deactivated_at AS "deactivatedAt"`;
const maxFailedLogins = 10;

/** A hash that no password has: an unknown address takes as long as a wrong password. */
const nobody = 'scrypt$4096$00$00';

export async function findUser(id: number): Promise<User | null> {
  const { rows } = await db.query<User>(`SELECT ${userColumns} FROM users WHERE id = $1`, [id]);
  return rows[0] ?? null;
}

/** The id of the user with this address and password. @throws HttpError 401 and 429. */
export async function checkLogin(email: string, password: string, address: string | undefined): Promise<number> {
  const { rows } = await db.query<{ id: number | null; hash: string | null; failures: number }>(
    `SELECT u.id, u.password_hash AS hash,
            (SELECT count(*)::int FROM login_attempts a
             WHERE a.email = $1 AND NOT a.succeeded AND a.attempted_at > now() - interval '15 minutes') AS failures
     FROM (SELECT 1) one LEFT JOIN users u ON u.email = $1 AND u.deactivated_at IS NULL`,
    [email],
  );
  const found = rows[0];
  if ((found?.failures ?? 0) >= maxFailedLogins) {
    throw new HttpError(429, 'too_many_attempts', 'Too many attempts. Please wait a quarter of an hour.');
  }
  const right = await verifyPassword(password, found?.hash ?? nobody);
  await db.query('INSERT INTO login_attempts (email, succeeded, address) VALUES ($1, $2, $3)', [
    email,
    right,
    address ?? null,
  ]);
  if (!right || found?.id === undefined || found.id === null) {
    throw new HttpError(401, 'wrong_login', 'This address and password do not belong together.');
  }
  return found.id;
}

export async function register(email: string, name: string, password: string): Promise<number> {
  const hash = await hashPassword(password);
  try {
    return await withTransaction(async (tx) => {
      const { rows } = await tx.query<{ id: number }>(
        `INSERT INTO users (email, name, password_hash) VALUES ($1, $2, $3) RETURNING id`,
        [email, name, hash],
      );
      const id = rows[0]?.id;
      if (id === undefined) throw new Error('the insert returned no id');
      await queueEmail(tx, id, 'welcome', { name });
      return id;
    });
  } catch (error) {
    if (pgCode(error) !== UNIQUE_VIOLATION) throw error;
    throw new HttpError(422, 'validation_failed', 'This address is already registered.', { email: 'is already taken' });
  }
}

export async function updateProfile(
  userId: number,
  profile: { readonly name: string; readonly phone: string | null; readonly newsletter: boolean },
): Promise<void> {
  await db.query('UPDATE users SET name = $2, phone = $3, newsletter = $4 WHERE id = $1', [
    userId,
    profile.name,
    profile.phone,
    profile.newsletter,
  ]);
}

export async function changePassword(userId: number, current: string, next: string): Promise<void> {
  const { rows } = await db.query<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = $1', [userId]);
  if (!(await verifyPassword(current, rows[0]?.hash ?? nobody))) {
    throw new HttpError(422, 'validation_failed', 'The current password is wrong.', { current: 'is wrong' });
  }
  const hash = await hashPassword(next);
  await withTransaction(async (tx) => {
    await tx.query('UPDATE users SET password_hash = $2 WHERE id = $1', [userId, hash]);
    await endAllSessions(tx, userId);
  });
}

/** Accounts are never deleted: orders and reviews keep pointing at them. */
export async function deactivate(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query(
    `UPDATE users SET deactivated_at = now(), name = 'Former customer', phone = NULL, newsletter = false WHERE id = $1`,
    [userId],
  );
  await tx.query(`UPDATE addresses SET line1 = '-', line2 = NULL, is_default = false WHERE user_id = $1`, [userId]);
  await endAllSessions(tx, userId);
}

export async function listAddresses(userId: number): Promise<readonly Address[]> {
  const { rows } = await db.query<Address>(
    `SELECT id, line1, line2, postcode, city, country, is_default AS "isDefault"
     FROM addresses WHERE user_id = $1 ORDER BY is_default DESC, id`,
    [userId],
  );
  return rows;
}

export async function addAddress(userId: number, address: Omit<Address, 'id'>): Promise<number> {
  return withTransaction(async (tx) => {
    if (address.isDefault) await tx.query('UPDATE addresses SET is_default = false WHERE user_id = $1', [userId]);
    const { rows } = await tx.query<{ id: number }>(
      `INSERT INTO addresses (user_id, line1, line2, postcode, city, country, is_default)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
      [userId, address.line1, address.line2, address.postcode, address.city, address.country, address.isDefault],
    );
    return rows[0]?.id ?? 0;
  });
}
