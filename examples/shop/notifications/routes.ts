import { Router } from 'express';
import { db } from '../db/database.ts';
import { page } from '../layout/page.ts';
import { formatMoment, html, readFields, requireUser, wantsJson } from '../utils/index.ts';
import { listNotifications, markAllRead, notify } from './notifications.ts';

export const notificationRoutes = Router();

notificationRoutes.get('/notifications', async (request, response) => {
  const user = await requireUser(request);
  const notifications = await listNotifications(user.id);
  response.send(
    page(
      user,
      'Messages',
      html`<ul>
          ${notifications.map(
            (n) =>
              html`<li>
                ${n.readAt === null ? html`<strong>${n.text}</strong>` : n.text} · ${formatMoment(n.createdAt)}
                ${n.link !== null && html`<a href="${n.link}">look</a>`}
              </li>`,
          )}
        </ul>
        <form method="post" action="/notifications/read"><button>Mark all as read</button></form>`,
    ),
  );
});

notificationRoutes.post('/notifications/read', async (request, response) => {
  const user = await requireUser(request);
  const read = await markAllRead(user.id);
  if (wantsJson(request)) response.json({ read });
  else response.redirect(303, '/notifications');
});

notificationRoutes.get('/api/notifications', async (request, response) => {
  const user = await requireUser(request);
  response.json({ notifications: await listNotifications(user.id) });
});

/** For services that were taken out: they notify the signed-in caller, whose cookie they pass on. */
notificationRoutes.post('/api/notifications', async (request, response) => {
  const user = await requireUser(request);
  const fields = readFields(request.body);
  const kind = fields.choice('kind', ['review_screened']);
  const text = fields.text('text', { max: 300 });
  const productId = fields.integer('productId', { min: 1 });
  fields.done();
  await notify(db, user.id, kind, text, `/products/${productId}`);
  response.status(201).json({});
});
