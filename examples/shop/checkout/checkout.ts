import { db, withTransaction } from '../db/database.ts';
import type { SessionUser } from '../accounts/sessions.ts';
import { emptyCart, findCart } from '../cart/cart.ts';
import { takeStock } from '../inventory/stock.ts';
import { notify, queueEmail } from '../notifications/notifications.ts';
import { defaultShippingCode, recordEvent } from '../orders/orders.ts';
import { applyCoupon, percentsOff, redeem } from '../promotions/promotions.ts';
import { createShipment, listMethods, quoteCents } from '../shipping/shipping.ts';
import { HttpError } from '../utils/index.ts';
import { authorise, type PaymentMethod } from './gateway.ts';

export interface CheckoutInput {
  readonly addressId: number;
  readonly shipping: string | null;
  readonly payment: PaymentMethod;
}

export interface PlacedOrder {
  readonly id: number;
  readonly totalCents: number;
  readonly methodId: number;
}

/**
 * Turns the cart into an order: price, coupon, stock, payment and order in one transaction. Either all of it happened or
 * nothing; a customer is never charged for what is not there.
 */
export async function checkout(user: SessionUser, input: CheckoutInput): Promise<PlacedOrder> {
  return withTransaction(async (tx) => {
    // Two clicks on the button: the second waits and finds an empty cart.
    await tx.query('SELECT 1 FROM carts WHERE user_id = $1 FOR UPDATE', [user.id]);
    const cart = await findCart(tx, user.id);
    if (cart.items.length === 0) throw new HttpError(409, 'cart_empty', 'There is nothing in the cart.');

    const address = await tx.query('SELECT 1 FROM addresses WHERE id = $1 AND user_id = $2', [
      input.addressId,
      user.id,
    ]);
    if (address.rowCount === 0) {
      throw new HttpError(422, 'validation_failed', 'addressId is none of your addresses', {
        addressId: 'is none of your addresses',
      });
    }

    const percents = await percentsOff(
      tx,
      cart.items.map((item) => item.productId),
    );
    const lines = cart.items.map((item) => {
      const percent = percents.get(item.productId) ?? 0;
      return { ...item, priceCents: item.priceCents - Math.floor((item.priceCents * percent) / 100) };
    });
    const itemsCents = lines.reduce((sum, line) => sum + line.quantity * line.priceCents, 0);
    const weight = lines.reduce((sum, line) => sum + line.quantity * line.weightGrams, 0);
    const coupon = cart.couponCode === null ? null : await applyCoupon(tx, cart.couponCode, lines);
    const discountCents = coupon?.discountCents ?? 0;

    const code = input.shipping ?? (await defaultShippingCode(tx));
    const method = (await listMethods(tx)).find((candidate) => candidate.code === code);
    if (method === undefined) {
      throw new HttpError(422, 'validation_failed', 'shipping is not offered', { shipping: 'is not offered' });
    }
    const shippingCents = quoteCents(method, weight, itemsCents);
    const totalCents = itemsCents - discountCents + shippingCents;

    const { rows } = await tx.query<{ id: number }>(
      `INSERT INTO orders (user_id, address_id, status, items_cents, discount_cents, shipping_cents, total_cents)
       VALUES ($1, $2, 'paid', $3, $4, $5, $6) RETURNING id`,
      [user.id, input.addressId, itemsCents, discountCents, shippingCents, totalCents],
    );
    const id = rows[0]?.id;
    if (id === undefined) throw new Error('the insert returned no id');
    await tx.query(
      `INSERT INTO order_items (order_id, product_id, name, quantity, price_cents)
       SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::int[], $5::int[])`,
      [
        id,
        lines.map((line) => line.productId),
        lines.map((line) => line.name),
        lines.map((line) => line.quantity),
        lines.map((line) => line.priceCents),
      ],
    );
    await takeStock(tx, id, lines);
    if (coupon !== null)
      await redeem(tx, { promotionId: coupon.promotion.id, orderId: id, userId: user.id, discountCents });

    // Last: what fails above costs nothing, and what is authorised here is captured with the commit.
    const { reference } = authorise(totalCents, input.payment);
    await tx.query('INSERT INTO payments (order_id, amount_cents, method, reference) VALUES ($1, $2, $3, $4)', [
      id,
      totalCents,
      input.payment.kind,
      reference,
    ]);
    await recordEvent(tx, id, 'placed');
    await recordEvent(tx, id, 'paid', input.payment.kind);
    await emptyCart(tx, user.id);
    return { id, totalCents, methodId: method.id };
  });
}

/** After the answer: the customer need not wait for the warehouse. */
export async function prepareOrder(user: SessionUser, order: PlacedOrder): Promise<void> {
  await createShipment(db, order.id, order.methodId);
  await notify(db, user.id, 'order_placed', `Thank you. Your order ${order.id} is placed.`, `/orders/${order.id}`);
  await queueEmail(db, user.id, 'order_confirmation', { orderId: order.id, totalCents: order.totalCents });
}
