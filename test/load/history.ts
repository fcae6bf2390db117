/**
 * What the load generator did and was told, and what must be true of the databases afterwards. Pure: the reading of the
 * databases is in `database-check-client.ts`.
 */

/** `acknowledged`: answered with success. `refused`: answered with an error. `cut`: the connection ended without an answer. */
export type WriteOutcome = 'acknowledged' | 'refused' | 'cut';

export type WriteOperation =
  | { readonly kind: 'create-review'; readonly token: string; readonly reviewId: string | null }
  | { readonly kind: 'update-review'; readonly reviewId: string; readonly token: string }
  | { readonly kind: 'delete-review'; readonly reviewId: string }
  | { readonly kind: 'vote'; readonly reviewId: string; readonly voter: string };

export interface WriteRecord {
  readonly operation: WriteOperation;
  readonly outcome: WriteOutcome;
  readonly status: number | null;
}

/** A review as one database has it; `token` is the marker in its text. */
export interface StoredReview {
  readonly reviewId: string;
  readonly token: string;
  readonly votes: number;
}

export interface HistoryVerdict {
  readonly acknowledged: number;
  readonly cut: number;
  /** Acknowledged writes whose effect is missing in a database. */
  readonly lost: readonly string[];
  /** Writes whose effect stands more than once in a database. */
  readonly doubled: readonly string[];
  /** Reviews that differ between the two databases, or that nobody wrote. */
  readonly mismatched: readonly string[];
}

interface Expectation {
  /** Tokens that the review may carry; more than one after a cut update. Empty: it must not exist. */
  tokens: Set<string>;
  mayBeAbsent: boolean;
  votes: { least: number; most: number };
}

/**
 * Judges both databases by the history. A cut write may have happened or not, but the same in both databases and at most
 * once; an acknowledged one must have happened exactly once. Each review belongs to one writer, which waits for each
 * answer, so the order of its writes is known.
 */
export function judgeHistory(
  writes: readonly WriteRecord[],
  databases: Readonly<Record<string, readonly StoredReview[]>>,
): HistoryVerdict {
  const { byReview, cutCreates } = expect(writes);
  const lost: string[] = [];
  const doubled: string[] = [];
  const mismatched: string[] = [];
  for (const [name, reviews] of Object.entries(databases)) {
    const found = new Map(reviews.map((review) => [review.reviewId, review]));
    for (const [reviewId, expected] of byReview) {
      const review = found.get(reviewId);
      if (review === undefined) {
        if (!expected.mayBeAbsent) lost.push(`${name}: review ${reviewId}`);
      } else if (!expected.tokens.has(review.token)) {
        lost.push(
          `${name}: review ${reviewId} carries ${review.token}, not ${[...expected.tokens].join(' or ') || 'nothing'}`,
        );
      } else if (review.votes < expected.votes.least) {
        lost.push(`${name}: review ${reviewId} has ${review.votes} votes, ${expected.votes.least} were acknowledged`);
      } else if (review.votes > expected.votes.most) {
        doubled.push(`${name}: review ${reviewId} has ${review.votes} votes, ${expected.votes.most} were cast`);
      }
    }
    const creations = new Map<string, number>();
    for (const review of reviews) {
      const token = creationToken(review.token);
      creations.set(token, (creations.get(token) ?? 0) + 1);
      if (!byReview.has(review.reviewId) && !cutCreates.has(token))
        mismatched.push(`${name}: nobody wrote review ${review.reviewId}`);
    }
    for (const [token, count] of creations) if (count > 1) doubled.push(`${name}: ${token} stands ${count} times`);
  }
  return {
    acknowledged: writes.filter((write) => write.outcome === 'acknowledged').length,
    cut: writes.filter((write) => write.outcome === 'cut').length,
    lost,
    doubled,
    mismatched: [...mismatched, ...compareDatabases(databases)],
  };
}

/** An update's token is the creation's with a suffix (`w3-17.2`), so that both name the same creation. */
function creationToken(token: string): string {
  return token.split('.')[0] ?? token;
}

function expect(writes: readonly WriteRecord[]): { byReview: Map<string, Expectation>; cutCreates: Set<string> } {
  const byReview = new Map<string, Expectation>();
  const cutCreates = new Set<string>();
  for (const { operation, outcome } of writes) {
    if (outcome === 'refused') continue;
    const certain = outcome === 'acknowledged';
    if (operation.kind === 'create-review') {
      if (operation.reviewId === null) cutCreates.add(operation.token);
      else
        byReview.set(operation.reviewId, {
          tokens: new Set([operation.token]),
          mayBeAbsent: false,
          votes: { least: 0, most: 0 },
        });
      continue;
    }
    const review = byReview.get(operation.reviewId);
    if (review === undefined) continue;
    if (operation.kind === 'update-review') {
      if (certain) review.tokens = new Set([operation.token]);
      else review.tokens.add(operation.token);
    } else if (operation.kind === 'delete-review') {
      review.mayBeAbsent = true;
      if (certain) review.tokens.clear();
    } else {
      review.votes.most += 1;
      if (certain) review.votes.least += 1;
    }
  }
  return { byReview, cutCreates };
}

function compareDatabases(databases: Readonly<Record<string, readonly StoredReview[]>>): string[] {
  const [first, second] = Object.entries(databases);
  if (first === undefined || second === undefined) return [];
  const text = (review: StoredReview) => `${review.token} with ${review.votes} votes`;
  const left = new Map(first[1].map((review) => [review.reviewId, text(review)]));
  const right = new Map(second[1].map((review) => [review.reviewId, text(review)]));
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((id) => left.get(id) !== right.get(id))
    .map(
      (id) =>
        `review ${id}: ${first[0]} has ${left.get(id) ?? 'nothing'}, ${second[0]} has ${right.get(id) ?? 'nothing'}`,
    );
}
