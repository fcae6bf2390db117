/** A deterministic source of choices (mulberry32), so that a run can be repeated from its seed. */
export function createChoices(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What one shopper does next. Shares are of all requests; about one in six writes the reviews context. */
export type Step =
  | 'product-page'
  | 'product-list'
  | 'search'
  | 'read-reviews'
  | 'add-to-cart'
  | 'create-review'
  | 'update-review'
  | 'delete-review'
  | 'vote';

const shares: readonly (readonly [Step, number])[] = [
  ['product-page', 22],
  ['product-list', 16],
  ['search', 8],
  ['read-reviews', 28],
  ['add-to-cart', 8],
  ['create-review', 9],
  ['update-review', 4],
  ['delete-review', 1],
  ['vote', 4],
];

export function chooseStep(choice: number): Step {
  let left = choice * shares.reduce((sum, [, share]) => sum + share, 0);
  for (const [step, share] of shares) {
    left -= share;
    if (left < 0) return step;
  }
  return 'product-page';
}
