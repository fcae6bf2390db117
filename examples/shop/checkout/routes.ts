import { after } from '@overgrow/sdk';
import { Router, type Request } from 'express';
import { db } from '../db/database.ts';
import { listAddresses } from '../accounts/users.ts';
import { findCart } from '../cart/cart.ts';
import { page } from '../layout/page.ts';
import { listMethods } from '../shipping/shipping.ts';
import { formatCents, html, readFields, requireUser } from '../utils/index.ts';
import { checkout, prepareOrder, type CheckoutInput } from './checkout.ts';

export const checkoutRoutes = Router();

checkoutRoutes.get('/checkout', async (request, response) => {
  const user = await requireUser(request);
  const [cart, addresses, methods] = await Promise.all([findCart(db, user.id), listAddresses(user.id), listMethods()]);
  response.send(
    page(
      user,
      'Check out',
      html`<p>${cart.items.length} products, ${formatCents(cart.itemsCents)}</p>
        <form method="post" action="/checkout">
          <label
            >Address
            <select name="addressId">
              ${addresses.map((a) => html`<option value="${a.id}">${a.line1}, ${a.city}</option>`)}
            </select></label
          >
          <label
            >Shipping
            <select name="shipping">
              ${methods.map((m) => html`<option value="${m.code}">${m.name}</option>`)}
            </select></label
          >
          <label
            >Payment
            <select name="payment">
              <option value="card">Card</option>
              <option value="invoice">Invoice</option>
            </select></label
          >
          <input type="hidden" name="token" value="tok_visa" />
          <button>Order and pay</button>
        </form>`,
    ),
  );
});

function readCheckout(request: Request): CheckoutInput {
  const fields = readFields(request.body);
  const addressId = fields.integer('addressId', { min: 1 });
  const shipping = fields.text('shipping', { min: 0, max: 40 });
  const kind = fields.choice('payment', ['card', 'invoice'], 'card');
  const token = kind === 'card' ? fields.text('token', { max: 60 }) : '';
  fields.done();
  return {
    addressId,
    shipping: shipping === '' ? null : shipping,
    payment: kind === 'card' ? { kind, token } : { kind },
  };
}

checkoutRoutes.post('/api/checkout', async (request, response) => {
  const user = await requireUser(request);
  const order = await checkout(user, readCheckout(request));
  after(response, () => prepareOrder(user, order));
  response.status(201).json({ id: order.id, totalCents: order.totalCents });
});

checkoutRoutes.post('/checkout', async (request, response) => {
  const user = await requireUser(request);
  const order = await checkout(user, readCheckout(request));
  after(response, () => prepareOrder(user, order));
  response.redirect(303, `/orders/${order.id}`);
});
