import { createTestDatabase, type TestDatabase } from '@overgrow/test';
import { migrate, seed, startShop, type Shop } from '../index.ts';

export interface TestShop extends AsyncDisposable {
  readonly url: string;
  readonly database: TestDatabase;
  readonly shop: Shop;
  /** A browser that is signed in, or not. */
  signIn(email?: string): Promise<Visitor>;
}

/** Sends requests as one visitor. */
export interface Visitor {
  readonly cookie: string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  json<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>;
}

export const adminEmail = 'admin@shop.example';
export const day = new Date('2026-05-20T00:00:00Z');

/** The shop with a small seed, over real HTTP, as the unprivileged owner of its tables. */
export async function createTestShop(
  postgresUrl: string,
  options: { readonly reviewsUrl?: string } = {},
): Promise<TestShop> {
  const database = await createTestDatabase(postgresUrl);
  await migrate(database.appUrl);
  await seed(database.appUrl, { scale: 0.01, now: day });
  const shop = await startShop({
    port: 0,
    databaseUrl: database.appUrl,
    reviewsUrl: options.reviewsUrl,
    origin: 'https://shop.example',
  });
  return {
    url: shop.url,
    database,
    shop,
    signIn: (email) => signIn(shop.url, email),
    [Symbol.asyncDispose]: async () => {
      await shop.stop();
      await database.drop();
    },
  };
}

/** Signs in by the form's JSON twin; without an address the visitor stays a stranger. */
export async function signIn(url: string, email?: string): Promise<Visitor> {
  if (email === undefined) return createVisitor(url, '');
  const answer = await createVisitor(url, '').send('POST', '/login', { email, password: 'overgrow' });
  await answer.text();
  if (answer.status !== 200) throw new Error(`${email} could not sign in: ${answer.status}`);
  return createVisitor(url, answer.headers.getSetCookie()[0]?.split(';')[0] ?? '');
}

/** The same visitor at another address, such as a service that knows the shop's cookie. */
export function createVisitor(url: string, cookie: string): Visitor {
  const send: Visitor['send'] = (method, path, body, headers = {}) =>
    fetch(new URL(path, url), {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
  return {
    cookie,
    get: (path, headers) => send('GET', path, undefined, headers),
    send,
    async json(method, path, body) {
      const answer = await send(method, path, body);
      const text = await answer.text();
      return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as never };
    },
  };
}

/** Looks again until the work after an answer is visible; the time limit of the test ends it. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
