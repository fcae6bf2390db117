import { db, withTransaction } from '../db/database.ts';
import { bestPercentOff } from '../promotions/promotions.ts';
import { notFound } from '../utils/index.ts';

export interface Product {
  readonly id: number;
  readonly sku: string;
  readonly name: string;
  readonly brand: string;
  readonly description: string;
  readonly priceCents: number;
  readonly attributes: Record<string, unknown>;
  readonly ratingAverage: number | null;
  readonly ratingCount: number;
  readonly onHand: number;
  readonly archivedAt: Date | null;
}

export interface ProductListItem {
  readonly id: number;
  readonly name: string;
  readonly brand: string;
  readonly priceCents: number;
  readonly ratingAverage: number | null;
  readonly ratingCount: number;
  readonly available: boolean;
}

export interface ProductFilter {
  readonly q?: string | undefined;
  readonly category?: string | undefined;
  readonly minCents?: number | undefined;
  readonly maxCents?: number | undefined;
  readonly sort: 'newest' | 'cheapest' | 'dearest' | 'rated';
  readonly page: number;
}

export const pageSize = 24;

const sortings: Readonly<Record<ProductFilter['sort'], string>> = {
  newest: 'p.id DESC',
  cheapest: 'p.price_cents, p.id',
  dearest: 'p.price_cents DESC, p.id',
  rated: 'p.rating_average DESC NULLS LAST, p.rating_count DESC, p.id',
};

/** Lists and counts by whatever was asked. Every value is a parameter; only known texts are put together. */
export async function listProducts(
  filter: ProductFilter,
): Promise<{ readonly items: readonly ProductListItem[]; readonly total: number }> {
  const conditions = ['p.archived_at IS NULL'];
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  if (filter.q !== undefined && filter.q !== '') {
    conditions.push(
      `to_tsvector('english', p.name || ' ' || p.description) @@ plainto_tsquery('english', ${parameter(filter.q)})`,
    );
  }
  if (filter.category !== undefined) {
    conditions.push(`p.id IN (
      SELECT pc.product_id FROM product_categories pc JOIN categories c ON c.id = pc.category_id
      LEFT JOIN categories parent ON parent.id = c.parent_id
      WHERE ${parameter(filter.category)} IN (c.slug, parent.slug))`);
  }
  if (filter.minCents !== undefined) conditions.push(`p.price_cents >= ${parameter(filter.minCents)}`);
  if (filter.maxCents !== undefined) conditions.push(`p.price_cents <= ${parameter(filter.maxCents)}`);
  const where = conditions.join(' AND ');
  const countValues = [...values];
  const listing = db.query<ProductListItem>(
    `SELECT p.id, p.name, b.name AS brand, p.price_cents AS "priceCents", p.rating_average AS "ratingAverage",
            p.rating_count AS "ratingCount", coalesce(s.on_hand, 0) > 0 AS available
     FROM products p JOIN brands b ON b.id = p.brand_id LEFT JOIN stock s ON s.product_id = p.id
     WHERE ${where} ORDER BY ${sortings[filter.sort]}
     LIMIT ${parameter(pageSize)} OFFSET ${parameter((filter.page - 1) * pageSize)}`,
    values,
  );
  const counting = db.query<{ total: number }>(`SELECT count(*) AS total FROM products p WHERE ${where}`, countValues);
  const [items, count] = await Promise.all([listing, counting]);
  return { items: items.rows, total: count.rows[0]?.total ?? 0 };
}

/** One product for its page, archived ones too: old orders link to them. */
export async function findProduct(id: number): Promise<Product> {
  const { rows } = await db.query<Product>({
    name: 'product',
    text: `SELECT p.id, p.sku, p.name, b.name AS brand, p.description, p.price_cents AS "priceCents", p.attributes,
                  p.rating_average AS "ratingAverage", p.rating_count AS "ratingCount",
                  coalesce(s.on_hand, 0) AS "onHand", p.archived_at AS "archivedAt"
           FROM products p JOIN brands b ON b.id = p.brand_id LEFT JOIN stock s ON s.product_id = p.id
           WHERE p.id = $1`,
    values: [id],
  });
  const product = rows[0];
  if (product === undefined) throw notFound('product');
  return product;
}

/** What a product costs today, promotions that need no code included. */
export async function currentPriceCents(product: {
  readonly id: number;
  readonly priceCents: number;
}): Promise<number> {
  const percent = await bestPercentOff(product.id);
  return product.priceCents - Math.floor((product.priceCents * percent) / 100);
}

export async function changePrice(id: number, newCents: number, changedBy: number): Promise<void> {
  await withTransaction(async (tx) => {
    const { rows } = await tx.query<{ price: number }>(
      'SELECT price_cents AS price FROM products WHERE id = $1 FOR NO KEY UPDATE',
      [id],
    );
    const old = rows[0]?.price;
    if (old === undefined) throw notFound('product');
    await tx.query('UPDATE products SET price_cents = $2, updated_at = now() WHERE id = $1', [id, newCents]);
    await tx.query('INSERT INTO price_changes (product_id, old_cents, new_cents, changed_by) VALUES ($1, $2, $3, $4)', [
      id,
      old,
      newCents,
      changedBy,
    ]);
  });
}

/** Never deleted: orders and reviews keep pointing at it. */
export async function archiveProduct(id: number): Promise<void> {
  await withTransaction(async (tx) => {
    const { rowCount } = await tx.query(
      'UPDATE products SET archived_at = now(), updated_at = now() WHERE id = $1 AND archived_at IS NULL',
      [id],
    );
    if (rowCount === 0) throw notFound('product');
    await tx.query('DELETE FROM cart_items WHERE product_id = $1', [id]);
  });
}

export async function listCategories(): Promise<readonly { slug: string; name: string; parent: string | null }[]> {
  const { rows } = await db.query<{ slug: string; name: string; parent: string | null }>({
    name: 'categories',
    text: `SELECT c.slug, c.name, parent.slug AS parent FROM categories c
           LEFT JOIN categories parent ON parent.id = c.parent_id ORDER BY c.position, c.id`,
  });
  return rows;
}
