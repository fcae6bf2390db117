import { createHash } from 'node:crypto';
import { Problem } from '../http/problems.ts';

export interface Caller {
  readonly id: number;
  readonly name: string;
  readonly role: 'customer' | 'staff' | 'admin';
}

export interface Purchase {
  /** The product exists and is sold. */
  readonly live: boolean;
  readonly purchased: boolean;
}

/** What the service still asks of the shop, always as the caller. */
export interface ShopClient {
  /** Who this cookie is, or null. Remembered for seconds, and asked once for requests that come together. */
  caller(cookie: string | undefined): Promise<Caller | null>;
  purchase(cookie: string | undefined, productId: number): Promise<Purchase>;
  notifyScreened(cookie: string | undefined, productId: number, text: string): Promise<void>;
}

export interface ShopClientOptions {
  readonly shopUrl: string;
  readonly nowMs: () => number;
  /** How long a sign-out may go unnoticed. */
  readonly rememberMs?: number;
  readonly fetch?: typeof fetch;
}

const maxRemembered = 10_000;
const timeoutMs = 5_000;

export function createShopClient(options: ShopClientOptions): ShopClient {
  const { shopUrl, nowMs, rememberMs = 5_000, fetch: send = fetch } = options;
  // By hash: a cookie is a key to somebody's account, and a heap dump is easily passed on.
  const remembered = new Map<string, { readonly untilMs: number; readonly caller: Promise<Caller | null> }>();

  const ask = async (path: string, cookie: string | undefined, body?: unknown): Promise<unknown> => {
    let answer: Response;
    try {
      answer = await send(new URL(path, shopUrl), {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          ...(cookie === undefined ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw unavailable(`it did not answer`, error);
    }
    const text = await answer.text();
    if (!answer.ok) throw unavailable(`it answered ${answer.status} to ${path}`);
    return JSON.parse(text) as unknown;
  };

  return {
    caller(cookie) {
      const sid = cookie === undefined ? undefined : /(?:^|; *)sid=([^;]+)/.exec(cookie)?.[1];
      if (sid === undefined) return Promise.resolve(null);
      const key = createHash('sha256').update(sid).digest('base64');
      const known = remembered.get(key);
      if (known !== undefined && known.untilMs > nowMs()) return known.caller;
      const caller = ask('/api/session', cookie).then((answer) => (answer as { user: Caller | null }).user);
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(key, { untilMs: nowMs() + rememberMs, caller });
      // A failure is not an answer: the next request asks again.
      caller.catch(() => remembered.delete(key));
      return caller;
    },
    purchase: async (cookie, productId) => (await ask(`/api/products/${productId}/purchase`, cookie)) as Purchase,
    notifyScreened: async (cookie, productId, text) => {
      await ask('/api/notifications', cookie, { kind: 'review_screened', productId, text });
    },
  };
}

function unavailable(why: string, cause?: unknown): Problem {
  const problem = new Problem(503, 'shop_unavailable', `The shop is needed to know who you are: ${why}.`);
  problem.cause = cause;
  return problem;
}
