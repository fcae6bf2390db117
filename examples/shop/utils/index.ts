import type { Request } from 'express';
import { findSessionUser, type SessionUser } from '../accounts/sessions.ts';
import { HttpError } from './errors.ts';

export * from './errors.ts';
export * from './format.ts';
export * from './html.ts';
export * from './log.ts';
export * from './validation.ts';

const users = new WeakMap<Request, Promise<SessionUser | null>>();

/** Who sends this request. One query a request, however often it is asked. */
export function currentUser(request: Request): Promise<SessionUser | null> {
  let user = users.get(request);
  if (user === undefined) {
    user = findSessionUser(request.headers.cookie);
    users.set(request, user);
  }
  return user;
}

export async function requireUser(request: Request): Promise<SessionUser> {
  const user = await currentUser(request);
  if (user === null) throw new HttpError(401, 'sign_in_required', 'Please sign in first.');
  return user;
}

export async function requireStaff(request: Request): Promise<SessionUser> {
  const user = await requireUser(request);
  if (user.role === 'customer') throw new HttpError(403, 'forbidden', 'This is for our staff only.');
  return user;
}

export async function requireAdmin(request: Request): Promise<SessionUser> {
  const user = await requireUser(request);
  if (user.role !== 'admin') throw new HttpError(403, 'forbidden', 'This is for administrators only.');
  return user;
}

/** A JSON client, or a browser that wants a page? */
export function wantsJson(request: Request): boolean {
  return request.path.startsWith('/api/') || (request.is('json') !== false && request.is('json') !== null);
}
