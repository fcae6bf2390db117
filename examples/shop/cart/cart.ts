import { db, withTransaction, type Queryable } from '../db/database.ts';
import { HttpError } from '../utils/index.ts';

export interface CartItem {
  readonly productId: number;
  readonly name: string;
  readonly quantity: number;
  readonly priceCents: number;
  readonly weightGrams: number;
  readonly onHand: number;
}

export interface Cart {
  readonly items: readonly CartItem[];
  readonly couponCode: string | null;
  readonly itemsCents: number;
}

export async function findCart(on: Queryable, userId: number): Promise<Cart> {
  const { rows } = await on.query<CartItem & { couponCode: string | null }>({
    name: 'cart',
    text: `SELECT i.product_id AS "productId", p.name, i.quantity, p.price_cents AS "priceCents",
                  p.weight_grams AS "weightGrams", coalesce(s.on_hand, 0) AS "onHand", c.coupon_code AS "couponCode"
           FROM carts c JOIN cart_items i ON i.cart_id = c.id JOIN products p ON p.id = i.product_id
           LEFT JOIN stock s ON s.product_id = p.id
           WHERE c.user_id = $1 ORDER BY i.product_id`,
    values: [userId],
  });
  const items = rows.map(({ productId, name, quantity, priceCents, weightGrams, onHand }) => ({
    productId,
    name,
    quantity,
    priceCents,
    weightGrams,
    onHand,
  }));
  return {
    items,
    couponCode: rows[0]?.couponCode ?? null,
    itemsCents: items.reduce((sum, item) => sum + item.quantity * item.priceCents, 0),
  };
}

/** Adds to what is there already, up to 99. One statement: it is the busiest write of the shop. */
export async function addToCart(userId: number, productId: number, quantity: number): Promise<number> {
  const { rows } = await db.query<{ quantity: number }>({
    name: 'cart-add',
    text: `WITH cart AS (
             INSERT INTO carts (user_id) VALUES ($1)
             ON CONFLICT (user_id) DO UPDATE SET updated_at = now() RETURNING id)
           INSERT INTO cart_items (cart_id, product_id, quantity)
           SELECT cart.id, p.id, $3 FROM cart, products p WHERE p.id = $2 AND p.archived_at IS NULL
           ON CONFLICT (cart_id, product_id)
           DO UPDATE SET quantity = least(99, cart_items.quantity + excluded.quantity)
           RETURNING quantity`,
    values: [userId, productId, quantity],
  });
  const added = rows[0];
  if (added === undefined) throw new HttpError(422, 'validation_failed', 'This product is not sold.');
  return added.quantity;
}

export async function setQuantity(userId: number, productId: number, quantity: number): Promise<void> {
  const { rowCount } = await db.query(
    `UPDATE cart_items i SET quantity = $3 FROM carts c
     WHERE c.id = i.cart_id AND c.user_id = $1 AND i.product_id = $2`,
    [userId, productId, quantity],
  );
  if (rowCount === 0) throw new HttpError(404, 'not_found', 'This is not in your cart.');
}

export async function removeFromCart(userId: number, productId: number): Promise<void> {
  await db.query('DELETE FROM cart_items USING carts c WHERE c.id = cart_id AND c.user_id = $1 AND product_id = $2', [
    userId,
    productId,
  ]);
}

export async function setCoupon(userId: number, code: string | null): Promise<void> {
  await db.query(
    `INSERT INTO carts (user_id, coupon_code) VALUES ($1, upper($2))
     ON CONFLICT (user_id) DO UPDATE SET coupon_code = excluded.coupon_code, updated_at = now()`,
    [userId, code],
  );
}

export async function emptyCart(on: Queryable, userId: number): Promise<void> {
  await on.query('DELETE FROM cart_items USING carts c WHERE c.id = cart_id AND c.user_id = $1', [userId]);
  await on.query('UPDATE carts SET coupon_code = NULL, updated_at = now() WHERE user_id = $1', [userId]);
}

/** Carts that nobody touched for a month. Called by the cron job. */
export async function dropAbandoned(days: number): Promise<number> {
  return withTransaction(async (tx) => {
    const { rows } = await tx.query<{ id: number }>(
      `SELECT id FROM carts WHERE updated_at < now() - make_interval(days => $1)
       ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED`,
      [days],
    );
    const ids = rows.map((row) => row.id);
    await tx.query('DELETE FROM cart_items WHERE cart_id = ANY ($1)', [ids]);
    await tx.query('DELETE FROM carts WHERE id = ANY ($1)', [ids]);
    return ids.length;
  });
}
