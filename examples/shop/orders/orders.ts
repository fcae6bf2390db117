import { db, withTransaction, type Queryable } from '../db/database.ts';
import { listMethods } from '../shipping/shipping.ts';
import { HttpError, notFound } from '../utils/index.ts';

export type OrderStatus = 'placed' | 'paid' | 'packed' | 'shipped' | 'delivered' | 'cancelled';

export interface Order {
  readonly id: number;
  readonly userId: number;
  readonly status: OrderStatus;
  readonly itemsCents: number;
  readonly discountCents: number;
  readonly shippingCents: number;
  readonly totalCents: number;
  readonly placedAt: Date;
}

export interface OrderItem {
  readonly productId: number;
  readonly name: string;
  readonly quantity: number;
  readonly priceCents: number;
}

export interface OrderEvent {
  readonly id: number;
  readonly status: OrderStatus;
  readonly note: string | null;
  readonly happenedAt: Date;
}

const columns = `id, user_id AS "userId", status, items_cents AS "itemsCents", discount_cents AS "discountCents",
  shipping_cents AS "shippingCents", total_cents AS "totalCents", placed_at AS "placedAt"`;

export async function listOrders(userId: number, before: number | null): Promise<readonly Order[]> {
  const { rows } = await db.query<Order>({
    name: 'orders-of-user',
    text: `SELECT ${columns} FROM orders WHERE user_id = $1 AND ($2::bigint IS NULL OR id < $2)
           ORDER BY placed_at DESC, id DESC LIMIT 20`,
    values: [userId, before],
  });
  return rows;
}

export async function findOrder(
  id: number,
  viewer: { readonly id: number; readonly role: string },
): Promise<Order & { readonly items: readonly OrderItem[]; readonly events: readonly OrderEvent[] }> {
  const { rows } = await db.query<Order>(`SELECT ${columns} FROM orders WHERE id = $1`, [id]);
  const order = rows[0];
  // Somebody else's order looks as if it were not there.
  if (order === undefined || (order.userId !== viewer.id && viewer.role === 'customer')) throw notFound('order');
  const [items, events] = await Promise.all([
    db.query<OrderItem>(
      `SELECT product_id AS "productId", name, quantity, price_cents AS "priceCents"
       FROM order_items WHERE order_id = $1 ORDER BY product_id`,
      [id],
    ),
    listEvents(id, 0),
  ]);
  return { ...order, items: items.rows, events };
}

export async function listEvents(orderId: number, afterId: number): Promise<readonly OrderEvent[]> {
  const { rows } = await db.query<OrderEvent>({
    name: 'order-events',
    text: `SELECT id, status, note, happened_at AS "happenedAt" FROM order_events
           WHERE order_id = $1 AND id > $2 ORDER BY id`,
    values: [orderId, afterId],
  });
  return rows;
}

export async function recordEvent(
  tx: Queryable,
  orderId: number,
  status: OrderStatus,
  note: string | null = null,
): Promise<void> {
  await tx.query('INSERT INTO order_events (order_id, status, note) VALUES ($1, $2, $3)', [orderId, status, note]);
}

/** The database does it: orders, stock, refund, shipment and message in one procedure. */
export async function cancelOrder(
  id: number,
  viewer: { readonly id: number; readonly role: string },
  reason: string,
): Promise<void> {
  await withTransaction(async (tx) => {
    const { rows } = await tx.query<{ userId: number }>(
      'SELECT user_id AS "userId" FROM orders WHERE id = $1 FOR UPDATE',
      [id],
    );
    const owner = rows[0]?.userId;
    if (owner === undefined || (owner !== viewer.id && viewer.role === 'customer')) throw notFound('order');
    const done = await tx.query<{ cancelled: boolean }>('SELECT cancel_order($1, $2) AS cancelled', [id, reason]);
    if (done.rows[0]?.cancelled !== true) {
      throw new HttpError(409, 'wrong_status', 'The order can no longer be cancelled.');
    }
  });
}

/** The method that costs least, for orders that name none. */
export async function defaultShippingCode(on: Queryable): Promise<string> {
  const code = (await listMethods(on))[0]?.code;
  if (code === undefined) throw new HttpError(503, 'no_shipping', 'Nothing can be shipped at the moment.');
  return code;
}
