import type { Choices } from './choices.ts';
import * as words from './words.ts';

export interface Sizes {
  readonly products: number;
  readonly customers: number;
  readonly orders: number;
  readonly reviews: number;
}

export function sizesOf(scale: number): Sizes {
  const of = (base: number, least: number) => Math.max(least, Math.round(base * scale));
  return { products: of(2000, 20), customers: of(5000, 20), orders: of(10_000, 20), reviews: of(20_000, 40) };
}

type Row = Readonly<Record<string, unknown>>;
const day = 86_400_000;
const at = (ms: number) => new Date(ms).toISOString();

export interface Category {
  readonly id: number;
  readonly parent_id: number | null;
  readonly name: string;
  readonly things: readonly [string, ...string[]] | null;
}

export function makeCategories(): readonly Category[] {
  const categories: Category[] = [];
  for (const { name, children } of words.catalog) {
    const parent = { id: categories.length + 1, parent_id: null, name, things: null };
    categories.push(parent);
    for (const child of children) {
      categories.push({ id: categories.length + 1, parent_id: parent.id, name: child.name, things: child.things });
    }
  }
  return categories;
}

export interface ProductRow extends Row {
  readonly id: number;
  readonly name: string;
  readonly price_cents: number;
}

export function makeProducts(choices: Choices, count: number, nowMs: number, categories: readonly Category[]) {
  const leaves = categories.filter((category) => category.things !== null);
  const products: ProductRow[] = [];
  const placed: Row[] = [];
  for (let id = 1; id <= count; id += 1) {
    const leaf = leaves[choices.integer(0, leaves.length - 1)];
    if (leaf === undefined || leaf.things === null) continue;
    const thing = choices.pick(leaf.things);
    const [style, material, colour] = [
      choices.pick(words.styles),
      choices.pick(words.materials),
      choices.pick(words.colours),
    ];
    products.push({
      id,
      sku: `${leaf.name.slice(0, 3).toUpperCase()}-${String(id).padStart(5, '0')}`,
      brand_id: choices.integer(1, words.brands.length),
      name: `${style} ${material} ${thing}`,
      description: `A ${style.toLowerCase()} ${thing} of ${material}, in ${colour}. Made to last, easy to mend, good to live with.`,
      price_cents: choices.integer(5, 400) * 100 - choices.pick([1, 5, 10, 50]),
      weight_grams: choices.integer(1, 80) * 100,
      attributes: { material, colour, style: style.toLowerCase() },
      created_at: at(nowMs - choices.integer(60, 900) * day),
      archived_at: choices.chance(0.02) && id > 20 ? at(nowMs - choices.integer(1, 50) * day) : null,
    });
    placed.push({ product_id: id, category_id: leaf.id });
  }
  return { products, placed };
}

export function makeUsers(choices: Choices, count: number, nowMs: number, hash: string) {
  const users: { id: number; name: string; role: string }[] = [];
  const add = (email: string, name: string, role: string) => {
    users.push({
      id: users.length + 1,
      email,
      name,
      role,
      password_hash: hash,
      newsletter: choices.chance(0.3),
      created_at: at(nowMs - choices.integer(30, 1200) * day),
    } as Row & { id: number; name: string; role: string });
  };
  for (let n = 1; n <= count; n += 1) {
    add(`customer-${n}@shop.example`, `${choices.pick(words.firstNames)} ${choices.pick(words.lastNames)}`, 'customer');
  }
  add('admin@shop.example', 'Ottilie Admin', 'admin');
  for (let n = 1; n <= 3; n += 1) add(`staff-${n}@shop.example`, `${choices.pick(words.firstNames)} Staff`, 'staff');
  return users;
}

export function makeAddresses(choices: Choices, customers: number): Row[] {
  return Array.from({ length: customers }, (_, index) => {
    const [postcode, city] = choices.pick(words.cities);
    return {
      id: index + 1,
      user_id: index + 1,
      line1: `${choices.pick(words.streets)} ${choices.integer(1, 120)}`,
      postcode,
      city,
      country: 'DE',
      is_default: true,
    };
  });
}

const statuses = [
  'delivered',
  'delivered',
  'delivered',
  'delivered',
  'shipped',
  'packed',
  'paid',
  'cancelled',
] as const;
const stations: Readonly<Record<string, readonly string[]>> = {
  paid: ['placed', 'paid'],
  packed: ['placed', 'paid', 'packed'],
  shipped: ['placed', 'paid', 'packed', 'shipped'],
  delivered: ['placed', 'paid', 'packed', 'shipped', 'delivered'],
  cancelled: ['placed', 'paid', 'cancelled'],
};

