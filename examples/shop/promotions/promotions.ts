import { db, type Queryable } from '../db/database.ts';
import { findProduct } from '../catalog/products.ts';
import { HttpError } from '../utils/index.ts';

export interface Promotion {
  readonly id: number;
  readonly code: string | null;
  readonly name: string;
  readonly percentOff: number;
  readonly minOrderCents: number;
  readonly maxRedemptions: number | null;
}

export interface DiscountLine {
  readonly productId: number;
  readonly quantity: number;
  readonly priceCents: number;
}

const columns = `id, code, name, percent_off AS "percentOff", min_order_cents AS "minOrderCents",
  max_redemptions AS "maxRedemptions"`;

/** The best promotion for one product that needs no code, as percent. On every product page, so prepared. */
export async function bestPercentOff(productId: number): Promise<number> {
  const { rows } = await db.query<{ percent: number | null }>({
    name: 'best-percent-off',
    text: `SELECT max(p.percent_off) AS percent FROM promotions p
           WHERE p.code IS NULL AND p.active AND now() BETWEEN p.starts_at AND p.ends_at
             AND (NOT EXISTS (SELECT 1 FROM promotion_products pp WHERE pp.promotion_id = p.id)
                  OR EXISTS (SELECT 1 FROM promotion_products pp WHERE pp.promotion_id = p.id AND pp.product_id = $1))`,
    values: [productId],
  });
  return rows[0]?.percent ?? 0;
}

/** The same for a whole cart, in the caller's transaction. */
export async function percentsOff(tx: Queryable, productIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const { rows } = await tx.query<{ productId: number; percent: number }>(
    `SELECT wanted.id AS "productId", max(p.percent_off) AS percent
     FROM unnest($1::bigint[]) AS wanted (id), promotions p
     WHERE p.code IS NULL AND p.active AND now() BETWEEN p.starts_at AND p.ends_at
       AND (NOT EXISTS (SELECT 1 FROM promotion_products pp WHERE pp.promotion_id = p.id)
            OR EXISTS (SELECT 1 FROM promotion_products pp WHERE pp.promotion_id = p.id AND pp.product_id = wanted.id))
     GROUP BY wanted.id`,
    [productIds],
  );
  return new Map(rows.map((row) => [row.productId, row.percent]));
}

/** What a product costs a customer with this code, for the little box beside the price. */
export async function previewCents(productId: number, code: string): Promise<number> {
  const [product, promotion] = await Promise.all([findProduct(productId), findByCode(db, code)]);
  const percent = Math.max(promotion?.percentOff ?? 0, await bestPercentOff(productId));
  return product.priceCents - Math.floor((product.priceCents * percent) / 100);
}

export async function findByCode(on: Queryable, code: string): Promise<Promotion | null> {
  const { rows } = await on.query<Promotion>(
    `SELECT ${columns} FROM promotions
     WHERE code = upper($1) AND active AND now() BETWEEN starts_at AND ends_at`,
    [code],
  );
  return rows[0] ?? null;
}

/** The discount of a coupon, with its row locked until the order is placed. @throws HttpError 422. */
export async function applyCoupon(
  tx: Queryable,
  code: string,
  lines: readonly DiscountLine[],
): Promise<{ readonly promotion: Promotion; readonly discountCents: number }> {
  const promotion = await findByCode(tx, code);
  const refuse = (message: string) => new HttpError(422, 'coupon_refused', message, { coupon: message });
  if (promotion === null) throw refuse('This code is not valid.');
  const total = lines.reduce((sum, line) => sum + line.quantity * line.priceCents, 0);
  if (total < promotion.minOrderCents) throw refuse('The order is too small for this code.');
  if (promotion.maxRedemptions !== null) {
    // Two customers with the last coupon: the second waits here and then counts the first one.
    await tx.query('SELECT 1 FROM promotions WHERE id = $1 FOR UPDATE', [promotion.id]);
    const { rows } = await tx.query<{ used: number }>(
      'SELECT count(*) AS used FROM promotion_redemptions WHERE promotion_id = $1',
      [promotion.id],
    );
    if ((rows[0]?.used ?? 0) >= promotion.maxRedemptions) throw refuse('This code is used up.');
  }
  const limited = await tx.query<{ productId: number }>(
    'SELECT product_id AS "productId" FROM promotion_products WHERE promotion_id = $1',
    [promotion.id],
  );
  const only = new Set(limited.rows.map((row) => row.productId));
  const base = lines
    .filter((line) => only.size === 0 || only.has(line.productId))
    .reduce((sum, line) => sum + line.quantity * line.priceCents, 0);
  if (base === 0) throw refuse('Nothing in the cart goes with this code.');
  return { promotion, discountCents: Math.floor((base * promotion.percentOff) / 100) };
}

export async function redeem(
  tx: Queryable,
  redemption: { promotionId: number; orderId: number; userId: number; discountCents: number },
): Promise<void> {
  await tx.query(
    'INSERT INTO promotion_redemptions (promotion_id, order_id, user_id, discount_cents) VALUES ($1, $2, $3, $4)',
    [redemption.promotionId, redemption.orderId, redemption.userId, redemption.discountCents],
  );
}

/** Ends what is over. Called by the cron job. */
export async function endExpired(): Promise<number> {
  const { rowCount } = await db.query('UPDATE promotions SET active = false WHERE active AND ends_at < now()');
  return rowCount ?? 0;
}
