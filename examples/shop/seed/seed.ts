import type pg from 'pg';
import { hashPassword } from '../accounts/passwords.ts';
import { connectAlone } from '../db/database.ts';
import { slugify } from '../utils/format.ts';
import { createChoices } from './choices.ts';
import * as make from './rows.ts';
import * as words from './words.ts';

export interface SeedOptions {
  /** 1: 2,000 products, 5,000 customers, 10,000 orders, 20,000 reviews. */
  readonly scale?: number;
  /** The day that the shop's history leads up to. */
  readonly now?: Date;
}

export type SeedResult = make.Sizes;

/** Everybody of the example has this password. */
const password = 'overgrow';

/**
 * Fills an empty, migrated database. The same scale and day make the same rows.
 * @throws Error when there are products already.
 */
export async function seed(databaseUrl: string, options: SeedOptions = {}): Promise<SeedResult> {
  const sizes = make.sizesOf(options.scale ?? 1);
  const nowMs = Math.floor((options.now ?? new Date()).getTime() / 86_400_000) * 86_400_000;
  const choices = createChoices(20_260_101);
  // One salt for all: five thousand honest hashes would take a minute.
  const hash = await hashPassword(password, Buffer.from('overgrown-shop'));
  const client = await connectAlone(databaseUrl, 'shop-seed');
  try {
    await client.query('BEGIN');
    const found = await client.query('SELECT 1 FROM products LIMIT 1');
    if (found.rowCount !== 0) throw new Error('This database has products already. Seed an empty one.');
    // Once at the end instead of once a row.
    await client.query('ALTER TABLE reviews DISABLE TRIGGER update_rating');
    await client.query('ALTER TABLE order_events DISABLE TRIGGER announce_order_event');

    const users = make.makeUsers(choices, sizes.customers, nowMs, hash);
    await insert(
      client,
      'users',
      'id bigint, email text, name text, role text, password_hash text, newsletter boolean, created_at timestamptz',
      users,
    );
    await insert(
      client,
      'addresses',
      'id bigint, user_id bigint, line1 text, postcode text, city text, country text, is_default boolean',
      make.makeAddresses(choices, sizes.customers),
    );

    await insert(
      client,
      'brands',
      'id bigint, name text',
      words.brands.map((name, index) => ({ id: index + 1, name })),
    );
    const categories = make.makeCategories();
    await insert(
      client,
      'categories',
      'id bigint, parent_id bigint, slug text, name text, position integer',
      categories.map((c) => ({ ...c, slug: slugify(c.name), position: c.id })),
    );
    const { products, placed } = make.makeProducts(choices, sizes.products, nowMs, categories);
    await insert(
      client,
      'products',
      'id bigint, sku text, brand_id bigint, name text, description text, price_cents integer, weight_grams integer, attributes jsonb, created_at timestamptz, archived_at timestamptz',
      products,
    );
    await insert(client, 'product_categories', 'product_id bigint, category_id bigint', placed);
    await insert(client, 'warehouses', 'id bigint, code text, city text', [{ id: 1, code: 'HH1', city: 'Hamburg' }]);
    await insert(
      client,
      'stock',
      'product_id bigint, warehouse_id bigint, on_hand integer, reorder_at integer',
      products.map((p) => ({
        product_id: p.id,
        warehouse_id: 1,
        on_hand: choices.integer(0, 400),
        reorder_at: choices.integer(3, 20),
      })),
    );

    await insert(
      client,
      'shipping_methods',
      'id bigint, code text, name text, base_cents integer, per_kilo_cents integer, free_above_cents integer',
      [
        {
          id: 1,
          code: 'standard',
          name: 'Standard, 3 days',
          base_cents: 390,
          per_kilo_cents: 50,
          free_above_cents: 10_000,
        },
        {
          id: 2,
          code: 'express',
          name: 'Express, tomorrow',
          base_cents: 990,
          per_kilo_cents: 90,
          free_above_cents: null,
        },
      ],
    );
    await insert(
      client,
      'promotions',
      'id bigint, code text, name text, percent_off integer, min_order_cents integer, max_redemptions integer, starts_at timestamptz, ends_at timestamptz',
      promotions(nowMs),
    );
    await insert(
      client,
      'promotion_products',
      'promotion_id bigint, product_id bigint',
      products.filter((p) => p.id % 25 === 0).map((p) => ({ promotion_id: 2, product_id: p.id })),
    );

    const sales = make.makeOrders(choices, sizes, nowMs, products);
    await insert(
      client,
      'orders',
      'id bigint, user_id bigint, address_id bigint, status text, items_cents integer, shipping_cents integer, total_cents integer, placed_at timestamptz, updated_at timestamptz',
      sales.orders,
    );
    await insert(
      client,
      'order_items',
      'order_id bigint, product_id bigint, name text, quantity integer, price_cents integer',
      sales.items,
    );
    await insert(client, 'order_events', 'order_id bigint, status text, happened_at timestamptz', sales.events);
    await insert(
      client,
      'payments',
      'id bigint, order_id bigint, amount_cents integer, method text, reference text, captured_at timestamptz',
      sales.payments,
    );
    await insert(client, 'refunds', 'payment_id bigint, amount_cents integer, reason text', sales.refunds);
    await insert(
      client,
      'shipments',
      'order_id bigint, method_id bigint, tracking text, status text, created_at timestamptz, shipped_at timestamptz',
      sales.shipments,
    );

    const opinions = make.makeReviews(choices, sizes, nowMs, users);
    await insert(
      client,
      'reviews',
      'id bigint, product_id bigint, user_id bigint, author_name text, stars smallint, title text, body text, details jsonb, verified_purchase boolean, status text, helpful_count integer, unhelpful_count integer, language text, toxicity numeric, imported_from text, screened_at timestamptz, created_at timestamptz, updated_at timestamptz',
      opinions.reviews,
    );
    await insert(
      client,
      'review_votes',
      'review_id bigint, user_id bigint, helpful boolean, voted_at timestamptz',
      opinions.votes,
    );
    await insert(
      client,
      'review_screenings',
      'review_id bigint, verdict text, findings jsonb, screened_at timestamptz',
      opinions.screenings,
    );

    await client.query(`UPDATE products p SET rating_average = r.average, rating_count = r.count
      FROM (SELECT product_id, round(avg(stars), 2) AS average, count(*) AS count FROM reviews WHERE status = 'published' GROUP BY product_id) r
      WHERE r.product_id = p.id`);
    await client.query('ALTER TABLE reviews ENABLE TRIGGER update_rating');
    await client.query('ALTER TABLE order_events ENABLE TRIGGER announce_order_event');
    for (const table of withGivenIds) {
      await client.query(`SELECT setval(pg_get_serial_sequence($1, 'id'), (SELECT max(id) FROM ${table}))`, [table]);
    }
    await client.query('COMMIT');
    await client.query('ANALYZE');
    return sizes;
  } finally {
    await client.end();
  }
}

