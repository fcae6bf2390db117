import { HttpError } from '../utils/errors.ts';

let serviceUrl: string | undefined;

/** Called once at start. Without a service every seam stays here. */
export function configureReviewsService(url: string | undefined): void {
  serviceUrl = url;
}

/**
 * Asks the reviews service as the caller: with its cookie, and with the owners of its request, so that work which the
 * service does after its answer still counts as part of this request.
 */
export async function askReviewsService(
  path: string,
  body: unknown,
  caller: { readonly cookie: string | undefined; readonly owners: string | undefined },
  url = serviceUrl,
): Promise<unknown> {
  if (url === undefined) {
    throw new HttpError(
      503,
      'reviews_unavailable',
      'Reviews belong to their service, and REVIEWS_URL does not name it.',
    );
  }
  const answer = await fetch(new URL(path, url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(caller.cookie === undefined ? {} : { cookie: caller.cookie }),
      ...(caller.owners === undefined ? {} : { 'overgrow-owners': caller.owners }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  if (answer.ok) return text === '' ? null : (JSON.parse(text) as unknown);
  if (answer.status === 404) throw new HttpError(404, 'not_found', 'There is no such review.');
  throw new HttpError(502, 'reviews_failed', `The reviews service answered ${answer.status}.`);
}
