/**
 * Customers who write reviews straight to the monolith, one after the other, until disposed. Such requests carry no owners,
 * so that nobody waits for the work after their answers: a guard that closes meanwhile refuses it.
 */
export async function writePastTheProxy(monolithUrl: string, customers: number): Promise<AsyncDisposable> {
  const over = new AbortController();
  const numbers = Array.from({ length: customers }, (_, index) => index + 1);
  const cookies = await Promise.all(numbers.map((number) => logIn(monolithUrl, number)));
  const writing = cookies.map(async (cookie) => {
    while (!over.signal.aborted) {
      const answer = await postJson(new URL('/api/reviews', monolithUrl), review, { cookie });
      await answer.arrayBuffer();
    }
  });
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await Promise.all(writing);
    },
  };
}

const review = { productId: 1, stars: 4, title: 'Past the proxy', body: 'Sturdy, and it arrived in time.' };

async function logIn(url: string, number: number): Promise<string> {
  const account = { email: `customer-${number}@shop.example`, password: 'overgrow' };
  const answer = await postJson(new URL('/login', url), account, {});
  await answer.arrayBuffer();
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ');
}

function postJson(url: URL, body: unknown, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'manual',
  });
}