/** Their ids were given, so their sequences must be moved past them. */
const withGivenIds = [
  'users',
  'addresses',
  'brands',
  'categories',
  'products',
  'warehouses',
  'shipping_methods',
  'promotions',
  'orders',
  'payments',
  'reviews',
] as const;

const rowsAtOnce = 2000;

/** Many rows a statement: as JSON, which PostgreSQL turns into rows with these columns. */
async function insert(client: pg.Client, table: string, columns: string, rows: readonly object[] = []): Promise<void> {
  const names = columns
    .split(', ')
    .map((column) => column.slice(0, column.indexOf(' ')))
    .join(', ');
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await client.query(
      `INSERT INTO ${table} (${names}) SELECT ${names} FROM json_to_recordset($1) AS row (${columns})`,
      [JSON.stringify(rows.slice(from, from + rowsAtOnce))],
    );
  }
}

function promotions(nowMs: number): object[] {
  const days = (n: number) => new Date(nowMs + n * 86_400_000).toISOString();
  return [
    {
      id: 1,
      code: 'WELCOME10',
      name: 'Welcome',
      percent_off: 10,
      min_order_cents: 2000,
      max_redemptions: null,
      starts_at: days(-300),
      ends_at: days(300),
    },
    {
      id: 2,
      code: null,
      name: 'Spring clearance',
      percent_off: 15,
      min_order_cents: 0,
      max_redemptions: null,
      starts_at: days(-10),
      ends_at: days(60),
    },
    {
      id: 3,
      code: 'LAST5',
      name: 'The last five',
      percent_off: 30,
      min_order_cents: 0,
      max_redemptions: 5,
      starts_at: days(-10),
      ends_at: days(60),
    },
    {
      id: 4,
      code: 'WINTER',
      name: 'Winter',
      percent_off: 20,
      min_order_cents: 0,
      max_redemptions: null,
      starts_at: days(-200),
      ends_at: days(-100),
    },
  ];
}
