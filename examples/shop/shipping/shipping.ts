import { db, withTransaction, type Queryable } from '../db/database.ts';
import { recordEvent } from '../orders/orders.ts';
import { notify, queueEmail } from '../notifications/notifications.ts';
import { HttpError, notFound } from '../utils/index.ts';

export interface ShippingMethod {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly baseCents: number;
  readonly perKiloCents: number;
  readonly freeAboveCents: number | null;
}

export type ShipmentStatus = 'packed' | 'shipped' | 'delivered';

export async function listMethods(on: Queryable = db): Promise<readonly ShippingMethod[]> {
  const { rows } = await on.query<ShippingMethod>(
    `SELECT id, code, name, base_cents AS "baseCents", per_kilo_cents AS "perKiloCents",
            free_above_cents AS "freeAboveCents"
     FROM shipping_methods WHERE active ORDER BY base_cents, id`,
  );
  return rows;
}

export function quoteCents(method: ShippingMethod, weightGrams: number, itemsCents: number): number {
  if (method.freeAboveCents !== null && itemsCents >= method.freeAboveCents) return 0;
  return method.baseCents + Math.ceil(weightGrams / 1000) * method.perKiloCents;
}

export async function createShipment(on: Queryable, orderId: number, methodId: number): Promise<number> {
  const { rows } = await on.query<{ id: number }>(
    `INSERT INTO shipments (order_id, method_id, tracking) VALUES ($1, $2, 'OG' || lpad($1::bigint::text, 10, '0'))
     ON CONFLICT (order_id) DO UPDATE SET method_id = excluded.method_id RETURNING id`,
    [orderId, methodId],
  );
  return rows[0]?.id ?? 0;
}

const from: Readonly<Record<ShipmentStatus, string>> = { packed: 'waiting', shipped: 'packed', delivered: 'shipped' };

/** Moves a shipment on, and its order with it: the status of an order has two writers, here and orders. */
export async function advanceShipment(shipmentId: number, status: ShipmentStatus, place: string | null): Promise<void> {
  await withTransaction(async (tx) => {
    const { rows } = await tx.query<{ orderId: number }>(
      `UPDATE shipments SET status = $2, shipped_at = CASE WHEN $2 = 'shipped' THEN now() ELSE shipped_at END
       WHERE id = $1 AND status = $3 RETURNING order_id AS "orderId"`,
      [shipmentId, status, from[status]],
    );
    const orderId = rows[0]?.orderId;
    if (orderId === undefined) {
      const exists = await tx.query('SELECT 1 FROM shipments WHERE id = $1', [shipmentId]);
      if (exists.rowCount === 0) throw notFound('shipment');
      throw new HttpError(409, 'wrong_status', `The shipment cannot be ${status} now.`);
    }
    await tx.query('INSERT INTO shipment_events (shipment_id, status, place) VALUES ($1, $2, $3)', [
      shipmentId,
      status,
      place,
    ]);
    const order = await tx.query<{ userId: number }>(
      'UPDATE orders SET status = $2, updated_at = now() WHERE id = $1 RETURNING user_id AS "userId"',
      [orderId, status],
    );
    await recordEvent(tx, orderId, status, place);
    const userId = order.rows[0]?.userId;
    if (userId !== undefined && status === 'shipped') {
      await notify(tx, userId, 'order_shipped', `Your order ${orderId} is on its way.`, `/orders/${orderId}`);
      await queueEmail(tx, userId, 'order_shipped', { orderId });
    }
  });
}

export async function listOpenShipments(): Promise<
  readonly { readonly id: number; readonly orderId: number; readonly status: string; readonly city: string | null }[]
> {
  const { rows } = await db.query<{ id: number; orderId: number; status: string; city: string | null }>(
    `SELECT s.id, s.order_id AS "orderId", s.status, a.city FROM shipments s
     JOIN orders o ON o.id = s.order_id LEFT JOIN addresses a ON a.id = o.address_id
     WHERE s.status IN ('waiting', 'packed') ORDER BY s.id LIMIT 100`,
  );
  return rows;
}
