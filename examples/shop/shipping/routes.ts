import { Router } from 'express';
import { db } from '../db/database.ts';
import { findCart } from '../cart/cart.ts';
import { notFound, parseId, readFields, requireStaff, requireUser, wantsJson } from '../utils/index.ts';
import { advanceShipment, listMethods, quoteCents } from './shipping.ts';

export const shippingRoutes = Router();

shippingRoutes.get('/api/shipping/quotes', async (request, response) => {
  const user = await requireUser(request);
  const [cart, methods] = await Promise.all([findCart(db, user.id), listMethods()]);
  const weight = cart.items.reduce((sum, item) => sum + item.quantity * item.weightGrams, 0);
  response.json({
    quotes: methods.map((method) => ({
      code: method.code,
      name: method.name,
      cents: quoteCents(method, weight, cart.itemsCents),
    })),
  });
});

shippingRoutes.get('/api/orders/:id/shipment', async (request, response) => {
  const user = await requireUser(request);
  const { rows } = await db.query<{ id: number; tracking: string | null; status: string }>(
    `SELECT s.id, s.tracking, s.status FROM shipments s JOIN orders o ON o.id = s.order_id
     WHERE s.order_id = $1 AND ($2 OR o.user_id = $3)`,
    [parseId(request.params.id), user.role !== 'customer', user.id],
  );
  const shipment = rows[0];
  if (shipment === undefined) throw notFound('shipment');
  const events = await db.query(
    `SELECT status, place, happened_at AS "happenedAt" FROM shipment_events WHERE shipment_id = $1 ORDER BY id`,
    [shipment.id],
  );
  response.json({ ...shipment, events: events.rows });
});

shippingRoutes.post('/admin/shipments/:id', async (request, response) => {
  await requireStaff(request);
  const fields = readFields(request.body);
  const status = fields.choice('status', ['packed', 'shipped', 'delivered']);
  const place = fields.text('place', { min: 0, max: 80 }) || null;
  fields.done();
  await advanceShipment(parseId(request.params.id), status, place);
  if (wantsJson(request)) response.json({ status });
  else response.redirect(303, '/admin/shipments');
});