/** Orders of the last year with all that belongs to them. */
export function makeOrders(choices: Choices, sizes: Sizes, nowMs: number, products: readonly ProductRow[]) {
  const [orders, items, events, payments, refunds, shipments]: Row[][] = [[], [], [], [], [], []];
  for (let id = 1; id <= sizes.orders; id += 1) {
    const userId = choices.skewed(sizes.customers);
    const placedMs = nowMs - Math.floor(choices.next() * 365 * day);
    const chosen = new Map<number, ProductRow>();
    for (let n = choices.skewed(5); n > 0; n -= 1) {
      const product = products[choices.skewed(products.length) - 1];
      if (product !== undefined) chosen.set(product.id, product);
    }
    let itemsCents = 0;
    for (const product of chosen.values()) {
      const quantity = choices.skewed(3);
      itemsCents += quantity * product.price_cents;
      items?.push({
        order_id: id,
        product_id: product.id,
        name: product.name,
        quantity,
        price_cents: product.price_cents,
      });
    }
    const status = choices.pick(statuses);
    const shippingCents = itemsCents > 10_000 ? 0 : 490;
    const totalCents = itemsCents + shippingCents;
    orders?.push({
      id,
      user_id: userId,
      address_id: userId,
      status,
      items_cents: itemsCents,
      shipping_cents: shippingCents,
      total_cents: totalCents,
      placed_at: at(placedMs),
      updated_at: at(placedMs + day),
    });
    (stations[status] ?? []).forEach((station, index) =>
      events?.push({ order_id: id, status: station, happened_at: at(placedMs + index * 6 * 3_600_000) }),
    );
    payments?.push({
      id,
      order_id: id,
      amount_cents: totalCents,
      method: choices.chance(0.8) ? 'card' : 'invoice',
      reference: `seed-${id}`,
      captured_at: at(placedMs),
    });
    if (status === 'cancelled') refunds?.push({ payment_id: id, amount_cents: totalCents, reason: 'by customer' });
    const shipped = status === 'shipped' || status === 'delivered';
    shipments?.push({
      order_id: id,
      method_id: 1,
      tracking: `OG${String(id).padStart(10, '0')}`,
      status: status === 'cancelled' ? 'stopped' : status === 'paid' ? 'waiting' : status,
      created_at: at(placedMs),
      shipped_at: shipped ? at(placedMs + day) : null,
    });
  }
  return { orders, items, events, payments, refunds, shipments };
}

/** Reviews with votes and screenings. Some came from an older system, some wait for screening. */
export function makeReviews(
  choices: Choices,
  sizes: Sizes,
  nowMs: number,
  users: readonly { readonly name: string }[],
) {
  const reviews: Row[] = [];
  const votes: Row[] = [];
  const screenings: Row[] = [];
  for (let id = 1; id <= sizes.reviews; id += 1) {
    const userId = choices.integer(1, sizes.customers);
    const stars = choices.pick([5, 5, 5, 4, 4, 3, 2, 1] as const);
    const createdMs = nowMs - Math.floor(choices.next() * 700 * day);
    const body = Array.from({ length: choices.skewed(6) }, () => choices.pick(words.sentences)).join(' ');
    const screened = !choices.chance(0.01);
    const hidden = screened && choices.chance(0.01);
    let [helpful, unhelpful] = [0, 0];
    const voters = new Set(Array.from({ length: choices.skewed(5) - 1 }, () => choices.integer(1, sizes.customers)));
    for (const voter of voters) {
      const useful = choices.chance(0.75);
      if (useful) helpful += 1;
      else unhelpful += 1;
      votes.push({ review_id: id, user_id: voter, helpful: useful, voted_at: at(createdMs + 1000 * voter) });
    }
    reviews.push({
      id,
      product_id: choices.skewed(sizes.products),
      user_id: userId,
      author_name: users[userId - 1]?.name ?? 'Former customer',
      stars,
      title: choices.pick(stars >= 3 ? words.praise : words.blame),
      body,
      details: choices.chance(0.3) ? { colour: choices.pick(words.colours), recommends: stars >= 4 } : null,
      verified_purchase: choices.chance(0.6),
      status: hidden ? 'hidden' : 'published',
      helpful_count: helpful,
      unhelpful_count: unhelpful,
      language: screened ? 'en' : null,
      toxicity: screened ? (hidden ? 0.12 : 0) : null,
      imported_from: choices.chance(0.02) ? 'old-shop' : null,
      screened_at: screened ? at(createdMs + 60_000) : null,
      created_at: at(createdMs),
      updated_at: at(createdMs),
    });
    if (screened) {
      screenings.push({
        review_id: id,
        verdict: hidden ? 'flagged' : 'clean',
        findings: hidden ? ['link'] : [],
        screened_at: at(createdMs + 60_000),
      });
    }
  }
  return { reviews, votes, screenings };
}
