import { createHash, timingSafeEqual } from 'node:crypto';
import { renderStatePage, statePagePolicy } from '@overgrow/console';
import type { SystemStatus } from '@overgrow/core';
import express, { type Router } from 'express';

export interface PageOptions {
  readonly token: string;
  readonly status: () => Promise<SystemStatus>;
}

const cookieName = 'overgrow-admin';

/**
 * The state page for browsers. A browser sends no Authorization header of its own accord, so the token comes once in the
 * address (`/?token=…`, as `overgrow up` prints it) and then in a cookie that no script and no other site can use. The
 * cookie opens this page only, never the interface that changes things.
 */
export function createPageRouter({ token, status }: PageOptions): Router {
  const router = express.Router();
  router.get('/', async (request, response, next) => {
    const given = request.query['token'];
    if (typeof given === 'string' && isToken(given, token)) {
      response.setHeader('set-cookie', `${cookieName}=${cookieValue(token)}; HttpOnly; SameSite=Strict; Path=/`);
      response.redirect(303, '/');
      return;
    }
    if (!isToken(readCookie(request.headers.cookie), cookieValue(token))) return next();
    response.setHeader('content-security-policy', statePagePolicy);
    response.type('html').send(renderStatePage(await status()));
  });
  return router;
}

/** Not the token itself: who reads the cookie can look, but not act. */
function cookieValue(token: string): string {
  return createHash('sha256').update(`state-page:${token}`).digest('base64url');
}

function readCookie(header: string | undefined): string {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1) ?? '';
}

function isToken(given: string, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
