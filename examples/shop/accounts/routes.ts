import { after } from '@overgrow/sdk';
import { Router } from 'express';
import { withTransaction, db } from '../db/database.ts';
import { page } from '../layout/page.ts';
import { reviewsSeam } from '../reviews/seam.ts';
import {
  currentUser,
  formatDay,
  html,
  HttpError,
  logError,
  readFields,
  requireUser,
  wantsJson,
} from '../utils/index.ts';
import { clearedCookie, createSession, endSession, sessionCookie } from './sessions.ts';
import * as users from './users.ts';

export const accountRoutes = Router();

accountRoutes.get('/login', async (request, response) => {
  const next = safeReturn(request.query['next']);
  response.send(
    page(
      await currentUser(request),
      'Sign in',
      html`<form method="post" action="/login">
          <input type="hidden" name="next" value="${next}" />
          <label>E-mail <input name="email" type="email" required autocomplete="username" /></label>
          <label>Password <input name="password" type="password" required autocomplete="current-password" /></label>
          <button>Sign in</button>
        </form>
        <p>New here? <a href="/register">Open an account</a>.</p>`,
    ),
  );
});

accountRoutes.post('/login', async (request, response) => {
  const fields = readFields(request.body);
  const email = fields.text('email').toLowerCase();
  const password = fields.text('password', { max: 500 });
  fields.done();
  const userId = await users.checkLogin(email, password, request.ip);
  const token = await createSession(db, userId);
  response.setHeader('set-cookie', sessionCookie(token, request.secure));
  // The new session may use what the old cookie could not see, so nothing of this answer is kept.
  response.setHeader('cache-control', 'no-store');
  after(response, () =>
    db
      .query(`DELETE FROM login_attempts WHERE email = $1 AND NOT succeeded`, [email])
      .catch((error: unknown) => logError('login-attempts-not-cleared', error)),
  );
  if (wantsJson(request)) {
    const user = await users.findUser(userId);
    response.json({ user: user && { id: user.id, name: user.name, email: user.email, role: user.role } });
  } else {
    response.redirect(303, safeReturn(request.body?.next));
  }
});

accountRoutes.post('/logout', async (request, response) => {
  await endSession(request.headers.cookie);
  response.setHeader('set-cookie', clearedCookie);
  if (wantsJson(request)) response.status(204).end();
  else response.redirect(303, '/');
});

accountRoutes.get('/api/session', async (request, response) => {
  response.setHeader('cache-control', 'no-store');
  response.json({ user: await currentUser(request) });
});

accountRoutes.get('/register', async (request, response) => {
  response.send(
    page(
      await currentUser(request),
      'Open an account',
      html`<form method="post" action="/register">
        <label>Name <input name="name" required /></label>
        <label>E-mail <input name="email" type="email" required /></label>
        <label>Password <input name="password" type="password" minlength="8" required /></label>
        <button>Open the account</button>
      </form>`,
    ),
  );
});

accountRoutes.post('/register', async (request, response) => {
  const fields = readFields(request.body);
  const email = fields.text('email').toLowerCase();
  const name = fields.text('name', { max: 80 });
  const password = fields.text('password', { min: 8, max: 500 });
  fields.done();
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw new HttpError(422, 'validation_failed', 'This is no e-mail address.', { email: 'is no address' });
  }
  const userId = await users.register(email, name, password);
  response.setHeader('set-cookie', sessionCookie(await createSession(db, userId), request.secure));
  if (wantsJson(request)) response.status(201).json({ id: userId });
  else response.redirect(303, '/account');
});

accountRoutes.get('/account', async (request, response) => {
  const user = await requireUser(request);
  const [profile, addresses] = await Promise.all([users.findUser(user.id), users.listAddresses(user.id)]);
  if (profile === null) throw new HttpError(404, 'not_found', 'There is no such account.');
  response.send(
    page(
      user,
      'Your account',
      html` <p>${profile.email}, with us since ${formatDay(profile.createdAt)}</p>
        <form method="post" action="/account">
          <label>Name <input name="name" value="${profile.name}" required /></label>
          <label>Phone <input name="phone" value="${profile.phone ?? ''}" /></label>
          <label
            ><input name="newsletter" type="checkbox" ${profile.newsletter ? html`checked` : ''} /> Newsletter</label
          >
          <button>Save</button>
        </form>
        <h2>Addresses</h2>
        <ul>
          ${addresses.map((a) => html`<li>${a.line1}, ${a.postcode} ${a.city} (${a.country})${a.isDefault ? ' · default' : ''}</li>`)}
        </ul>
        <form method="post" action="/account/addresses">
          <label>Street <input name="line1" required /></label>
          <label>Postcode <input name="postcode" required /></label>
          <label>City <input name="city" required /></label>
          <label><input name="isDefault" type="checkbox" /> Use by default</label>
          <button>Add</button>
        </form>
        <h2>Password</h2>
        <form method="post" action="/account/password">
          <label>Current <input name="current" type="password" required /></label>
          <label>New <input name="next" type="password" minlength="8" required /></label>
          <button>Change</button>
        </form>
        <form method="post" action="/account/close"><button>Close this account</button></form>`,
    ),
  );
});

accountRoutes.post('/account', async (request, response) => {
  const user = await requireUser(request);
  const fields = readFields(request.body);
  const profile = {
    name: fields.text('name', { max: 80 }),
    phone: fields.text('phone', { min: 0, max: 40 }) || null,
    newsletter: fields.flag('newsletter'),
  };
  fields.done();
  await users.updateProfile(user.id, profile);
  response.redirect(303, '/account');
});

accountRoutes.post('/account/addresses', async (request, response) => {
  const user = await requireUser(request);
  const fields = readFields(request.body);
  const address = {
    line1: fields.text('line1'),
    line2: fields.text('line2', { min: 0 }) || null,
    postcode: fields.text('postcode', { max: 12 }),
    city: fields.text('city', { max: 80 }),
    country: fields.choice('country', ['DE', 'AT', 'CH', 'NL', 'FR'], 'DE'),
    isDefault: fields.flag('isDefault'),
  };
  fields.done();
  const id = await users.addAddress(user.id, address);
  if (wantsJson(request)) response.status(201).json({ id });
  else response.redirect(303, '/account');
});

accountRoutes.post('/account/password', async (request, response) => {
  const user = await requireUser(request);
  const fields = readFields(request.body);
  const current = fields.text('current', { max: 500 });
  const next = fields.text('next', { min: 8, max: 500 });
  fields.done();
  await users.changePassword(user.id, current, next);
  response.setHeader('set-cookie', clearedCookie);
  response.redirect(303, '/login');
});

accountRoutes.post('/account/close', async (request, response) => {
  const user = await requireUser(request);
  const open = await db.query(
    `SELECT 1 FROM orders WHERE user_id = $1 AND status IN ('placed', 'paid', 'packed', 'shipped') LIMIT 1`,
    [user.id],
  );
  if (open.rowCount !== 0) throw new HttpError(409, 'open_orders', 'An order of yours is still on its way.');
  // The reviews first: their service knows the caller by a session that ends with the account.
  await reviewsSeam(request).anonymise(user.id);
  await withTransaction((tx) => users.deactivate(tx, user.id));
  response.setHeader('set-cookie', clearedCookie);
  if (wantsJson(request)) response.status(204).end();
  else response.redirect(303, '/');
});

/** Only a path of ours: `//elsewhere.example` would leave the shop. */
function safeReturn(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : '/';
}
