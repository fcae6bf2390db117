import { Router } from 'express';
import { db } from '../db/database.ts';
import { page } from '../layout/page.ts';
import { listReviews } from '../reviews/reviews.ts';
import { currentUser, formatCents, formatDay, formatStars, html, pageOf, parseId, type Html } from '../utils/index.ts';
import { findImage } from './images.ts';
import * as products from './products.ts';

export const catalogRoutes = Router();

function tile(product: products.ProductListItem): Html {
  return html`<li>
    <a href="/products/${product.id}">${product.name}</a><br />${product.brand} · ${formatCents(product.priceCents)}<br />${formatStars(product.ratingAverage)}
    ${product.ratingCount > 0 && html`<small>(${product.ratingCount})</small>`}
    ${!product.available && html`<em>sold out</em>`}
  </li>`;
}

catalogRoutes.get('/', async (request, response) => {
  const [user, best, promotions] = await Promise.all([
    currentUser(request),
    products.listProducts({ sort: 'rated', page: 1 }),
    db.query<{ name: string; code: string | null; percentOff: number }>(
      `SELECT name, code, percent_off AS "percentOff" FROM promotions
       WHERE active AND now() BETWEEN starts_at AND ends_at ORDER BY percent_off DESC LIMIT 3`,
    ),
  ]);
  response.send(
    page(
      user,
      'Welcome',
      html` ${promotions.rows.map((p) => html`<p><strong>${p.name}</strong>: ${p.percentOff} % off ${p.code !== null && html`with ${p.code}`}</p>`)}
        <h2>Best rated</h2>
        <ul class="products">
          ${best.items.slice(0, 12).map(tile)}
        </ul>`,
    ),
  );
});

function readFilter(query: Record<string, unknown>): products.ProductFilter {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined);
  const cents = (value: unknown) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined);
  const sort = query['sort'];
  return {
    q: text(query['q']),
    category: text(query['category']),
    minCents: cents(query['minCents']),
    maxCents: cents(query['maxCents']),
    sort: sort === 'cheapest' || sort === 'dearest' || sort === 'rated' ? sort : 'newest',
    page: pageOf(query),
  };
}

catalogRoutes.get('/products', async (request, response) => {
  const filter = readFilter(request.query);
  const [user, { items, total }, categories] = await Promise.all([
    currentUser(request),
    products.listProducts(filter),
    products.listCategories(),
  ]);
  const more = filter.page * products.pageSize < total;
  response.send(
    page(
      user,
      filter.q === undefined ? 'Products' : `Search: ${filter.q}`,
      html` <nav>
          ${categories.filter((c) => c.parent === null).map((c) => html`<a href="/products?category=${c.slug}">${c.name}</a> `)}
        </nav>
        <p>${total} products</p>
        <ul class="products">
          ${items.map(tile)}
        </ul>
        ${more && html`<a rel="next" href="/products?${pageQuery(filter)}">Next page</a>`}`,
    ),
  );
});

function pageQuery(filter: products.ProductFilter): string {
  const query = new URLSearchParams({ page: String(filter.page + 1), sort: filter.sort });
  if (filter.q !== undefined) query.set('q', filter.q);
  if (filter.category !== undefined) query.set('category', filter.category);
  return query.toString();
}

catalogRoutes.get('/products/:id', async (request, response) => {
  const id = parseId(request.params.id);
  const [user, product, reviews, images] = await Promise.all([
    currentUser(request),
    products.findProduct(id),
    listReviews(id, 'helpful', 1),
    db.query<{ id: number }>({
      name: 'product-images',
      text: 'SELECT id FROM product_images WHERE product_id = $1 ORDER BY position LIMIT 6',
      values: [id],
    }),
  ]);
  const price = await products.currentPriceCents(product);
  response.send(
    page(
      user,
      product.name,
      html` ${images.rows.map((image) => html`<img src="/images/${image.id}" alt="" width="200" />`)}
        <p>${product.brand} · ${product.sku} · ${formatStars(reviews.summary.average)} (${reviews.summary.count})</p>
        <p>${product.description}</p>
        <p>
          <strong>${formatCents(price)}</strong>
          ${price < product.priceCents && html`<s>${formatCents(product.priceCents)}</s>`}
        </p>
        ${
          product.archivedAt !== null
            ? html`<p>No longer sold.</p>`
            : product.onHand === 0
              ? html`<p>Sold out.</p>`
              : html` <form method="post" action="/cart/items">
                  <input type="hidden" name="productId" value="${product.id}" />
                  <label>Quantity <input name="quantity" type="number" min="1" max="99" value="1" /></label>
                  <button>Add to cart</button>
                </form>`
        }
        <h2>Reviews</h2>
        ${reviews.reviews.map(
          (r) =>
            html`<article>
              <h3>${formatStars(r.stars)} ${r.title}</h3>
              <p>${r.authorName}, ${formatDay(r.createdAt)} ${r.verifiedPurchase && html`· bought here`}</p>
              <p>${r.body}</p>
              <small>${r.helpful} of ${r.helpful + r.unhelpful} found this helpful</small>
            </article>`,
        )}`,
    ),
  );
});

catalogRoutes.get('/api/products', async (request, response) => {
  const filter = readFilter(request.query);
  const { items, total } = await products.listProducts(filter);
  response.json({ items, total, page: filter.page, pageCount: Math.ceil(total / products.pageSize) });
});

catalogRoutes.get('/api/products/:id', async (request, response) => {
  const product = await products.findProduct(parseId(request.params.id));
  response.json({ ...product, currentPriceCents: await products.currentPriceCents(product) });
});

/** For services that were taken out: may the caller review this product, and did he or she buy it here? */
catalogRoutes.get('/api/products/:id/purchase', async (request, response) => {
  const id = parseId(request.params.id);
  const user = await currentUser(request);
  const { rows } = await db.query<{ live: boolean; purchased: boolean }>({
    name: 'product-purchase',
    text: `SELECT p.archived_at IS NULL AS live, EXISTS (
             SELECT 1 FROM orders o JOIN order_items i ON i.order_id = o.id
             WHERE o.user_id = $2 AND i.product_id = p.id AND o.status <> 'cancelled') AS purchased
           FROM products p WHERE p.id = $1`,
    values: [id, user?.id ?? null],
  });
  response.setHeader('cache-control', 'no-store');
  response.json({ productId: id, live: rows[0]?.live ?? false, purchased: rows[0]?.purchased ?? false });
});

catalogRoutes.get('/api/search', async (request, response) => {
  const q = typeof request.query['q'] === 'string' ? request.query['q'].trim().slice(0, 200) : '';
  if (q === '') return void response.json({ q, items: [] });
  const { rows } = await db.query({
    name: 'search',
    text: `SELECT p.id, p.name, b.name AS brand, p.price_cents AS "priceCents"
           FROM products p JOIN brands b ON b.id = p.brand_id
           WHERE p.archived_at IS NULL
             AND to_tsvector('english', p.name || ' ' || p.description) @@ plainto_tsquery('english', $1)
           ORDER BY p.rating_count DESC, p.id LIMIT 20`,
    values: [q],
  });
  response.json({ q, items: rows });
});

catalogRoutes.get('/images/:id', async (request, response) => {
  const image = await findImage(parseId(request.params.id));
  response.setHeader('etag', `"${image.sha256.slice(0, 32)}"`);
  response.setHeader('cache-control', 'public, max-age=86400');
  response.setHeader('content-type', image.contentType);
  response.setHeader('x-content-type-options', 'nosniff');
  response.send(image.bytes);
});
