import { Router } from 'express';
import { page } from '../layout/page.ts';
import { formatCents, formatMoment, html, parseId, readFields, requireUser, wantsJson } from '../utils/index.ts';
import type { LiveOrders } from './live.ts';
import { cancelOrder, findOrder, listEvents, listOrders } from './orders.ts';

export interface OrderRoutes {
  readonly router: Router;
  /** Ends open streams, so that the server can close. */
  endStreams(): void;
}

export function createOrderRoutes(live: LiveOrders): OrderRoutes {
  const router = Router();
  const streams = new Set<() => void>();

  router.get('/orders', async (request, response) => {
    const user = await requireUser(request);
    const orders = await listOrders(user.id, null);
    response.send(
      page(
        user,
        'Your orders',
        html`<table>
          ${orders.map(
            (order) =>
              html`<tr>
                <td><a href="/orders/${order.id}">${order.id}</a></td>
                <td>${formatMoment(order.placedAt)}</td>
                <td>${order.status}</td>
                <td>${formatCents(order.totalCents)}</td>
              </tr>`,
          )}
        </table>`,
      ),
    );
  });

  router.get('/orders/:id', async (request, response) => {
    const user = await requireUser(request);
    const order = await findOrder(parseId(request.params.id), user);
    const open = order.status === 'placed' || order.status === 'paid' || order.status === 'packed';
    response.send(
      page(
        user,
        `Order ${order.id}`,
        html` <p>
            Status: <strong>${order.status}</strong> (live: <a href="/api/orders/${order.id}/events">events</a>)
          </p>
          <table>
            ${order.items.map(
              (i) =>
                html`<tr>
                  <td>${i.quantity} ×</td>
                  <td><a href="/products/${i.productId}">${i.name}</a></td>
                  <td>${formatCents(i.quantity * i.priceCents)}</td>
                </tr>`,
            )}
          </table>
          <p>
            Shipping ${formatCents(order.shippingCents)}, discount ${formatCents(-order.discountCents)}, together
            <strong>${formatCents(order.totalCents)}</strong>
          </p>
          <ol>
            ${order.events.map((e) => html`<li>${formatMoment(e.happenedAt)} ${e.status} ${e.note}</li>`)}
          </ol>
          ${open && html`<form method="post" action="/orders/${order.id}/cancel"><button>Cancel</button></form>`}`,
      ),
    );
  });

  router.post('/orders/:id/cancel', async (request, response) => {
    const user = await requireUser(request);
    const id = parseId(request.params.id);
    const reason = readFields(request.body).text('reason', { min: 0, max: 200 });
    await cancelOrder(id, user, reason === '' ? 'by customer' : reason);
    if (wantsJson(request)) response.json({ id, status: 'cancelled' });
    else response.redirect(303, `/orders/${id}`);
  });

  router.get('/api/orders', async (request, response) => {
    const user = await requireUser(request);
    const before = typeof request.query['before'] === 'string' ? parseId(request.query['before']) : null;
    response.json({ orders: await listOrders(user.id, before) });
  });

  router.get('/api/orders/:id', async (request, response) => {
    const user = await requireUser(request);
    response.json(await findOrder(parseId(request.params.id), user));
  });

  /** Server-sent events: what happened so far, then what happens, until the order has ended or the browser leaves. */
  router.get('/api/orders/:id/events', async (request, response) => {
    const user = await requireUser(request);
    const order = await findOrder(parseId(request.params.id), user);
    let lastId = Number(request.headers['last-event-id'] ?? 0) || 0;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();

    let sending = Promise.resolve();
    let stop = () => {};
    const send = async () => {
      for (const event of await listEvents(order.id, lastId)) {
        if (response.writableEnded) return;
        lastId = event.id;
        response.write(`id: ${event.id}\nevent: status\ndata: ${JSON.stringify(event)}\n\n`);
        if (event.status === 'delivered' || event.status === 'cancelled') response.end();
      }
    };
    // One after the other: two at once would send an event twice.
    const wake = () => {
      sending = sending.then(send).catch(() => void response.end());
    };
    const end = () => void response.end();
    response.once('close', () => {
      stop();
      streams.delete(end);
    });
    streams.add(end);
    // Watching before the first look, so that no event falls between the two.
    stop = await live.watch(order.id, wake);
    if (response.closed) stop();
    wake();
    await sending;
  });

  return { router, endStreams: () => streams.forEach((end) => end()) };
}
