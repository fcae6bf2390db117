import { db, withTransaction } from '../db/database.ts';
import { notify, queueEmail } from '../notifications/notifications.ts';
import { HttpError, notFound, pgCode, UNIQUE_VIOLATION } from '../utils/index.ts';

// The back office's own way to everything. Three contexts have grown together here: promotions, stock, and messages.

export interface NewPromotion {
  readonly code: string | null;
  readonly name: string;
  readonly percentOff: number;
  readonly minOrderCents: number;
  readonly maxRedemptions: number | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly productIds: readonly number[];
}

export async function createPromotion(input: NewPromotion): Promise<number> {
  if (input.endsAt <= input.startsAt) {
    throw new HttpError(422, 'validation_failed', 'The end must be after the start.', {
      endsAt: 'is before the start',
    });
  }
  try {
    return await withTransaction(async (tx) => {
      const { rows } = await tx.query<{ id: number }>(
        `INSERT INTO promotions (code, name, percent_off, min_order_cents, max_redemptions, starts_at, ends_at)
         VALUES (upper($1), $2, $3, $4, $5, $6, $7) RETURNING id`,
        [
          input.code,
          input.name,
          input.percentOff,
          input.minOrderCents,
          input.maxRedemptions,
          input.startsAt,
          input.endsAt,
        ],
      );
      const id = rows[0]?.id ?? 0;
      await tx.query(
        'INSERT INTO promotion_products (promotion_id, product_id) SELECT $1, id FROM products WHERE id = ANY ($2)',
        [id, input.productIds],
      );
      return id;
    });
  } catch (error) {
    if (pgCode(error) !== UNIQUE_VIOLATION) throw error;
    throw new HttpError(422, 'validation_failed', 'This code is taken.', { code: 'is taken' });
  }
}

export async function endPromotion(id: number): Promise<void> {
  const { rowCount } = await db.query(
    'UPDATE promotions SET active = false, ends_at = now() WHERE id = $1 AND active',
    [id],
  );
  if (rowCount === 0) throw notFound('promotion');
}

/** Goods have arrived. Checkout takes from the same rows. */
export async function receiveDelivery(productId: number, quantity: number): Promise<number> {
  return withTransaction(async (tx) => {
    const { rows } = await tx.query<{ onHand: number }>(
      `UPDATE stock SET on_hand = on_hand + $2, updated_at = now() WHERE product_id = $1
       RETURNING on_hand AS "onHand"`,
      [productId, quantity],
    );
    const onHand = rows[0]?.onHand;
    if (onHand === undefined) throw notFound('product');
    await tx.query(`INSERT INTO stock_movements (product_id, quantity, reason) VALUES ($1, $2, 'delivery')`, [
      productId,
      quantity,
    ]);
    if (onHand === quantity) {
      const waiting = await tx.query<{ userId: number }>(
        `SELECT c.user_id AS "userId" FROM cart_items i JOIN carts c ON c.id = i.cart_id WHERE i.product_id = $1 LIMIT 200`,
        [productId],
      );
      for (const { userId } of waiting.rows) {
        await notify(tx, userId, 'back_in_stock', 'Something in your cart is back.', `/products/${productId}`);
      }
    }
    return onHand;
  });
}

/** To all who want the newsletter, a thousand at a time. Runs after the answer, because it takes a while. */
export async function sendCampaign(subject: string, link: string): Promise<number> {
  let after = 0;
  let sent = 0;
  for (;;) {
    const { rows } = await db.query<{ id: number }>(
      `SELECT id FROM users WHERE newsletter AND deactivated_at IS NULL AND id > $1 ORDER BY id LIMIT 1000`,
      [after],
    );
    const last = rows.at(-1);
    if (last === undefined) return sent;
    after = last.id;
    sent += rows.length;
    await db.query(
      `INSERT INTO notifications (user_id, kind, text, link) SELECT unnest($1::bigint[]), 'campaign', $2, $3`,
      [rows.map((row) => row.id), subject, link],
    );
    for (const { id } of rows.slice(0, 10)) await queueEmail(db, id, 'campaign', { subject });
  }
}
