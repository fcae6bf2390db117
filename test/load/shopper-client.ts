import { Client } from 'undici';
import type { WriteOperation, WriteOutcome, WriteRecord } from './history.ts';
import { chooseStep, createChoices, type Step } from './load-plan.ts';

export interface Answer {
  readonly step: Step | 'login';
  readonly status: number | null;
  readonly outcome: WriteOutcome;
  readonly message: string;
  readonly ms: number;
  readonly write?: WriteRecord;
}

/** The answers that a shopper counts as success. Anything else that is answered is a failure: nothing is retried. */
const expected: Readonly<Record<Step | 'login', readonly number[]>> = {
  login: [200, 204, 302, 303],
  'product-page': [200],
  'product-list': [200],
  search: [200],
  'read-reviews': [200],
  'add-to-cart': [200, 201],
  'create-review': [201],
  'update-review': [200, 204],
  'delete-review': [200, 204],
  vote: [200, 201, 204],
};

interface Options {
  readonly url: string;
  /** Number of the shopper: its account, and the front of its tokens. */
  readonly number: number;
  readonly seed: number;
}

/** One logged-in customer that writes reviews of its own and remembers every write with its answer. */
export function createShopper({ url, number, seed }: Options) {
  const client = new Client(url, {
    pipelining: 1,
    keepAliveTimeout: 60_000,
    bodyTimeout: 30_000,
    headersTimeout: 30_000,
  });
  const choose = createChoices(seed + number * 7919);
  /** Reviews that this shopper knows to exist and may change; nobody else does. */
  const own: { id: string; token: string; updates: number; voted: boolean }[] = [];
  let cookie = '';
  let tokens = 0;
  /** What the shop sells, as its listing says. */
  let products: readonly number[] = [];

  const product = () => products[Math.floor(choose() * products.length)] ?? 1;

  async function exchange(
    step: Step | 'login',
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer & { body: string }> {
    const startedAt = performance.now();
    const headers: Record<string, string> = {
      cookie,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      const answer = await client.request({
        method: method as 'GET',
        path,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      const setCookies = [answer.headers['set-cookie'] ?? []].flat();
      if (setCookies.length > 0) cookie = mergeCookies(cookie, setCookies);
      const outcome = outcomeOf(step, answer.statusCode, answer.headers);
      const message = outcome === 'refused' ? text.slice(0, 200) : '';
      return { step, status: answer.statusCode, outcome, message, ms: performance.now() - startedAt, body: text };
    } catch (error) {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { step, status: null, outcome: 'cut', message, ms: performance.now() - startedAt, body: '' };
    }
  }

  async function write(
    operation: WriteOperation,
    step: Step,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer> {
    const answer = await exchange(step, method, path, body);
    const reviewId = operation.kind === 'create-review' && answer.outcome === 'acknowledged' ? idOf(answer.body) : null;
    const known = operation.kind === 'create-review' ? { ...operation, reviewId } : operation;
    return { ...answer, write: { operation: known, outcome: answer.outcome, status: answer.status } };
  }

  async function create(): Promise<Answer> {
    const token = `w${number}-${(tokens += 1)}`;
    const body = { productId: product(), stars: 1 + Math.floor(choose() * 5), title: 'Bought it', body: textOf(token) };
    const answer = await write(
      { kind: 'create-review', token, reviewId: null },
      'create-review',
      'POST',
      '/api/reviews',
      body,
    );
    const operation = answer.write?.operation;
    if (operation?.kind === 'create-review' && operation.reviewId !== null) {
      own.push({ id: operation.reviewId, token, updates: 0, voted: false });
    }
    return answer;
  }

  function change(step: 'update-review' | 'delete-review' | 'vote'): Promise<Answer> {
    const at = Math.floor(choose() * own.length);
    const review = own[at];
    if (review === undefined) return create();
    const path = `/api/reviews/${review.id}`;
    if (step === 'vote') {
      if (review.voted) return create();
      review.voted = true;
      const operation = { kind: 'vote', reviewId: review.id, voter: String(number) } as const;
      return write(operation, step, 'POST', `${path}/votes`, { helpful: true });
    }
    if (step === 'delete-review') {
      own.splice(at, 1);
      return write({ kind: 'delete-review', reviewId: review.id }, step, 'DELETE', path);
    }
    review.updates += 1;
    const token = `${review.token}.${review.updates}`;
    const body = { stars: 1 + Math.floor(choose() * 5), title: 'Thought again', body: textOf(token) };
    return write({ kind: 'update-review', reviewId: review.id, token }, step, 'PUT', path, body);
  }

  /** A cut write may still be under way; a later one to the same review would leave their order unknown. */
  function forgetWhereCut(answer: Answer): Answer {
    const operation = answer.write?.operation;
    if (answer.outcome !== 'cut' || operation === undefined || operation.kind === 'create-review') return answer;
    const at = own.findIndex((review) => review.id === operation.reviewId);
    if (at >= 0) own.splice(at, 1);
    return answer;
  }

  return {
    /** Logs in and looks at the first pages of the listing, so that everything asked for later exists. */
    async enter(): Promise<Answer> {
      const login = await exchange('login', 'POST', '/login', {
        email: `customer-${number}@shop.example`,
        password: 'overgrow',
      });
      if (login.outcome !== 'acknowledged') return login;
      const pages = [1, 2, 3].map((page) => exchange('product-list', 'GET', `/api/products?page=${page}`));
      products = (await Promise.all(pages)).flatMap(({ body }) => idsOf(body));
      return login;
    },
    next(): Promise<Answer> {
      const step = chooseStep(choose());
      switch (step) {
        case 'product-page':
          return exchange(step, 'GET', `/products/${product()}`);
        case 'product-list':
          return exchange(step, 'GET', `/api/products?page=${1 + Math.floor(choose() * 20)}`);
        case 'search':
          return exchange(step, 'GET', '/api/search?q=lamp');
        case 'read-reviews':
          return exchange(step, 'GET', `/api/reviews?productId=${product()}`);
        case 'add-to-cart':
          return exchange(step, 'POST', '/api/cart/items', { productId: product(), quantity: 1 });
        case 'create-review':
          return create();
        default:
          return change(step).then(forgetWhereCut);
      }
    },
    close: () => client.destroy(),
  };
}

/**
 * A front door that has just been started after a crash does not know the owners yet, and says so by 503 with Retry-After
 * and Proxy-Status: the request was turned away, as by a refused connection.
 */
function outcomeOf(step: Step | 'login', status: number, headers: Readonly<Record<string, unknown>>): WriteOutcome {
  if (expected[step].includes(status)) return 'acknowledged';
  const turnedAway = status === 503 && headers['retry-after'] !== undefined && headers['proxy-status'] !== undefined;
  return turnedAway ? 'cut' : 'refused';
}

/** The token stands in the review's text, where the checker finds it in both databases. */
export function textOf(token: string): string {
  return `Sturdy, and it arrived in time. [[${token}]]`;
}

function idsOf(body: string): readonly number[] {
  return (JSON.parse(body) as { items: readonly { id: number }[] }).items.map(({ id }) => id);
}

function idOf(body: string): string | null {
  const id = (JSON.parse(body) as { id?: unknown }).id;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}

function mergeCookies(current: string, setCookies: readonly string[]): string {
  const jar = new Map(
    current
      .split('; ')
      .filter(Boolean)
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair]),
  );
  for (const line of setCookies) {
    const pair = line.split(';')[0] ?? '';
    jar.set(pair.slice(0, pair.indexOf('=')), pair);
  }
  return [...jar.values()].join('; ');
}
