import { Router } from 'express';
import { db } from '../db/database.ts';
import { page } from '../layout/page.ts';
import { formatCents, html, parseId, readFields, requireUser } from '../utils/index.ts';
import * as cart from './cart.ts';

export const cartRoutes = Router();

cartRoutes.get('/cart', async (request, response) => {
  const user = await requireUser(request);
  const { items, itemsCents, couponCode } = await cart.findCart(db, user.id);
  response.send(
    page(
      user,
      'Your cart',
      html` <table>
          ${items.map(
            (item) =>
              html`<tr>
                <td><a href="/products/${item.productId}">${item.name}</a></td>
                <td>${item.quantity}</td>
                <td>${formatCents(item.quantity * item.priceCents)}</td>
              </tr>`,
          )}
        </table>
        <p>Together ${formatCents(itemsCents)}</p>
        <form method="post" action="/cart/coupon">
          <label>Code <input name="code" value="${couponCode ?? ''}" /></label> <button>Use</button>
        </form>
        ${items.length > 0 && html`<a href="/checkout">Check out</a>`}`,
    ),
  );
});

function readItem(body: unknown): { productId: number; quantity: number } {
  const fields = readFields(body);
  const item = {
    productId: fields.integer('productId', { min: 1 }),
    quantity: fields.integer('quantity', { min: 1, max: 99 }),
  };
  fields.done();
  return item;
}

cartRoutes.post('/cart/items', async (request, response) => {
  const user = await requireUser(request);
  const { productId, quantity } = readItem(request.body);
  await cart.addToCart(user.id, productId, quantity);
  response.redirect(303, '/cart');
});

cartRoutes.post('/cart/coupon', async (request, response) => {
  const user = await requireUser(request);
  const fields = readFields(request.body);
  const code = fields.text('code', { min: 0, max: 40 });
  fields.done();
  await cart.setCoupon(user.id, code === '' ? null : code);
  response.redirect(303, '/cart');
});

cartRoutes.get('/api/cart', async (request, response) => {
  const user = await requireUser(request);
  response.json(await cart.findCart(db, user.id));
});

cartRoutes.post('/api/cart/items', async (request, response) => {
  const user = await requireUser(request);
  const { productId, quantity } = readItem(request.body);
  response.status(201).json({ productId, quantity: await cart.addToCart(user.id, productId, quantity) });
});

cartRoutes.put('/api/cart/items/:productId', async (request, response) => {
  const user = await requireUser(request);
  const productId = parseId(request.params.productId);
  const fields = readFields(request.body);
  const quantity = fields.integer('quantity', { min: 1, max: 99 });
  fields.done();
  await cart.setQuantity(user.id, productId, quantity);
  response.json({ productId, quantity });
});

cartRoutes.delete('/api/cart/items/:productId', async (request, response) => {
  const user = await requireUser(request);
  await cart.removeFromCart(user.id, parseId(request.params.productId));
  response.status(204).end();
});

cartRoutes.put('/api/cart/coupon', async (request, response) => {
  const user = await requireUser(request);
  const fields = readFields(request.body);
  const code = fields.text('code', { max: 40 });
  fields.done();
  await cart.setCoupon(user.id, code);
  response.json({ code: code.toUpperCase() });
});

cartRoutes.delete('/api/cart', async (request, response) => {
  const user = await requireUser(request);
  await cart.emptyCart(db, user.id);
  response.status(204).end();
});
